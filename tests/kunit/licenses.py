#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Check the table of free licenses against the SPDX license list.

The table decides which drivers the kernel refuses, so it must not be checked
against itself. The Debian package "reuse" ships the SPDX license list with the
OSI's and the FSF's verdicts, and depends on an independent parser of license
expressions (license_expression), which is asked about random expressions.

usage: licenses.py <print-licenses>, prints "ok - name" or "not ok - name"
"""
import json
import pathlib
import random
import subprocess
import sys

import license_expression
import reuse

# Well known, and neither OSI-approved nor free to the FSF: source-available,
# non-commercial, no-derivatives, "ethical", or proprietary.
NOT_FREE = """
    Aladdin BUSL-1.1 CC-BY-NC-4.0 CC-BY-NC-ND-4.0 CC-BY-NC-SA-4.0 CC-BY-ND-4.0
    Elastic-2.0 Hippocratic-2.1 Intel-ACPI JSON Parity-7.0.0
    PolyForm-Noncommercial-1.0.0 PolyForm-Small-Business-1.0.0 SSPL-1.0 Xerox
""".split()
# How the license of a module, or of no license at all, is written.
NO_SPDX = """
    GPL GPL-2 GPLv2 Apache BSD Dual LGPL Proprietary NONE NOASSERTION Unknown
    LicenseRef-MIT
""".split()

EXPRESSIONS = 3000

failed = False


def check(name, wrong):
    """One line of result; @wrong lists what contradicts @name."""
    global failed
    wrong = sorted(set(wrong))
    print(f"{'not ok' if wrong else 'ok'} - {name}")
    for item in wrong[:20]:
        print(f"# {item}")
    failed |= bool(wrong)


def spdx(name, key, ident):
    path = pathlib.Path(reuse.__file__).parent / "resources" / name
    return {e[ident]: e for e in json.loads(path.read_text())[key]}


def random_expression(rng, ids, exceptions, depth=0):
    """An expression that is well-formed, with more than enough parentheses."""
    kind = rng.random()
    if depth < 6 and kind < 0.5:
        parts = [random_expression(rng, ids, exceptions, depth + 1)
                 for _ in range(rng.randint(2, 3))]
        text = parts[0]
        for part in parts[1:]:
            text += rng.choice([" AND ", " OR "]) + part
        return f"({text})" if rng.random() < 0.5 else text
    text = rng.choice(ids)
    if kind > 0.9:
        text += "+"
    if kind > 0.8:
        text += " WITH " + rng.choice(exceptions)
    return text


def is_free(node, free, free_exceptions):
    """Evaluate what license_expression has parsed."""
    if isinstance(node, license_expression.LicenseWithExceptionSymbol):
        return (is_free(node.license_symbol, free, free_exceptions) and
                node.exception_symbol.key in free_exceptions)
    if isinstance(node, license_expression.LicenseSymbol):
        return node.key.removesuffix("+") in free
    values = [is_free(arg, free, free_exceptions) for arg in node.args]
    return all(values) if node.operator == " AND " else any(values)


def main():
    program = sys.argv[1]
    out = subprocess.run([program], check=True, capture_output=True, text=True)
    rows = [line.split("\t") for line in out.stdout.splitlines()]
    table = [i for what, i in rows if what == "license"]
    exceptions = [i for what, i in rows if what == "exception"]
    known = spdx("licenses.json", "licenses", "licenseId")
    known_exceptions = spdx("exceptions.json", "exceptions",
                            "licenseExceptionId")

    check("the table of free licenses is not empty", [] if table else ["empty"])
    check("the SPDX license list spells each of them like this",
          [i for i in table if i not in known])
    check("each is OSI-approved or free to the FSF",
          [i for i in table if i in known and
           not known[i].get("isOsiApproved") and
           not known[i].get("isFsfLibre")])
    check("the licenses are sorted, none is there twice",
          [b for a, b in zip(table, table[1:]) if a >= b])
    check("no two licenses differ in case alone",
          [i for i in table if [j.lower() for j in table].count(i.lower()) > 1])
    check("the table of exceptions is not empty",
          [] if exceptions else ["empty"])
    check("the SPDX list of exceptions spells each of them like this",
          [i for i in exceptions if i not in known_exceptions])
    check("no exception is deprecated",
          [i for i in exceptions if i in known_exceptions and
           known_exceptions[i]["isDeprecatedLicenseId"]])
    check("the exceptions are sorted, none is there twice",
          [b for a, b in zip(exceptions, exceptions[1:]) if a >= b])

    lower = {i.lower() for i in table + exceptions}
    check("well-known licenses that are not free are not in the table",
          [i for i in NOT_FREE + NO_SPDX if i.lower() in lower])
    check("the SPDX license list says that they are not free",
          [i for i in NOT_FREE if i not in known or
           known[i].get("isFsfLibre") or known[i].get("isOsiApproved")])

    # Each identifier of the list by itself, then in random expressions.
    rng = random.Random(1)
    not_free = [i for i in known if i not in table and not i.endswith("+")]
    singles = [i for i in known if not i.endswith("+")]
    exprs = singles[:]
    bad_exceptions = ["Unknown-exception", "MIT"]
    while len(exprs) < len(singles) + EXPRESSIONS:
        expr = random_expression(rng, table + rng.sample(not_free, len(table)),
                                 exceptions * 2 + bad_exceptions * 10)
        if len(expr) < 450:
            exprs.append(expr)
    out = subprocess.run([program, "-"], check=True, capture_output=True,
                         text=True, input="\n".join(exprs) + "\n")
    verdicts = out.stdout.splitlines()
    check("a license of the SPDX license list is free if it is in the table",
          [f"{e}: {v}" for e, v in zip(singles, verdicts)
           if v != ("free" if e in table else "not free")])

    licensing = license_expression.Licensing()
    wrong = [] if len(verdicts) == len(exprs) else ["verdicts are missing"]
    count = {"free": 0, "not free": 0}
    for expr, verdict in list(zip(exprs, verdicts))[len(singles):]:
        want = "free" if is_free(licensing.parse(expr), table,
                                 exceptions) else "not free"
        count[want] += 1
        if verdict != want:
            wrong.append(f"{expr}: {verdict}, not {want}")
    if min(count.values()) < EXPRESSIONS / 10:
        wrong.append(f"the expressions are too much alike: {count}")
    check(f"{EXPRESSIONS} random expressions are judged like an independent "
          "parser does", wrong)
    sys.exit(failed)


main()
