# SPDX-License-Identifier: GPL-2.0-only
"""table: the table "What checks what" of the documentation, a row a line: what
modpost said, what insmod returned, what the kernel's log said. Of what is not for the
loader it names the test that asks modpost, and what that expects. The modules that modpost
refuses are loaded as a build makes them whose modpost was told to warn."""

import shutil

from cases import said, stderr_of_make
from guest import Guest
from kbuild import JOBS, make
from modules import TABLE, root

# The row, and the cases of tests/cases that stand for it. Those that are not for the
# loader are built by tests/modpost alone, in the place that is named there.
ROWS = (
    ("uses no gated symbol", "unused", "unused-valid"),
    ("uses one, valid declaration", "declared"),
    ("uses one, no declaration", "undeclared", "weak"),
    ("uses one, declaration malformed, not free or unknown", "bad-expression", "not-free", "not-known"),
    ("declaration malformed, no gated symbol used", "unused-bad"),
    ("a string that is no declaration; declarations that do not fit", "stray", "many-fit", "many-fit-not"),
    ("uses symbols that are not known", "hand-unknown", "library-unknown", "unknown-declared"),
    ("out of tree, library, uses a gated symbol, exports none", "library-nothing"),
    ("out of tree, library, uses only what is lent", "lender-user-library"),
    ("out of tree, declared, has other exports", "lender"),
    ("out of tree, declares nothing, uses only what is lent", "lender-user-not"),
    ("M= inside the kernel tree, library", "library-nothing-tree"),
    ("in tree, uses what an out-of-tree module lends", "lender-user-tree"),
    ("in tree, one of those for which no free userspace is known", "none-known/=habanalabs"),
    ("not GPL-compatible, whatever it declares", "gpl-incompatible-declared"),
    ("a tag that modpost did not write", "hand"),
)


RELAXED = "any of the refusals, CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y"


def strict(where):
    """What modpost says of the modules when nothing relaxes it."""
    directory = where.kernel.parents[1] / "boot/um"
    (directory / "Module.symvers").unlink(missing_ok=True)
    with open(directory / "strict", "w", encoding="utf-8") as err:
        make(where.kernel, f"M={directory}", "CONFIG_MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS=y",
             "modules", jobs=JOBS, stderr=err)
    return said(stderr_of_make(directory / "strict"))[0]


def one_line(texts):
    return " / ".join(t.replace("\n", " ") for t in texts).strip() or "nothing"


def show(guest, m, by_modpost):
    errno = guest.facts(f"{m.mod}/errno")
    print(f"# {m.name}: modpost: {one_line(by_modpost.get(m.ko, []))}")
    print(f"#     insmod: {'loads' if errno == '0' else errno}; dmesg: "
          f"{guest.facts(f'{m.mod}/records') or 'nothing'}")


def relaxed(tap, work):
    """The guest of the last row, what modpost said, and the modules."""
    work.mkdir()
    shutil.copy(work.parent / "guest", work)
    # What is refused whatever the option says has rows of its own above.
    asked = [m for row in ROWS for m in map(TABLE.__getitem__, row[1:])
             if m.loader == "EACCES" and not m.refused(relaxed=True)]
    where, by_modpost = root(work, "um-relaxed", tuple(m.name for m in asked) + ("lender",), ())
    guest = Guest(tap, "table, relaxed", where)
    for name in "gated", "lender":
        guest.load(name, name)
    for m in asked:
        guest.load(m.mod, m.ko)
        guest.unload(m.mod)
        tap.equal(f"table, relaxed: {m.name}: modpost, word for word", by_modpost.get(m.ko, []),
                  m.modpost(relaxed=True))
        guest.equal(f"table, relaxed: {m.name}: the loader, word for word", f"{m.mod}/errno {m.mod}/records",
                    f"0 {m.kernel('EACCES')}")
    return guest, by_modpost, asked


def suite(tap, work):
    where, _ = root(work, "um")
    by_modpost = strict(where)
    guest = Guest(tap, "table", where)
    guest.load("gated", "gated")
    asked = [TABLE[name] for row in ROWS for name in row[1:]]
    loaded = [m for m in asked if m.loader]
    for m in sorted(loaded, key=lambda m: not m.exports):
        guest.load(m.mod, m.ko)
        if not m.exports:
            guest.unload(m.mod)
        tap.equal(f"table: {m.name}: modpost, word for word", by_modpost.get(m.ko, []),
                  m.modpost(no_import_ok=True))
        guest.equal(f"table: {m.name}: the loader, word for word", f"{m.mod}/errno {m.mod}/records",
                    f"{m.loader} {m.kernel()}")

    last, last_modpost, last_asked = relaxed(tap, work / "relaxed")

    def boot():
        guest.boot()
        last.boot()
        for title, *names in ROWS:
            print(f"#\n# == {title}")
            for m in map(TABLE.__getitem__, names):
                if m in loaded:
                    show(guest, m, by_modpost)
                else:
                    print(f"# {m.name} (tests/modpost/run {m.case}, {m.where or 'external'}): modpost is expected to say: "
                          f"{one_line(m.modpost())}")
        print(f"#\n# == {RELAXED}")
        for m in last_asked:
            show(last, m, last_modpost)
    return boot
