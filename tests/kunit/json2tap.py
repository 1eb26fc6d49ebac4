#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Print "ok - name" or "not ok - name" for each case in what kunit.py --json
has written. Fails if there is no result, or no case in it."""
import json
import sys


def walk(group, path):
    found = 0
    for case in group.get("test_cases", []):
        name = " ".join(path + [case["name"]])
        word = {"PASS": "ok", "SKIP": "ok"}.get(case["status"], "not ok")
        skip = " # SKIP" if case["status"] == "SKIP" else ""
        print(f"{word} - {name.replace('#', '')}{skip}")
        found += 1
    for sub in group.get("sub_groups", []):
        found += walk(sub, path + [sub["name"]])
    return found


try:
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = walk(json.load(file), [])
except (OSError, ValueError) as error:
    sys.exit(f"no result: {error}")
if not cases:
    sys.exit("no case ran")
