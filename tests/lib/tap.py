# SPDX-License-Identifier: GPL-2.0-only
"""TAP. What is going to be asserted is said first, from the rows and scenarios, and
so is the plan; the answers come when the guests have run. Who dies in between has
run less than planned."""

import sys


class Bail(Exception):
    """Nothing can be said any more."""


class Tap:
    def __init__(self):
        self.checks, self.nr, self.failed = [], 0, 0

    def equal(self, name, got, want):
        """The values, or functions that know them in time."""
        self.checks.append((name, got, want))

    def true(self, name, got):
        self.equal(name, lambda: bool(got()), True)

    def plan(self):
        print(f"1..{len(self.checks)}", flush=True)

    def run(self, checks):
        for name, got, want in checks:
            self.nr += 1
            try:
                got, want = (x() if callable(x) else x for x in (got, want))
            except (Bail, Exception) as e:  # pylint: disable=broad-except
                got, want = f"{type(e).__name__}: {e}", "an answer"
            if got == want:
                print(f"ok {self.nr} - {name}", flush=True)
            else:
                self.failed += 1
                print(f"not ok {self.nr} - {name}")
                for line in f"got:\n{got}\nexpected:\n{want}".splitlines():
                    print(f"# {line}", flush=True)


def main(function):
    try:
        sys.exit(function())
    except Bail as e:
        print(f"Bail out! {e}")
        sys.exit(1)
