#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-only
"""The records of facts: the one reader of series/facts/*.toml.

usage: facts.py check			are the records well-formed?
       facts.py modules			module, file and kind (own, class or
					library) of each that declares
       facts.py undeclared		those for which nothing was found
       facts.py exports			symbol, gated or left, macro and commit
       facts.py none			the list that modpost has of the
					undeclared, as C
       facts.py audit			what tools/module/userspace-audit has of
					the gated and the declared
       facts.py values			what a text may say as {{name}}
       facts.py fill FILE...		FILE with these filled in
       facts.py mark FILE		the parts of FILE between a line of
					<!-- facts: TEXT --> and one of
					<!-- /facts --> made from TEXT

README.md beside this file says what a record has. Each error is one line that
names the file and the record.
"""
import collections
import pathlib
import re
import sys
import textwrap
import tomllib

import parts

HERE = pathlib.Path(__file__).resolve().parent

# What each table has: its keys, "!" behind those that it has to have.
EVIDENCE = {"in!": str, "path!": str, "use": [str], "license": [str]}
USERSPACE = {"url!": str, "license!": str, "use!": str, "license_note": str,
             "evidence!": [EVIDENCE]}
SCHEMA = {
    "commit": {"name!": str, "subject!": str, "about": str, "why": str,
               "note": str, "link": [str]},
    "class": {"name!": str, "userspace!": [USERSPACE]},
    "module": {"name!": str, "file!": str, "commit!": str,
               "userspace": [USERSPACE], "class": [str], "library": bool,
               "undeclared": str, "interface": str, "lacks": str,
               "evidence": [EVIDENCE]},
    "export": {"symbol!": str, "file!": str, "from!": str, "namespace": str,
               "commit": str, "leave": bool, "reason": str},
}
SOURCE = {"repository!": str, "commit!": str}
# The figures of results/bench.md for which a letter has room.
BENCH = ("vmlinux, bytes", "text of kernel/module, bytes", "struct module, bytes",
         "the kernel and its modules", "1000 imports from vmlinux", "1000 imports, gated",
         "series: 1000 plain, then gated", "series: 1000 namespace, then gated")
# As kernel-style tags had them before SPDX named them otherwise.
OLD_IDS = {"GPL-2.0": "GPL-2.0-only", "GPL-2.0+": "GPL-2.0-or-later",
           "LGPL-2.1": "LGPL-2.1-only", "LGPL-2.1+": "LGPL-2.1-or-later"}


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
        self.order, self.by_hand, self.left_out = [], {}, {}
        self.modules, self.exports, self.sources = [], [], {}
        for path in sorted(self.where.glob("*.toml")):
            self.read(path)
        self.check()

    def read(self, path):
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
            sys.exit(f"{path.name}: {why}")
        if path.name == "order.toml":
            data = conform(data, parts.ORDER, path.name)
            parts.needed(data["part"])
            self.order = [entry for part in data["part"]
                          for entry in part["patches"]]
            self.left_out = data.get("by-hand", {})
            # What is named by its subject is made by hand, too.
            self.by_hand = {**{entry: entry for entry in self.order
                               if " " in entry}, **self.left_out}
            return
        if path.name == "sources.toml":
            self.sources = {name: conform(row, SOURCE, f"{path.name}: {name}")
                            for name, row in data.items()}
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
        for name, row in self.sources.items():
            unique(seen, f"sources.toml: {name}",
                   f"{row['repository']} {row['commit']}")
            if not re.fullmatch("[0-9a-f]{8,40}", row["commit"]):
                sys.exit(f"sources.toml: {name}: {row['commit']} is no commit")
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
        for row in [*self.modules, *self.classes.values()]:
            self.check_evidence(row, row["at"])
            for userspace in row.get("userspace", ()):
                self.check_evidence(userspace, row["at"])
        for row in self.commits.values():
            said = self.fill(row.get("why", "") + row.get("note", ""), row["at"])
            for n in range(1, len(row.get("link", ())) + 1):
                if f"[{n}]" not in said:
                    sys.exit(f"{row['at']}: no text refers to link [{n}]")
        for row in self.exports:
            self.one_of(row, "commit", "leave")
            unique(seen, row["at"], f"symbol {row['symbol']}")
            if "commit" in row:
                self.in_commit(row, "why")

    def check_evidence(self, row, at):
        for value in row.values():
            if isinstance(value, str):
                self.render(value, at)
        for item in row.get("evidence", ()):
            if item["in"] not in self.sources:
                sys.exit(f"{at}: sources.toml has no {item['in']}")
            # git can't fetch what is abbreviated.
            if len(self.sources[item["in"]]["commit"]) != 40:
                sys.exit(f"{at}: evidence in {item['in']}, whose commit is cut"
                         " short in sources.toml")
            if ("use" in item) == ("license" in item):
                sys.exit(f"{at}: {item['path']} shows either use or license")
        if "license" not in row:
            return
        for kind in ("use", "license"):
            if not any(kind in item for item in row["evidence"]):
                sys.exit(f"{at}: {row['url']}: no evidence of its {kind}")
        for item in row["evidence"]:
            for tag in item.get("license", ()):
                if tag.startswith("SPDX-License-Identifier: "):
                    for name in ids(tag.split(" ", 1)[1]) - ids(row["license"]):
                        sys.exit(f"{at}: {item['path']} is under {name}, which "
                                 f"{row['license']} does not have")

    def render(self, value, at=None):
        """A text with what it calls by the name of a source spelt out."""
        def spell(match):
            if match[1] not in self.sources:
                sys.exit(f"{at}: sources.toml has no {match[1]}")
            return self.where_read(match[1])
        return re.sub(r"\{([a-z][a-z0-9-]*)\}", spell, value)

    def where_read(self, name):
        source = self.sources[name]
        return "/".join(source["repository"].split("/")[-2:]) + \
            "@" + source["commit"][:8]

    @staticmethod
    def one_of(row, *keys):
        """A module has what is its own, its class, or both."""
        has = [key for key in keys if row.get(key)]
        if len(has) != 1 and has != ["userspace", "class"]:
            sys.exit(f"{row['at']}: {' and '.join(has) or 'none'} of "
                     f"{', '.join(keys)}")

    def in_commit(self, row, kind):
        if kind == "about" and row["commit"] in self.by_hand:
            return
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

    def values(self):
        """What texts may say, by name."""
        known = [r["name"] for r in self.undeclared()]
        kinds = collections.Counter(kind_of(r) for r in self.declared())
        first = ("gate-dma-buf", "gate-heaps", "gate-p2pdma")
        plain = [r for r in self.gated() if r["from"] == "EXPORT_SYMBOL"]
        values = {
            "modules": len(self.declared()), "own": kinds["own"],
            "class": kinds["class"], "library": kinds["library"],
            "undeclared": listed(known), "n-undeclared": number(len(known)),
            "gated": len(self.gated()), "plain": len(plain),
            "handed-on": len([r for r in self.gated()
                              if r["commit"] not in first]),
            "plain-but-prime": len([r for r in plain
                                    if r["commit"] != "gate-drm-prime"]),
            "lacking": listed([r["name"] for r in self.declared()
                               if "lacks" in r]),
        }
        values |= self.dkms()
        for name, commit in self.commits.items():
            if "why" in commit:
                values[name] = len(self.gated(name))
                values["plain-" + name] = len(
                    [r for r in plain if r["commit"] == name])
        return values

    @staticmethod
    def dkms():
        """Of Debian's packages of modules, by what series/facts/dkms-report said."""
        text = (HERE / "dkms.tsv").read_text(encoding="utf-8").splitlines()
        rows = [line.split("\t") for line in text if line[0] != "#"][1:]
        # A package is what the first of these says that one of its modules is.
        kinds = {"dkms-fails": "does not build", "dkms-gpl": "GPL-incompatible",
                 "dkms-line": "needs one line", "dkms-get": "uses symbol_get()",
                 "dkms-none": "not concerned"}
        said = set()
        values = {"dkms": number(len({row[0] for row in rows}))}
        for name, says in kinds.items():
            found = {row[0] for row in rows if row[3].startswith(says)} - said
            said |= found
            values[name] = listed(sorted(p.removesuffix("-dkms")
                                         for p in found))
        return values

    @staticmethod
    def bench():
        """Of what make bench found, the figures that a letter has room for."""
        path = HERE / "../../results/bench.md"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        wanted = "|".join(map(re.escape, BENCH))
        rows = re.findall(rf"^    ((?:{wanted}|) {{3,}}.*)", text, re.M)
        lines = re.search(r"^    lines of kernel/module.* (\d+)$", text, re.M)
        if len(rows) != len(BENCH) + 1 or not lines:
            sys.exit(f"{path}: not all of the figures are there, make bench writes them")
        return {"bench": "\n".join(rows), "bench-lines": lines[1]}

    def fill(self, value, at):
        """{{name}} is a value; {{Name}} the same at the start of a sentence."""
        values = self.values()

        def spell(match):
            name = match[1][0].lower() + match[1][1:]
            if name.startswith("bench"):
                values.update(self.bench())
            if name not in values:
                sys.exit(f"{at}: there is no value {match[1]}")
            said = str(values[name])
            return said if name == match[1] else said[0].upper() + said[1:]
        return re.sub(r"\{\{([A-Za-z0-9-]+)\}\}", spell, value)

    def fill_file(self, path, width=76):
        """The paragraphs that have a value in them are wrapped anew, but a table."""
        out = []
        for part in path.read_text(encoding="utf-8").split("\n\n"):
            filled = self.fill(part, path.name)
            if filled != part and not re.fullmatch("{{[a-z]+}}", part):
                filled = textwrap.fill(filled, width, break_long_words=False,
                                       break_on_hyphens=False)
            out.append(filled)
        return "\n\n".join(out)

    def mark(self, path):
        def make(match):
            text_ = textwrap.fill(self.fill(match[2], path.name), 80,
                                  break_long_words=False,
                                  break_on_hyphens=False)
            return f"{match[1]}{text_}\n{match[3]}"
        return re.sub(r"(<!-- facts: (.*?) -->\n).*?(<!-- /facts -->)", make,
                      path.read_text(encoding="utf-8"), flags=re.S)

    def none(self):
        """What modpost includes; it never gets longer."""
        return "".join([
            "/* SPDX-License-Identifier: GPL-2.0-only */\n"
            "/* The modules of the tree for which no free userspace"
            " is known. */\n",
            *sorted(f'"{r["name"]}",\n' for r in self.undeclared())])

    def audit(self):
        """What userspace-audit knows of a kernel without the series."""
        lines = [
            *sorted(f"gated\t{r['symbol']}" for r in self.gated()),
            # An inline function without the series, which calls this one.
            "inline\tib_umem_get_attr_or_va",
            *sorted({f"declared\t{r['name']}" for r in self.declared()} |
                    {f"none-known\t{r['name']}" for r in self.undeclared()})]
        return ("# SPDX-License-Identifier: GPL-2.0-only\n"
                "# Generated by series/facts/facts.py audit, in the repository "
                "of this series, from the\n# records of which its declarations "
                "are made: the symbols that only modules with a\n# free "
                "userspace can use, and the modules of the kernel tree that "
                "declare one, for\n# kernels that do not say so themselves.\n" +
                "\n".join(lines) + "\n")

    def macros(self, row):
        """What a module declares: pairs of URL and license, in order."""
        if row.get("library"):
            return [("", "library")]
        return [(u["url"], u["license"]) for u in row.get("userspace", []) +
                [u for c in row.get("class", ())
                 for u in self.classes[c]["userspace"]]]


def listed(names):
    return ", ".join(names[:-1]) + " and " + names[-1] if names[1:] else \
        "".join(names) or "none"


def number(n):
    words = ("no", "one", "two", "three", "four", "five", "six", "seven",
             "eight", "nine", "ten")
    return words[n] if n < len(words) else str(n)


def ids(expression):
    """The identifiers in an SPDX expression."""
    words = re.findall(r"[A-Za-z0-9.+-]+", expression)
    return {OLD_IDS.get(w, w) for w in words
            if w.upper() not in ("AND", "OR", "WITH")}


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
    if args == ["none"]:
        print(facts.none(), end="")
        return
    if args == ["audit"]:
        print(facts.audit(), end="")
        return
    if args[:1] == ["fill"] and len(args) > 1:
        for path in args[1:]:
            print(facts.fill_file(pathlib.Path(path)), end="")
        return
    if args[:1] == ["mark"] and len(args) == 2:
        print(facts.mark(pathlib.Path(args[1])), end="")
        return
    if args in (["modules"], ["undeclared"]):
        rows = [r for r in facts.modules if r["commit"] in facts.commits and
                ("undeclared" in r) == (args == ["undeclared"])]
        lines = [(r["name"], r["file"], kind_of(r)) for r in rows]
    elif args == ["values"]:
        lines = sorted(facts.values().items())
    elif args == ["exports"]:
        lines = [(r["symbol"], "leave" if "leave" in r else "gate", r["from"],
                  r.get("commit", "-")) for r in facts.exports]
    else:
        sys.exit(__doc__)
    for line in lines:
        print(*line, sep="\t")


if __name__ == "__main__":
    main(sys.argv[1:])
