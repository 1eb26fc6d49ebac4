# SPDX-License-Identifier: GPL-2.0-only
"""um-forged: more forged modules, and what can only be seen when modules come and go
in a certain order."""

from audit import agrees
from guest import Guest
from modules import TABLE, load_forged, root


def lending(guest):
    """A lender, those that use what it lends, and one that has a weak reference."""
    refused = {m: TABLE[m].kernel("EACCES") for m in
               ("lender-user-not", "lender-user-weak", "lender-weak-user-not")}
    guest.load("gated", "gated")
    guest.load("before", "lender-user-not")
    guest.equal("before the lender is there, its symbol is unknown", "before/errno before/records",
                "ENOENT 4 lender_user_not: Unknown symbol lent (err -2)")
    guest.load("before_weak", "lender-user-weak")
    guest.equal("... and a weak reference to it is NULL", "before_weak/errno before_weak/records", "0 ")
    guest.load("lender", "lender")
    guest.equal("the lender loads after that", "lender/errno", "0")
    guest.load("lender_user_not", "lender-user-not")
    guest.refused("lender_user_not", "the user of what is lent", "EACCES", refused["lender-user-not"])
    guest.unload("lender_user_weak", "-before_weak")
    guest.equal("who was there before can go", "-before_weak/errno", "0")
    guest.load("after_weak", "lender-user-weak")
    guest.refused("after_weak", "... but not come back", "EACCES", refused["lender-user-weak"])
    guest.load("lender_user", "lender-user")
    guest.equal("a user that declares something loads", "lender_user/errno", "0")
    guest.unload("lender", "lender_busy")
    guest.equal("the lender can't go while it is used", "lender_busy/errno", "EAGAIN")
    guest.unload("lender_user")
    guest.unload("lender")
    guest.equal("... and can then", "-lender_user/errno -lender/errno", "0 0")
    # Gone, it lends nothing; back, it lends again.
    guest.load("gone_weak", "lender-user-weak")
    guest.unload("lender_user_weak", "-gone_weak")
    guest.equal("with the lender gone, a weak reference is NULL again", "gone_weak/errno -gone_weak/errno", "0 0")
    guest.load("lender_again", "lender")
    guest.equal("the lender loads again", "lender_again/errno", "0")
    guest.load("again_user_not", "lender-user-not")
    guest.refused("again_user_not", "the user of what is lent again", "EACCES", refused["lender-user-not"])
    guest.load("again_user", "lender-user")
    guest.unload("lender_user", "-again_user")
    guest.unload("lender", "-lender_again")
    guest.equal("a user that declares something loads again",
                "again_user/errno -again_user/errno -lender_again/errno", "0 0 0")
    guest.load("failing_lender", "failing-lender")
    guest.refused("failing_lender", "a lender whose init fails", "ENODEV", "")
    guest.unload("gated")
    guest.equal("the exporter can go, nobody uses it", "-gated/errno", "0")

    # Its only gated use is weak: without that symbol it uses none.
    guest.load("weak_alone", "lender-weak")
    guest.load("weak_alone_user", "lender-weak-user-not")
    guest.equal("a lender whose only gated use is weak has nothing to lend without that symbol",
                "weak_alone/errno weak_alone_user/errno", "0 0")
    guest.load("gated_late", "gated")
    guest.unload("lender_weak_user_not", "-weak_alone_user")
    guest.load("weak_alone_user_2", "lender-weak-user-not")
    guest.unload("lender_weak_user_not", "-weak_alone_user_2")
    guest.equal("... nor when the symbol comes later, which it doesn't get",
                "gated_late/errno weak_alone_user_2/errno", "0 0")
    guest.unload("lender_weak", "-weak_alone")
    guest.load("weak", "lender-weak")
    guest.equal("... but has when it is loaded again", "-weak_alone_user_2/errno -weak_alone/errno weak/errno",
                "0 0 0")
    guest.load("weak_user", "lender-weak-user-not")
    guest.refused("weak_user", "the user of what is lent by a weak use", "EACCES", refused["lender-weak-user-not"])
    guest.unload("lender_weak", "-weak")


def asking(guest, said):
    """symbol_get() of what a lender exports."""
    for name in "intree", "external":
        guest.load(f"got_{name}", f"got-{name}")
        guest.load(f"asker_{name}", f"asker-{name}")
    guest.load("asker_for", "asker-for")
    guest.equal("symbol_get() of what a module in the tree exports that uses gated symbols: given out, without a word",
                "got_intree/errno asker_intree/errno asker_intree/records", "0 0 ")
    guest.equal("... also if it is exported for some modules", "asker_for/errno asker_for/records", "0 ")
    guest.equal("symbol_get() of the same from a module out of tree: refused to one that declares nothing",
                "got_external/errno asker_external/errno asker_external/records",
                f"0 ENXIO {TABLE['asker-external'].kernel('ENXIO')}")
    guest.tap.equal("... and modpost says it of one that is built with it", said.get("asker-external"),
                    TABLE["asker-external"].modpost(relaxed=True))
    guest.load("asker_tree", "asker-tree")
    guest.load("asker_declared", "asker-declared")
    guest.equal("... given out to a module of the tree, and to one that declares, without a word",
                "asker_tree/errno asker_tree/records asker_declared/errno asker_declared/records", "0  0 ")
    guest.step("exec", "flood", f"for i in 1 2 3 4 5 6 7 8 9 10 11 12; do insmod {guest.root.guest}/getter-not.ko; done")
    # One of ten has been printed for asker_external.
    guest.tap.equal("symbol_get() again and again: ten messages",
                    lambda: guest.console.records("flood").count("getter_not: symbol_get() of gated_1"), 9)
    for name in "asker_declared", "asker_tree", "asker_for", "asker_intree", "got_intree", "got_external":
        guest.unload(name)
    guest.step("read", "refcnt", "/sys/module/gated/refcnt")
    guest.equal("... and no reference is held after that", "-got_intree/errno -got_external/errno refcnt/text",
                "0 0 0\\n")


def suite(tap, work):
    where, said = root(work, "um")
    guest = Guest(tap, "um-forged", where)
    load_forged(guest, "um-forged-exporter")
    guest.step("read", "modules", "/proc/modules")
    guest.equal("none of them is there", "modules/text", "")
    lending(guest)

    guest.load("failing", "failing")
    guest.refused("failing", "declared, but its init fails", "ENODEV", "")
    guest.load("thousands", "thousands")
    guest.step("exec", "lines", "sort -u /sys/module/thousands/userspace | wc -l")
    guest.step("exec", "size", "wc -l < /sys/module/thousands/userspace")
    guest.unload("thousands")
    guest.equal("4000 declarations: loads", "thousands/errno -thousands/errno", "0 0")
    # modpost writes it once.
    guest.equal("4000 times the same declaration: sysfs shows it once", "lines/out size/out", "1 1")
    load_forged(guest, "um-forged")
    asking(guest, said)
    for how in "vermagic", "modversion":
        guest.step("exec", f"force_{how}", f"/sbin/modprobe --force-{how} undeclared 2>&1")
        guest.equal(f"modprobe --force-{how}: refused, with the message",
                    f"force_{how}/exit force_{how}/records", f"1 {TABLE['undeclared'].kernel('EACCES')}")
    guest.unload("gated", "-gated_late")
    guest.step("read", "modules_end", "/proc/modules")
    guest.equal("nothing is left in /proc/modules", "-gated_late/errno modules_end/text", "0 ")
    # The others depend on what was loaded before.
    agrees(guest, 15, forged_only=True)
    return guest.boot
