#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-only
"""The parts of the series: the one reader of series/facts/order.toml.

usage: parts.py folders <SUBJECTS	for each subject of the series, in order:
					the folder of the part that it is in
       parts.py list			folder, name, what it needs itself and by
					others, if it is squashed, and the question
       parts.py names NAME		the patches of that part, as they are named
"""
import pathlib
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
PART = {"name!": str, "needs": [str], "asks!": str, "squash": bool,
        "patches!": [str]}
ORDER = {"part!": [PART], "by-hand": dict}


def read(path):
    with open(path, "rb") as f:
        return tomllib.load(f)


def folder(number, part):
    return f"{number:02d}-{part['name']}"


def needed(parts):
    """For each part all that it needs, in the order of the series."""
    known = {}
    for part in parts:
        needs = set(part.get("needs", ()))
        for name in part.get("needs", ()):
            if name not in known:
                sys.exit(f"order.toml: {part['name']} needs {name}, "
                         "which is no part before it")
            needs |= set(known[name])
        known[part["name"]] = [n for n in known if n in needs]
    return known


def folders(subjects):
    """Where each is; one that is not named is behind the one before it."""
    order = read(HERE / "order.toml")
    names = dict(order.get("by-hand", {}))
    for path in HERE.glob("*.toml"):
        for commit in read(path).get("commit", ()):
            names[commit["name"]] = commit["subject"]
    where = {names.get(entry, entry): at for at, part in
             enumerate(order["part"]) for entry in part["patches"]}
    now = 0
    for subject in subjects:
        at = where.get(subject, now)
        if at < now:
            sys.exit(f"\"{subject}\" comes behind patches of "
                     f"{order['part'][now]['name']}: order.toml has it before")
        now = at
        print(folder(now + 1, order["part"][now]))


def main(args):
    if args == ["folders"]:
        folders(sys.stdin.read().splitlines())
    elif args == ["list"]:
        parts = read(HERE / "order.toml")["part"]
        for number, part in enumerate(parts, 1):
            print(folder(number, part), part["name"],
                  " ".join(needed(parts)[part["name"]]) or "-",
                  "squash" if part.get("squash") else "-", part["asks"],
                  sep="\t")
    elif args[:1] == ["names"] and len(args) == 2:
        for part in read(HERE / "order.toml")["part"]:
            if part["name"] == args[1]:
                print(*part["patches"], sep="\n")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
