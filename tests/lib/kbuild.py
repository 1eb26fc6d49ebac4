# SPDX-License-Identifier: GPL-2.0-only
"""kbuild: the builds of series/kernels/build, and make with ccache."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from tap import Bail

TOP = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ["USERSPACE_GPL_CACHE"])
CROSS = {"arm64": "aarch64-linux-gnu-"}
JOBS = os.environ.get("JOBS") or str(os.cpu_count())


def build(name, file):
    """The directory of a build, in which file is there."""
    p = subprocess.run([TOP / "series/kernels/build", name], stdout=subprocess.PIPE, text=True,
                       check=False)
    out = Path((p.stdout.splitlines() or [""])[-1])
    if p.returncode or not (out / file).exists():
        raise Bail(f"series/kernels/build {name} failed")
    return out.resolve()


def make(directory, *args, arch="um", jobs=1, stderr=subprocess.STDOUT, stdout=None):
    """Its exit status. UST_MAKE has words for another architecture or compiler."""
    cross, ccache = CROSS.get(arch, ""), "ccache " if shutil.which("ccache") else ""
    cc = [f"CC={ccache}{cross}gcc", f"HOSTCC={ccache}gcc", f"CROSS_COMPILE={cross}"]
    # kbuild unsets LC_ALL, and the compiler's messages must be plain.
    env = os.environ | {"LC_ALL": "C", "LANG": "C", "LC_CTYPE": "C", "LC_MESSAGES": "C"}
    return subprocess.run(
        ["timeout", "900", "make", "-s", f"-j{jobs}", f"ARCH={arch}", "LOCALVERSION=", *cc,
         *shlex.split(os.environ.get("UST_MAKE", "")), "-C", str(directory), *args],
        stdin=subprocess.DEVNULL, stdout=stdout or stderr, stderr=stderr, env=env,
        check=False).returncode
