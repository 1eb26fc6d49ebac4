#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-only
"""Look at the evidence of each fact in the repository that it names.

usage: evidence.py CACHE [--newest] [MODULE...]

EVIDENCE=<dir> has clones, as <owner>/<name>, <owner>+<name>, <name> or
<name>.git. Without it, git fetches the one commit of each source, and of its
files only those that are looked at, into CACHE. --newest looks at the newest
commit of the default branch instead of the one that the record names.

Prints a line for each piece of evidence: what became of it, the module or
class, and where; and what they are at the end.

  holds      what the record says stands there
  moved      it does not stand there, but in another file of that commit
  gone       it stands nowhere in that commit
  not there  the repository or the commit cannot be had

The exit status is 0 if all holds, 1 if something moved or is gone, and 2 if
something could not be looked at, but nothing moved or is gone.
"""
import os
import pathlib
import re
import subprocess
import sys

from facts import Facts

STATES = ("holds", "moved", "gone", "not there")


def squeezed(text):
    """Without what begins the lines of comments, and how lines are broken."""
    return " ".join(re.sub(r"^[ \t]*(\*|//|#|;|--|dnl)+[ \t]?", "", text,
                           flags=re.M).split())


def stands(string, text):
    """" ... " in a string stands for anything."""
    at = 0
    for part in string.split(" ... "):
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


class Source:
    """One commit of one repository, as far as it can be had."""

    def __init__(self, source, cache, newest):
        self.source, self.texts = source, {}
        self.dir = self.clone() if os.environ.get("EVIDENCE") else \
            self.fetched(cache, newest)
        self.commit = None
        if self.dir:
            # What was fetched is at FETCH_HEAD, a clone has its branches.
            name = source["commit"] if not newest else \
                "HEAD" if os.environ.get("EVIDENCE") else "FETCH_HEAD"
            self.commit = (self.git("rev-parse", "-q", "--verify",
                                    name + "^{commit}") or "").strip()

    def git(self, *args):
        done = subprocess.run(["git", "--git-dir", self.dir, *args],
                              stdout=subprocess.PIPE, check=False,
                              stderr=subprocess.DEVNULL)
        return None if done.returncode else \
            done.stdout.decode("utf-8", "replace")

    def clone(self):
        owner, name = self.source["repository"].removesuffix(".git") \
            .split("/")[-2:]
        top = pathlib.Path(os.environ["EVIDENCE"])
        for path in (top / owner / name, top / f"{owner}+{name}", top / name,
                     top / f"{name}.git"):
            for git in (path / ".git", path / "repo/.git", path / "repo", path):
                if (git / "objects").is_dir():
                    return str(git)
        return None

    def fetched(self, cache, newest):
        url, commit = self.source["repository"], self.source["commit"]
        self.dir = str(pathlib.Path(cache) / re.sub(r"\W+", "-", url))
        if not newest and os.path.isdir(self.dir) and \
                self.git("cat-file", "-e", commit + "^{commit}") is not None:
            return self.dir
        subprocess.run(["git", "init", "-q", "--bare", self.dir], check=True)
        for key, value in (("url", url), ("promisor", "true"),
                           ("partialclonefilter", "blob:none")):
            self.git("config", f"remote.origin.{key}", value)
        self.git("fetch", "-q", "--depth=1", "--filter=blob:none", "origin",
                 "HEAD" if newest else commit)
        return self.dir

    def text(self, path):
        if path not in self.texts:
            text = self.git("show", f"{self.commit}:{path}") or ""
            self.texts[path] = text + "\n" + squeezed(text)
        return self.texts[path]

    def look(self, path, strings):
        """What became of it, and where it is now."""
        if not self.commit:
            return "not there", ""
        missing = [s for s in strings if not stands(s, self.text(path))]
        if not missing:
            return "holds", ""
        found = None
        for string in missing:
            words = max(string.split(" ... "), key=len)
            files = {line.split(":", 1)[1] for line in
                     (self.git("grep", "-lF", "-e", words, self.commit)
                      or "").splitlines()}
            found = files if found is None else found & files
        if not found:
            return "gone", ", ".join(missing)
        return "moved", f"{', '.join(missing)}: {min(found)}"


def pieces(facts):
    """Each piece of evidence, and what it is of."""
    for name, row in facts.classes.items():
        for userspace in row["userspace"]:
            for item in userspace["evidence"]:
                yield f"class {name}", item
    for row in facts.modules:
        for part in (row, *row.get("userspace", ())):
            for item in part.get("evidence", ()):
                yield row["name"], item


def main(args):
    newest = "--newest" in args
    args = [arg for arg in args if arg != "--newest"]
    if not args:
        sys.exit(__doc__)
    facts, sources = Facts(), {}
    count = dict.fromkeys(STATES, 0)
    seen = {}
    todo = [piece for piece in pieces(facts)
            if not args[1:] or piece[0] in args[1:]]
    for n, (name, item) in enumerate(todo, 1):
        # Each line that is printed shows how far it is, if somebody sees it.
        if sys.stderr.isatty() and not sys.stdout.isatty():
            print(f"\revidence: {n} of {len(todo)}, {item['in']}\033[K",
                  end="", file=sys.stderr, flush=True)
        source = item["in"]
        if source not in sources:
            sources[source] = Source(facts.sources[source], args[0], newest)
        kind = "use" if "use" in item else "license"
        key = (source, item["path"], tuple(item[kind]))
        if key not in seen:
            seen[key] = sources[source].look(item["path"], item[kind])
        state, where = seen[key]
        count[state] += 1
        print(state, name, kind,
              f"{facts.where_read(source)} {item['path']}", where,
              sep="\t", flush=True)
    if sys.stderr.isatty() and not sys.stdout.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    if not sum(count.values()):
        sys.exit("evidence: there is none of that name")
    print("evidence: " + ", ".join(f"{n} {s}" for s, n in count.items())
          + f", in {len(sources)} sources", file=sys.stderr)
    sys.exit(1 if count["moved"] or count["gone"] else
             2 if count["not there"] else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
