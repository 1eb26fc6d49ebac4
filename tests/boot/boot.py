# SPDX-License-Identifier: GPL-2.0-only
"""The suites of tests/boot, see tests/boot/run."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import flip
import importers
import order
import policy
import relaxed
import stress
import table
from guest import compile_tool
from tap import Bail, Tap, main

SUITES = {
    "um": policy.suite, "um-relaxed": relaxed.suite, "um-forged": order.suite,
    "um-flip": flip.suite, "um-stress": stress.um, "qemu": importers.qemu,
    "table": table.suite, "qemu-base": importers.base, "arm64": importers.arm64,
    "arm64-base": importers.arm64_base, "x86-stress": stress.x86,
}
DEFAULT = ("um", "um-relaxed", "um-forged", "um-flip", "um-stress")


def run():
    chosen = sys.argv[1:] or DEFAULT
    if unknown := [s for s in chosen if s not in SUITES]:
        raise Bail(f"no suite {unknown[0]}; there are: {' '.join(SUITES)}")
    arm64 = ("aarch64-linux-gnu-gcc", "qemu-system-aarch64") if {"arm64", "arm64-base"} & set(chosen) else ()
    for tool in ("busybox", "gcc", "objcopy", "readelf", *arm64):
        if not shutil.which(tool):
            raise Bail(f"no {tool}")
    if subprocess.run(["ldd", shutil.which("busybox")], capture_output=True, check=False).returncode == 0:
        raise Bail("busybox is not static, install busybox-static")
    tap, suites = Tap(), []
    with tempfile.TemporaryDirectory() as tmp:
        # A suite says what it is going to assert, and returns what makes it true.
        for name in chosen:
            work = Path(os.path.realpath(tmp)) / name
            work.mkdir()
            compile_tool(work, "guest")
            start = len(tap.checks)
            boot = SUITES[name](tap, work)
            suites.append((boot, start, len(tap.checks)))
        tap.plan()
        for boot, start, end in suites:
            boot()
            tap.run(tap.checks[start:end])
    if tap.failed:
        print(f"# {tap.failed} of {tap.nr} failed")
    return tap.failed > 0


main(run)
