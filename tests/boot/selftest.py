# SPDX-License-Identifier: GPL-2.0-only
"""The kernel tree's own test of the loader, tools/testing/selftests/module/userspace.sh,
as it is installed from there, in a guest."""

import shutil
import subprocess

from kbuild import CACHE, JOBS, make
from tap import Bail

SELFTESTS = "tools/testing/selftests"
FILES = ("scripts/subarch.include", *(f"{SELFTESTS}/{f}" for f in (
    "Makefile", "lib.mk", "run_kselftest.sh", "kselftest", "module")))
# What it skips, see there.
RELAXED = "userspace_enforce can't be switched off"


def install(kernel, name, arch, where):
    """What was built of it, with its times, and how that is after one more time."""
    # A copy, as its modules are built where their sources are.
    copy, source = CACHE / f"boot/kselftest-{name}", (kernel / "source").resolve()
    for f in FILES:
        (copy / f).parent.mkdir(parents=True, exist_ok=True)
        if (source / f).is_dir():
            shutil.copytree(source / f, copy / f, dirs_exist_ok=True)
        else:
            shutil.copy2(source / f, copy / f)

    def run():
        log = copy / "log"
        with open(log, "w", encoding="utf-8") as out:
            if make(copy / SELFTESTS, f"KDIR={kernel}", "TARGETS=module", "FORCE_TARGETS=1", "O=",
                    f"KSFT_INSTALL_PATH={where}", "install", arch=arch, jobs=JOBS, stdout=out,
                    stderr=subprocess.STDOUT):
                raise Bail("the selftest does not build:\n# " + "\n# ".join(log.read_text().splitlines()[-20:]))
        return {p.name: p.stat().st_mtime_ns for p in (copy / SELFTESTS / "module/test_modules").iterdir()
                if p.suffix in (".o", ".ko", ".c", ".symvers")}
    return run(), run()


def selftest(guest, name, arch, skipped):
    """4 assertions; these of its tests are skipped."""
    first, again = install(guest.root.kernel, name, arch, guest.root.root / "kselftest")
    guest.tap.true(f"{guest.name}: kselftest: it builds 15 modules",
                   lambda: len([f for f in first if f.endswith(".ko")]) == 15)
    guest.tap.equal(f"{guest.name}: kselftest: a second make builds nothing", again, first)
    step = guest.step("exec", "kselftest", "ln -sf /proc/self/fd/1 /dev/stdout; "
                      "/kselftest/run_kselftest.sh -t module:userspace.sh 2>&1")

    def lines(begin):
        return [line[2:] for line in guest.console.out.get(step, []) if line.startswith(f"# {begin}")]
    guest.equal(f"{guest.name}: kselftest: passes", f"{step}/exit", "0")
    guest.tap.equal(f"{guest.name}: kselftest: 19 tests, none fails, and these are skipped",
                    lambda: (lines("1.."), len(lines("ok ")), lines("not ok "),
                             [line.split(" ", 2)[2] for line in lines("ok ") if "# SKIP" in line]),
                    (["1..19"], 19, [], [f"{s} # SKIP" for s in skipped]))
