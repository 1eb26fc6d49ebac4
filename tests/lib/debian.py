# SPDX-License-Identifier: GPL-2.0-only
"""Packages of Debian, of other suites and architectures, which are not installed."""

import hashlib
import json
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path

from kbuild import CACHE, TOP
from tap import Bail

MATRIX = TOP / "series/kernels/matrix.toml"
PACKAGES = CACHE / "packages"


def output(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Bail(f"{Path(command[0]).name}: {done.stderr.strip() or done.returncode}")
    return done.stdout.strip()


def unpacked(packages, arch):
    """The directory with what is in these packages, of suites of Debian. It has a
    directory "run" as well, in which their programs run with the libraries of their own
    suite, and need no package here: who has pahole installed gets other kernels."""
    key = hashlib.sha256(json.dumps([packages, arch], sort_keys=True).encode()).hexdigest()[:12]
    root = PACKAGES / key
    if root.exists():
        return root
    PACKAGES.mkdir(exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=PACKAGES))
    new.chmod(0o755)
    for suite, names in packages.items():
        if subprocess.run([TOP / "series/base/apt", suite, "binary", names, new / "debs", arch], check=False).returncode:
            raise Bail(f"no packages of {suite} for {arch}")
    (new / "usr").mkdir()
    for name in ("bin", "sbin", "lib", "lib64"):
        (new / name).symlink_to(f"usr/{name}")
        (new / "usr" / name).mkdir()
    for deb in (new / "debs").iterdir():
        output("bash", "-c", 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"',
               "bash", deb, new)
    shutil.rmtree(new / "debs")
    shutil.rmtree(new / "usr/share")
    (new / "run").mkdir()
    for program in (*new.glob("usr/bin/*"), *new.glob("usr/libexec/gcc/*/*/*")):
        if arch == "amd64" and program.is_file() and program.read_bytes()[:4] == b"\x7fELF":
            script = new / "run" / program.name
            script.write_text(f'''#!/bin/sh
exec {root}/usr/lib64/ld-linux-x86-64.so.2 --library-path {root}/usr/lib/x86_64-linux-gnu {root / program.relative_to(new)} "$@"
''')
            script.chmod(0o755)
    if root.exists():
        shutil.rmtree(new)
    else:
        new.rename(root)
    return root


def guest(arch):
    """What a guest of this architecture runs, as the kernel calls it."""
    with open(MATRIX, "rb") as f:
        table = tomllib.load(f)
    row = table["arch"][arch]
    return unpacked(row.get("guest", table["guest"]), row["debian"])


def in_initramfs(top):
    """The lines for gen_init_cpio of all that is in a directory."""
    lines = []
    for path in sorted(top.rglob("*")):
        name = path.relative_to(top)
        if path.is_symlink():
            lines.append(f"slink /{name} {path.readlink()} 0777 0 0")
        elif path.is_dir():
            lines.append(f"dir /{name} 0755 0 0")
        elif name.name not in ("init", "list") and name.parts[0] != "run":
            lines.append(f"file /{name} {path} 0755 0 0")
    return lines
