# SPDX-License-Identifier: GPL-2.0-only
"""um-relaxed: the same with CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y, and what
switches that off."""

import forge
from guest import Guest
from modules import TABLE, root
from policy import ENFORCE, it
from selftest import RELAXED, selftest

ROWS = ("undeclared", "undeclared-6", "bad-operator-case", "not-free", "library-nothing",
        "library-and-userspace", "weak", "declared", "unused")
LENT = ("lent, undeclared", "lent, not GPL-compatible")


def suite(tap, work):
    # This modpost needs not be told to warn.
    where, said = root(work, "um-relaxed", ROWS + ("getter-not", "lender", "lender-user-not"), ())
    lent = TABLE["lender-user-not"]
    for name, module in ("proprietary", "declared"), ("lent", lent.ko):
        forge.forge("replace s/^license=GPL$/license=None/", where.mods / f"{module}.ko",
                    where.mods / f"forged/{name}/{module}.ko")
    lent_kos = (lent.ko, f"forged/lent/{lent.ko}")
    guest = Guest(tap, "um-relaxed", where)
    guest.step("read", "enforce", ENFORCE)
    guest.equal("relaxed: userspace_enforce is N", "enforce/text", "N\\n")
    guest.load("gated", "gated")
    for m in map(TABLE.__getitem__, ROWS):
        text = m.modpost(relaxed=True)
        tap.equal(f"relaxed, {m.mod}: modpost says {it(text)}, as a warning", said.get(m.ko, []), text)
        guest.load(m.mod, m.ko)
        guest.unload(m.mod)
        guest.equal(f"relaxed, {m.mod}: loads", f"{m.mod}/errno {m.mod}/proc", "0 present")
        guest.equal(f"relaxed, {m.mod}: the kernel says {it(text)}, as a warning", f"{m.mod}/records",
                    m.kernel("EACCES") if text else "")
    guest.load("getter_not", "getter-not")
    guest.unload("getter_not")
    guest.equal("relaxed, symbol_get(): the kernel only warns", "getter_not/errno getter_not/records",
                f"0 {TABLE['getter-not'].kernel('ENXIO')}")
    guest.load("lender", "lender")
    for what, ko in zip(LENT, lent_kos):
        step = guest.load("lent_" + ko.split("/")[0], ko)
        guest.unload(lent.mod, f"-{step}")
        guest.equal(f"relaxed, {what}: the kernel only warns", f"{step}/errno {step}/records",
                    f"0 {lent.kernel('EACCES')}")
    selftest(guest, "um-relaxed", "um", [RELAXED])

    guest.step("write", "off", ENFORCE, 0)
    guest.step("write", "on", ENFORCE, 1)
    guest.step("read", "on_2", ENFORCE)
    guest.equal("relaxed: userspace_enforce may be written to what it is", "off/errno", "0")
    guest.equal("relaxed: it can be switched on", "on/errno on_2/text", "0 Y\\n")
    guest.load("2_getter", "getter-not")
    guest.equal("switched on, symbol_get(): gives nothing out", "2_getter/errno", "ENXIO")
    for m in map(TABLE.__getitem__, ROWS):
        step = guest.load(f"2_{m.mod}", m.ko)
        guest.unload(m.mod, f"-{step}")
        guest.equal(f"switched on, {m.mod}: {m.loader}", f"{step}/errno {step}/records",
                    f"{m.loader} {m.kernel()}")
    guest.step("write", "off_2", ENFORCE, 0)
    guest.step("read", "on_3", ENFORCE)
    guest.equal("switched on: it can't be switched off", "off_2/errno on_3/text", "EROFS Y\\n")
    guest.load("proprietary", "forged/proprietary/declared")
    guest.refused("proprietary", "relaxed, not GPL-compatible", "ENOENT",
                  "4 declared: Unknown symbol gated_1 (err -2)")
    guest.load("2_lent_not", lent_kos[0])
    guest.load("2_lent_forged", lent_kos[1])
    guest.equal("switched on, lent: refused", "2_lent_not/errno 2_lent_not/records",
                f"EACCES {lent.kernel()}")
    guest.equal("switched on, lent to one that is not GPL-compatible: unknown",
                "2_lent_forged/errno 2_lent_forged/records",
                f"ENOENT 4 {lent.mod}: Unknown symbol lent (err -2)")

    strict = Guest(tap, "um-relaxed, module.userspace_enforce=1", where)
    strict.step("read", "enforce", ENFORCE)
    strict.load("gated", "gated")
    strict.load("undeclared", "undeclared")
    strict.load("declared", "declared")
    strict.step("write", "off", ENFORCE, 0)
    strict.load("undeclared_2", "undeclared")
    text = TABLE["undeclared"].kernel()
    strict.equal("boot parameter: userspace_enforce is Y", "enforce/text", "Y\\n")
    strict.refused("undeclared", "boot parameter, undeclared", "EACCES", text)
    strict.accepted("declared", "boot parameter, declared", "declared", "declared")
    strict.equal("boot parameter: it can't be taken back", "off/errno", "EROFS")
    strict.refused("undeclared_2", "boot parameter, undeclared after that", "EACCES", text)

    def boot():
        guest.boot()
        strict.boot("module.userspace_enforce=1")
    return boot
