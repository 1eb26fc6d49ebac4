# SPDX-License-Identifier: GPL-2.0-only
"""um-stress and x86-stress: two loaders at once.

UML on two CPUs is no help: with lockdep it complains of itself as it boots ("Callback
enqueued on offline CPU"). On one, a loader makes way for the other wherever it waits
for a lock, for RCU or for memory. In QEMU each has a CPU."""

import os
import re

from guest import Guest, compile_tool
from modules import TABLE, root
from tap import Bail

ROUNDS = int(os.environ.get("ROUNDS", 1000))
# What each module may meet, while another loader does the same: it may be there
# already (EEXIST), be on its way (EBUSY), or what it uses may be gone (ENOENT). The
# first is what it comes to when nobody is in the way.
MAY = {
    "gated": "0 EBUSY EEXIST", "lender": "0 EBUSY EEXIST ENOENT", "declared": "0 EBUSY EEXIST ENOENT",
    "undeclared": "EACCES EBUSY ENOENT", "lender-user": "0 EBUSY EEXIST ENOENT",
    "lender-user-not": "EACCES EBUSY ENOENT", "not-free": "EACCES EBUSY ENOENT",
    "ns-declared-not": "EINVAL EBUSY ENOENT", "failing": "ENODEV EBUSY ENOENT",
    "failing-lender": "ENODEV EBUSY ENOENT",
}
# How many objects each slab cache has, and how many areas vmalloc(). Twice, as what
# KASAN keeps for a while is only freed on the way to the first.
#
# kmemleak names the culprit, but in UML it finds no leak, not even that of
# modules/broken.c: there, this is all there is.
SETTLE = ("for i in 1 2; do for f in /sys/kernel/slab/*/shrink; do echo 1 > $f; done; sleep 1; done; "
          "{ tail -n +3 /proc/slabinfo | while read -r name n rest; do echo $name $n; done; "
          "echo vmalloc $(wc -l < /proc/vmallocinfo); }")
# One for every round would be a leak; less than a tenth of that is noise.
GROWN = ("while read -r name n; do while read -r name2 n2; do [ $name = $name2 ] && "
         f"[ $((n2 - n)) -ge {ROUNDS // 10} ] && "
         'echo -n "$name $n $n2 "; done < /tmp/slabs_after; done < /tmp/slabs_before; echo; true')
# What kmemleak has found since it was told to forget, all on one line. It says nothing
# about what is younger than five seconds, or was not the same when it looked before.
FORGET = "k=/sys/kernel/debug/kmemleak; sleep 6; echo scan > $k && echo scan > $k && echo clear > $k"
LEAKED = ("k=/sys/kernel/debug/kmemleak; sleep 6; echo scan > $k && echo scan > $k && cat $k > /tmp/leaked && "
          '{ grep -c ^unreferenced /tmp/leaked; head -n 40 /tmp/leaked; } | tr "\\n" " "; echo')
# What there is of modules, but for what changes by itself.
SNAPSHOT = "{ cat /proc/modules; find /sys/module /sys/kernel/debug /sys/kernel/slab 2>/dev/null | sort; }"


def um(tap, work):
    return two_loaders(tap, work, "um", "um-stress", f"0={2 * ROUNDS}", {})


def x86(tap, work):
    # Two CPUs, each a thread of QEMU.
    return two_loaders(tap, work, "x86-smp", "x86-stress", f"0={ROUNDS} 1={ROUNDS}",
                       {"qemu": ["-accel", "tcg,thread=multi", "-smp", "2", "-m", "1024"], "seconds": 3000})


def counted(guest, module):
    """{errno: count} of what stress.c has counted"""
    for word in guest.facts("stress/out").split():
        name, _, counts = word.partition(":")
        if name == module:
            return dict(c.split("=") for c in counts.split(","))
    return {}


def two_loaders(tap, work, kernel_name, suite, cpus, how):
    # A cache that loses something each round grows by that many objects; by a few
    # dozen they all do.
    if ROUNDS < 400:
        raise Bail(f"ROUNDS={ROUNDS} is too few to tell a leak from caches that fill")
    where, _ = root(work, kernel_name)
    kmemleak = "\nCONFIG_DEBUG_KMEMLEAK=y" in (where.kernel / ".config").read_text()
    compile_tool(work, "stress")
    guest = Guest(tap, suite, where)
    # Once before, so that what comes into being with the first is there.
    for name in MAY:
        guest.load(f"first_{name}", name)
    for mod in "lender_user", "declared", "lender", "gated":
        guest.unload(mod, f"-first_{mod}")
    guest.step("exec", "before", f"{SNAPSHOT} > /tmp/before")
    # The first rounds fill caches.
    guest.step("exec", "warm", f"/stress {ROUNDS // 10} 7 {where.guest}", *MAY)
    if kmemleak:
        guest.step("exec", "forget", FORGET)
    guest.step("exec", "slabs_before", f"{SETTLE} > /tmp/slabs_before")
    guest.step("exec", "stress", f"/stress {ROUNDS} 1 {where.guest}", *MAY)
    guest.step("exec", "after", f"{SNAPSHOT} > /tmp/after; diff /tmp/before /tmp/after")
    guest.step("exec", "slabs_after", f"{SETTLE} > /tmp/slabs_after")
    guest.step("exec", "leaks", GROWN)
    # Have these looked at anything?
    guest.step("exec", "slabs", "wc -l < /tmp/slabs_after")
    if kmemleak:
        guest.step("exec", "kmemleak", LEAKED)
    guest.step("exec", "lockdep", "grep -o 'debug_locks: *1$' /proc/lockdep_stats")
    # All that has been refused does not stand in the way of what is not.
    for name in "gated", "declared":
        guest.load(name, name)
    for name in "declared", "gated":
        guest.unload(name)

    tap.true(f"{suite}: that was all of it, from the first line",
             lambda: guest.console.log and "Linux version " in guest.console.log[0])
    guest.equal(f"{suite}: lockdep is still on", "lockdep/exit", "0")
    guest.equal(f"{suite}: two loaders, {ROUNDS} rounds each, come to their end", "stress/exit", "0")
    tap.equal(f"{suite}: rounds on each CPU: {cpus}",
              lambda: " ".join(f"{c}={n}" for c, n in counted(guest, "cpus").items()), cpus)
    for name, may in MAY.items():
        def judge(name=name, may=may.split()):
            counts = counted(guest, TABLE[name].mod)
            enough = int(counts.get(may[0], 0)) > ROUNDS // 20
            return "" if enough and set(counts) <= set(may) else counts
        tap.equal(f"{suite}, {TABLE[name].mod}: {may.split()[0]}, and nothing that may not be", judge, "")
    # Not there, in use, or somebody else removes it.
    tap.equal(f"{suite}: modules go, or are in use, or are not there",
              lambda: {e for name in MAY for e in counted(guest, f"-{TABLE[name].mod}")} -
              {"0", "ENOENT", "EAGAIN", "EBUSY"}, set())
    guest.equal(f"{suite}: /proc/modules, /sys/module, debugfs and the slab caches are as before",
                "after/exit after/out", "0 (the guest did not say)")
    guest.equal(f"{suite}: no slab cache has grown, and nothing of vmalloc() is left", "leaks/exit leaks/out", "0 ")
    tap.true(f"{suite}: those were more than 30 caches", lambda: int(guest.facts("slabs/out")) > 30)
    if kmemleak:
        guest.equal(f"{suite}: kmemleak has found nothing", "forget/exit kmemleak/exit kmemleak/out", "0 0 0 ")
    guest.equal(f"{suite}: a declared module loads as before",
                "gated/errno declared/errno -declared/errno -gated/errno", "0 0 0 0")

    # All that would not mean much if nobody noticed.
    broken = Guest(type(tap)(), suite, where)
    broken.step("exec", "slabs_before", f"{SETTLE} > /tmp/slabs_before")
    broken.load("broken", "broken")
    broken.step("exec", "slabs_after", f"{SETTLE} > /tmp/slabs_after")
    broken.step("exec", "leaks", GROWN)
    if kmemleak:
        broken.step("exec", "kmemleak", LEAKED)
    tap.true("a module that takes locks in both orders: lockdep says so",
             lambda: "possible circular locking dependency" in "\n".join(broken.console.log))
    tap.true("a module that reads what it has freed: KASAN says so",
             lambda: re.search("KASAN: .*use-after-free in broken_init", "\n".join(broken.console.log)))
    tap.true("a module that loses memory: a slab cache has grown",
             lambda: "kmalloc-128 " in broken.facts("leaks/out"))
    if kmemleak:
        # The init function is gone, so its address has no name.
        tap.true("a module that loses memory: kmemleak has found more than 900 of its 1000 losses",
                 lambda: int(broken.facts("kmemleak/out").split()[0]) > 900 and re.search(
                     r'\(size 128\).*comm "guest".* do_init_module\+', broken.facts("kmemleak/out")))

    def boot():
        # The kernel writes megabytes about what it refuses, which must not push out
        # what a checker has said before.
        guest.boot("log_buf_len=4M", *(["reboot=triple"] if how else []), **how)
        broken.boot("log_buf_len=4M", *(["reboot=triple"] if how else []), **how)
    return boot
