#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-only
"""The records of facts: the one reader of series/facts/*.toml.

usage: facts.py check			are the records well-formed?
       facts.py modules			module, file and kind (own, class or
					library) of each that declares
       facts.py undeclared		those for which nothing was found
       facts.py exports			symbol, gated or left, macro and commit

README.md beside this file says what a record has. Each error is one line that
names the file and the record.
"""
import pathlib
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent

# What each table has: its keys, "!" behind those that it has to have.
USERSPACE = {"url!": str, "license!": str, "use!": str, "license_seen!": str}
SCHEMA = {
    "commit": {"name!": str, "subject!": str, "about": str, "why": str,
               "note": str},
    "class": {"name!": str, "userspace!": [USERSPACE]},
    "module": {"name!": str, "file!": str, "commit!": str,
               "userspace": [USERSPACE], "class": [str], "library": bool,
               "undeclared": str, "interface": str},
    "export": {"symbol!": str, "file!": str, "from!": str, "namespace": str,
               "commit": str, "leave": bool, "reason": str},
}
ORDER = {"order!": [str], "by-hand": dict}


def text(value):
    """A text as paragraphs, however its lines are wrapped."""
    return "\n".join(" ".join(p.split()) for p in value.strip().split("\n\n"))


def conform(value, schema, at):
    """VALUE as SCHEMA has it, with its texts in one line; or the end."""
    if isinstance(schema, dict):
        if not isinstance(value, dict):
            sys.exit(f"{at}: no table")
        keys = {key.rstrip("!"): kind for key, kind in schema.items()}
        for key in value:
            if key not in keys:
                sys.exit(f"{at}: what is {key}?")
        for key in schema:
            if key[-1] == "!" and value.get(key[:-1]) in (None, "", [], {}):
                sys.exit(f"{at}: no {key[:-1]}")
        return {key: conform(item, keys[key], f"{at}: {key}")
                for key, item in value.items()}
    if isinstance(schema, list):
        if not isinstance(value, list):
            sys.exit(f"{at} is no list")
        return [conform(item, schema[0], at) for item in value]
    if not isinstance(value, schema):
        sys.exit(f"{at} is no {schema.__name__}")
    if schema is str:
        value = text(value)
        if not value:
            sys.exit(f"{at} is empty")
    return value


class Facts:
    """All records; those of each kind in the order of their file."""

    def __init__(self, where=HERE):
        self.where = pathlib.Path(where)
        self.commits, self.classes = {}, {}
        self.modules, self.exports = [], []
        for path in sorted(self.where.glob("*.toml")):
            self.read(path)
        self.check()

    def read(self, path):
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
            sys.exit(f"{path.name}: {why}")
        if path.name == "order.toml":
            data = conform(data, ORDER, path.name)
            self.order = data["order"]
            self.by_hand = data.get("by-hand", {})
            return
        for kind, rows in data.items():
            if kind not in SCHEMA or not isinstance(rows, list):
                sys.exit(f"{path.name}: what is {kind}?")
            for row in rows:
                name = row.get("name") or row.get("symbol")
                at = f"{path.name}: {kind} {name}"
                row = conform(row, SCHEMA[kind], at)
                row["at"] = at
                if kind in ("commit", "class"):
                    known = self.commits if kind == "commit" else self.classes
                    if name in known:
                        sys.exit(f"{at} once more, the first is in "
                                 f"{known[name]['at']}")
                    known[name] = row
                elif kind == "module":
                    self.modules.append(row)
                else:
                    self.exports.append(row)

    def check(self):
        """What is misspelt must not become a record that no commit has."""
        seen = {}
        for name in self.order:
            if (name in self.commits) == (name in self.by_hand):
                sys.exit(f"order.toml: {name} is " +
                         ("described" if name in self.by_hand else
                          "no commit, and not") + " made by hand")
            unique(seen, "order.toml", f"{name} in the order")
        for name, row in self.commits.items():
            if name not in self.order:
                sys.exit(f"{row['at']} is not in order.toml")
            if ("about" in row) == ("why" in row):
                sys.exit(f"{row['at']}: either what it is about, or why")
            unique(seen, row["at"], f"subject {row['subject']}")
        for row in self.modules:
            self.one_of(row, "userspace", "class", "library", "undeclared")
            self.in_commit(row, "about")
            for name in row.get("class", ()):
                if name not in self.classes:
                    sys.exit(f"{row['at']}: no class {name}")
            if "interface" not in row and {"class", "library"} & set(row):
                sys.exit(f"{row['at']}: no interface")
            unique(seen, row["at"], f"file {row['file']}")
            for url, license_ in self.macros(row):
                unique(seen, row["at"],
                       f"{row['file']}: {url} {license_}")
        for row in self.exports:
            self.one_of(row, "commit", "leave")
            unique(seen, row["at"], f"symbol {row['symbol']}")
            if "commit" in row:
                self.in_commit(row, "why")

    @staticmethod
    def one_of(row, *keys):
        """A module has what is its own, its class, or both."""
        has = [key for key in keys if row.get(key)]
        if len(has) != 1 and has != ["userspace", "class"]:
            sys.exit(f"{row['at']}: {' and '.join(has) or 'none'} of "
                     f"{', '.join(keys)}")

    def in_commit(self, row, kind):
        commit = self.commits.get(row["commit"])
        if not commit or kind not in commit:
            sys.exit(f"{row['at']}: {row['commit']} is no commit that "
                     + ("declares" if kind == "about" else "gates"))

    def declared(self, commit=None):
        return [r for r in self.modules if "undeclared" not in r and
                commit in (None, r["commit"])]

    def undeclared(self, commit=None):
        return [r for r in self.modules if "undeclared" in r and
                commit in (None, r["commit"])]

    def gated(self, commit=None):
        return [r for r in self.exports if "commit" in r and
                commit in (None, r["commit"])]

    def macros(self, row):
        """What a module declares: pairs of URL and license, in order."""
        if row.get("library"):
            return [("", "library")]
        return [(u["url"], u["license"]) for u in row.get("userspace", []) +
                [u for c in row.get("class", ())
                 for u in self.classes[c]["userspace"]]]


def kind_of(row):
    """A module counts as of a class when something of it is."""
    for kind in ("class", "library", "undeclared"):
        if row.get(kind):
            return kind
    return "own"


def unique(seen, at, what):
    if what in seen:
        sys.exit(f"{at}: {what} once more, the first is {seen[what]}")
    seen[what] = at


def main(args):
    facts = Facts()
    if args == ["check"]:
        return
    if args in (["modules"], ["undeclared"]):
        rows = (facts.declared if args == ["modules"] else facts.undeclared)()
        lines = [(r["name"], r["file"], kind_of(r)) for r in rows]
    elif args == ["exports"]:
        lines = [(r["symbol"], "leave" if "leave" in r else "gate", r["from"],
                  r.get("commit", "-")) for r in facts.exports]
    else:
        sys.exit(__doc__)
    for line in lines:
        print(*line, sep="\t")


if __name__ == "__main__":
    main(sys.argv[1:])
