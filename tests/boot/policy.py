# SPDX-License-Identifier: GPL-2.0-only
"""um: what modpost and the loader say of each row of tests/cases."""

import subprocess

import forge
from audit import agrees, reads
from guest import Guest, modinfo, tool
from modules import TABLE, load_forged, root
from selftest import selftest

ENFORCE = "/sys/module/module/parameters/userspace_enforce"


def it(text):
    return "it, word for word" if text else "nothing"


def undefined(file):
    """What a module imports, in the order in which the loader looks for it."""
    out = subprocess.run(["nm", "-p", "-u", "-j", file], capture_output=True, text=True, check=True).stdout
    return [name for name in out.split() if not name.startswith("__")]


def tools(tap, where):
    """What the tools of this machine make of such modules."""
    def depmod(*args):
        return where.depmod("-n", *args).stdout.splitlines()
    gated = [line for line in depmod() if "gated_" in line]
    tap.equal("depmod takes the modules", lambda: where.depmod().returncode, 0)
    tap.equal("depmod finds the exporters of gated symbols",
              [line for line in depmod() if line.startswith("extra/library-user.ko:")],
              ["extra/library-user.ko: extra/library.ko extra/gated.ko"])
    tap.equal("depmod -e -E takes a Module.symvers with the new class",
              [line for line in depmod("-e", "-E", where.symvers) if "gated_" in line], gated)
    tap.true("... and there are such symbols", lambda: len(gated) >= 10)
    # A compiler may lay them out in any order.
    tap.equal("modinfo -F userspace shows two declarations",
              sorted(modinfo(where.mods / "valid-two.ko").split("\\n"))[1:], TABLE["valid-two"].declared())
    tap.equal("modinfo -F userspace shows nothing for a module without one",
              modinfo(where.mods / "undeclared.ko"), "")
    out = subprocess.run([tool("modprobe"), "-d", where.root, "-S", where.release, "-D", "library-user"],
                         capture_output=True, text=True, check=False).stdout
    tap.equal("modprobe finds the way to them", [line.split("/")[-1].strip() for line in out.splitlines()],
              ["gated.ko", "library.ko", "library-user.ko"])


def judge(guest, module, said):
    """6 assertions, or 4"""
    want = module.modpost(relaxed=True, no_import_ok=True)
    guest.tap.equal(f"{module.mod}: modpost says {it(want)}", said.get(module.ko, []), want)
    if module.loader == "0":
        guest.accepted(module.mod, module.mod, module.ko, module.mod)
        guest.equal(f"{module.mod}: can be unloaded", f"-{module.mod}/errno", "0")
    else:
        guest.refused(module.mod, module.mod, module.loader, module.kernel())


def asking(guest):
    """symbol_get() with a name in an array, made at run time, of the kernel, and of another
    module; what is lent by those that were answered."""
    def text(who, symbol, how, why):
        return (f"4 {who}: symbol_get() of {symbol}, {how} only to modules with a free userspace, "
                f"but {why}.")
    invalid, nobody = "has no valid declaration", "the name is no string of a module"
    nothing = "gives nothing out, and one message"
    guest.load("getter_array", "getter-array")
    guest.unload("getter_array")
    guest.load("getter_array_not", "getter-array-not")
    guest.equal("symbol_get(), the name is in an array, declared: given out, without a word",
                "getter_array/errno getter_array/records", "0 ")
    guest.equal(f"symbol_get(), the name is in an array, undeclared: {nothing}",
                "getter_array_not/errno getter_array_not/records",
                f"ENXIO {text('getter_array_not', 'gated_1', 'exported by gated', invalid)}")

    guest.load("kernel_names", "kernel-names")
    for step, what, asked, said in (
            ("ask_run", "the name is made at run time", "name=gated_1",
             text("no module", "gated_1", "exported by gated", nobody)),
            ("ask_run_lent", "of what is lent, the name is made at run time", "name=kernel",
             text("no module", "kernel", "lent by kernel_names", nobody)),
            ("ask_kernel", "by built-in code, gated", "kobject=fs",
             text("no module", "fs", "exported by kernel_names", nobody))):
        guest.step("exec", step, f"/sbin/modprobe ask {asked} 2>/dev/null")
        guest.equal(f"symbol_get(){' ' if what[:2] in ('of', 'by') else ', '}{what}: {nothing}",
                    f"{step}/exit {step}/records", f"1 {said}")
    guest.step("exec", "ask_kernel_lent", "/sbin/modprobe ask kobject=kernel")
    guest.equal("symbol_get() by built-in code, lent: given out, without a word",
                "ask_kernel_lent/exit ask_kernel_lent/records", "0 ")
    guest.unload("ask", "-ask_kernel_lent")
    guest.unload("kernel_names")

    # Who asks is the module that has the name, whoever calls; and it lends from then on.
    guest.load("ask", "ask")
    guest.load("name", "name")
    guest.equal("symbol_get() of a name that a declared module hands on: given out, without a word",
                "name/errno name/records", "0 ")
    guest.load("name_user", "name-user")
    guest.refused("name_user", "who asked symbol_get() lends what it exports, its user", "EACCES",
                  "4 name_user: uses named, lent by name only to modules with a free userspace, "
                  "but has no valid declaration.")
    guest.equal("who asked symbol_get() lends what it exports", "name_user/errno", "EACCES")
    guest.unload("name")
    guest.unload("ask")
    guest.load("asks", "asks")
    guest.load("asks_user_not", "asks-user-not")
    guest.equal("who may ask symbol_get() lends what it exports, before it has asked",
                "asks/errno asks_user_not/errno asks_user_not/records",
                f"0 EACCES {TABLE['asks-user-not'].kernel('EACCES')}")
    guest.unload("asks")


def suite(tap, work):
    where, said = root(work, "um")
    where.symvers = where.kernel.parents[1] / "boot/um/Module.symvers"
    guest = Guest(tap, "um", where)
    tools(tap, where)

    load_forged(guest, "um-exporter")
    guest.load("gated", "gated")
    guest.accepted("gated", "the exporter of gated symbols", "gated", "gated")

    rows = [m for m in TABLE.modules.values() if m.loader not in ("", "+")]
    for m in rows:
        guest.load(m.mod, m.ko)
        # Those that export something stay for their users.
        if not m.exports:
            guest.unload(m.mod)
        judge(guest, m, said)
    # Whoever uses another one goes before it.
    for m in reversed(rows):
        if m.exports:
            guest.unload(m.mod)

    # symbol_get() is answered by what the module declares in which the name lies.
    getter, getter_not = TABLE["getter"], TABLE["getter-not"]
    tap.equal("symbol_get(), undeclared: modpost says it, word for word", said.get("getter-not"),
              getter_not.modpost(relaxed=True))
    guest.load("getter", "getter")
    guest.unload("getter")
    guest.equal("symbol_get(), declared: given out, without a word", "getter/errno getter/records", "0 ")
    guest.load("getter_not", "getter-not")
    guest.equal("symbol_get(), undeclared: gives nothing out, and one message", "getter_not/errno getter_not/records",
                f"ENXIO {getter_not.kernel('ENXIO')}")
    asking(guest)
    # Out of scope, as the documentation says: nobody can see it.
    tap.equal("found in kallsyms: modpost says nothing", said.get("finder"), None)
    guest.load("finder", "finder")
    guest.unload("finder")
    guest.equal("found in kallsyms: loads, and calls it", "finder/errno finder/records", "0 ")

    load_forged(guest, "um")
    many = where.mods / "forged/many/undeclared.ko"
    forge.forge("append " + "".join(f"userspace=https://example.org/{i:0480d} MIT\\0" for i in range(12)),
                where.mods / "undeclared.ko", many)
    guest.load("many", "forged/many/undeclared")
    guest.unload("undeclared", "-many")
    # modpost refuses so many, see too-many of modules.cases.
    guest.equal("12 long declarations, written by hand: loads", "many/errno", "0")
    tap.equal("12 long declarations: sysfs shows what fits in a page",
              lambda: guest.facts("many/userspace").split("\\n")[:7],
              modinfo(many).split("\\n")[:7])

    guest.step("exec", "modprobe", "/sbin/modprobe library-user")
    guest.step("exec", "-modprobe", "/sbin/modprobe -r library-user")
    guest.step("exec", "modprobe_not", "/sbin/modprobe library-user-not 2>&1")
    guest.step("exec", "-modprobe_not", "/sbin/modprobe -r library")
    guest.load("gated_back", "gated")
    guest.equal("modprobe loads a library and its user", "modprobe/exit", "0")
    guest.equal("modprobe fails for a user that declares nothing", "modprobe_not/exit", "1")
    guest.equal("modprobe says that permission was denied", "modprobe_not/out",
                "modprobe: ERROR: could not insert 'library_user_not': Permission denied")
    guest.step("read", "enforce", ENFORCE)
    guest.step("write", "relax", ENFORCE, 0)
    guest.step("write", "relax_n", ENFORCE, "N")
    guest.step("read", "enforce_2", ENFORCE)
    guest.equal("module.userspace_enforce=0 at boot changes nothing", "enforce/text", "Y\\n")
    guest.equal("userspace_enforce can't be written to 0 or N", "relax/errno relax_n/errno", "EROFS EROFS")
    guest.equal("userspace_enforce is still Y", "enforce_2/text", "Y\\n")

    load_forged(guest, "um-tainting")
    # In one of two words, whichever of its symbols comes first.
    forge.forge("replace s/^license=GPL$/license=None/", where.mods / "taker.ko",
                where.mods / "forged/proprietary_taker/taker.ko")
    guest.load("proprietary_taker", "forged/proprietary_taker/taker")
    guest.load("giver_of_proprietary", "giver")
    guest.unload("taker", "-proprietary_taker")
    guest.equal("a module that is not GPL-compatible loads", "proprietary_taker/errno", "0")
    guest.equal("... and who uses its exports can't use gated symbols, declared or not",
                "giver_of_proprietary/errno giver_of_proprietary/proc", "ENOENT absent")
    guest.equal("... so that nobody holds it", "-proprietary_taker/errno", "0")
    guest.tap.equal("um: what is lent is looked up first in one module, and last in another one",
                    lambda: [undefined(where.mods / f"{m}.ko") for m in ("giver-lent", "giver-lent-behind")],
                    [["lent", "taken_1"], ["taken_plain", "lent"]])
    guest.load("lent_taker", "forged/proprietary_taker/taker")
    guest.load("lent_lender", "lender")
    guest.load("giver_lent", "giver-lent")
    guest.load("giver_lent_behind", "giver-lent-behind")
    guest.unload("taker", "-lent_taker")
    guest.unload("lender", "-lent_lender")
    guest.equal("... and who uses its exports can't use what is lent, declared or not",
                "lent_taker/errno lent_lender/errno giver_lent/errno giver_lent/proc "
                "giver_lent_behind/errno giver_lent_behind/proc -lent_taker/errno",
                "0 0 ENOENT absent ENOENT absent 0")
    # The name for which another one asks lies in a module that is not GPL-compatible.
    forge.forge("replace s/^license=GPL$/license=None/", where.mods / "name.ko",
                where.mods / "forged/proprietary_name/name.ko")
    guest.load("ask_proprietary", "ask")
    guest.load("proprietary_name", "forged/proprietary_name/name")
    guest.unload("ask", "-ask_proprietary")
    guest.equal("symbol_get(), not GPL-compatible: gives nothing out, and one message",
                "proprietary_name/errno proprietary_name/records",
                "ENXIO 4 name: symbol_get() of gated_1, exported by gated only to modules with a free "
                "userspace, but is proprietary, or uses a proprietary module.")
    guest.step("exec", "modprobe_force", "/sbin/modprobe --force undeclared 2>&1")
    guest.equal("modprobe --force: refused, with the message", "modprobe_force/exit modprobe_force/records",
                f"1 {TABLE['undeclared'].kernel('EACCES')}")
    guest.step("read", "refcnt", "/sys/module/gated/refcnt")
    guest.unload("gated")
    guest.equal("modules that were refused hold no reference", "refcnt/text", "0\\n")
    guest.equal("the exporter can be unloaded", "-gated/errno", "0")
    selftest(guest, "um", "um", [])
    reads(guest, TABLE)
    taker = where.mods / "forged/proprietary_taker/taker.ko"
    agrees(guest, 120, beside={"giver_of_proprietary": [taker], "giver_lent": [taker], "giver_lent_behind": [taker]})
    # The boot parameter may only ask for more: this must change nothing.
    return lambda: guest.boot("module.userspace_enforce=0")
