# SPDX-License-Identifier: GPL-2.0-only
"""A guest: what it does, step by step, and what is asserted of that."""

import os
import shutil
import subprocess
from pathlib import Path

from console import SILENCE, Console
from debian import guest as packages
from debian import in_initramfs
from kbuild import CROSS, TOP
from tap import Bail

HERE = TOP / "tests/boot"


def tool(name):
    path = shutil.which(name, path=f"{os.environ['PATH']}:/sbin:/usr/sbin")
    if not path:
        raise Bail(f"no {name}")
    return path


def shell(command, *args, **kwargs):
    return subprocess.run(["bash", "-c", f'. {TOP}/series/kernels/guest.sh; {command}', "bash",
                           *map(str, args)], check=False, **kwargs)


def compile_tool(work, name, *flags, arch=""):
    p = subprocess.run([CROSS.get(arch, "") + "gcc", "-static", "-O2", "-Wall", *flags, "-o", work / name,
                        HERE / f"guest/{name}.c"], check=False)
    if p.returncode:
        raise Bail(f"{name}.c does not build")


def modinfo(path):
    """The userspace entries of a module, each with its newline, as sysfs has them."""
    out = subprocess.run([tool("modinfo"), "-F", "userspace", path], capture_output=True,
                         text=True, check=True).stdout
    return out.replace("\n", "\\n")


class Root:
    """A directory like /lib/modules, for the guest and for the tools of this machine."""

    def __init__(self, work, kernel, name):
        self.work, self.kernel, self.root = work, kernel, work / f"root-{name}"
        self.release = (kernel / "include/config/kernel.release").read_text().strip()
        self.mods = self.root / "lib/modules" / self.release / "extra"
        self.guest = f"/lib/modules/{self.release}/extra"

    def install(self, directory):
        self.mods.mkdir(parents=True, exist_ok=True)
        for ko in Path(directory).glob("*.ko"):
            shutil.copy(ko, self.mods)
        for name in ("order", "builtin"):
            (self.mods.parent / f"modules.{name}").touch()
        return self

    def depmod(self, *args):
        return subprocess.run([tool("depmod"), *args, "-b", self.root, self.release],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


class Guest:
    def __init__(self, tap, name, root, arch=""):
        """The arch of another machine than this, on which the programs of Debian run."""
        self.tap, self.name, self.root, self.steps, self.arch = tap, name, root, [], arch
        self.programs = packages(arch) if arch in CROSS else None
        self.console, self.text = Console(), ""
        tap.equal(f"{name}: the guest did all its steps and switched itself off",
                  lambda: self.console.done or self.text[-2000:], True)
        tap.equal(f"{name}: nothing in the kernel's log that doesn't belong there",
                  lambda: self.console.splat(), "")

    # ---- steps

    def step(self, verb, step, *args):
        self.steps.append(" ".join(map(str, (verb, step, *args))))
        return step

    def load(self, step, ko, force=False):
        return self.step("load", step, f"{self.root.guest}/{ko}.ko", *["force"] * force)

    def unload(self, mod, step=None):
        return self.step("unload", step or f"-{mod}", mod)

    # ---- what is asserted

    def facts(self, *wanted):
        """"gated/errno -gated/errno": these facts; "gated/records" is the kernel's say."""
        out = []
        for want in wanted:
            for word in want.split():
                step, _, what = word.rpartition("/")
                out.append(self.console.records(step) if what == "records" else
                           self.console.fact(step, what))
        return " ".join(out)

    def equal(self, what, facts, want):
        self.tap.equal(what, lambda: self.facts(facts), want)

    def refused(self, step, what, errno, text):
        """3 assertions"""
        self.equal(f"{what}: refused with {errno}", f"{step}/errno", errno)
        if text != "*":
            self.equal(f"{what}: one message, word for word", f"{step}/records", text)
        self.equal(f"{what}: leaves nothing in /proc/modules and /sys/module",
                   f"{step}/proc {step}/sysfs", "absent absent")

    def accepted(self, step, what, ko, mod, quiet=True):
        """4 assertions"""
        self.equal(f"{what}: loads", f"{step}/errno", "0")
        if quiet:
            self.equal(f"{what}: and the kernel has nothing to say", f"{step}/records", "")
        self.equal(f"{what}: is in /proc/modules and /sys/module", f"{step}/proc {step}/sysfs",
                   "present present")

        def shown():
            if self.facts(f"{step}/complete") == SILENCE:
                return SILENCE
            if (step, "userspace") not in self.console.facts:
                return "absent"
            return self.facts(f"{step}/mode {step}/userspace")

        def want():
            # What modinfo reads from the file is what sysfs has to show.
            entries = modinfo(self.root.mods / f"{ko}.ko")
            return f"444 {entries}" if entries else "absent"
        self.tap.equal(f"{what}: /sys/module/{mod}/userspace shows what it declares", shown, want)

    # ---- booting

    def initramfs(self):
        work, root = self.root.work, self.root.root
        (work / "steps").write_text("\n".join(self.steps) + "\n")
        lines = shell('guest_base "$1"; guest_kmod', HERE / "guest/init", stdout=subprocess.PIPE,
                      text=True).stdout.splitlines()
        if self.programs:
            lines = [line for line in lines if line.split()[1] in ("/init", "/dev", "/dev/console", "/proc", "/sys", "/tmp")]
            lines += in_initramfs(self.programs)
        lines += [f"file /{name} {work}/{name} 0755 0 0"
                  for name in ("guest", "import", "stress", "flip", "steps") if (work / name).exists()]
        paths = sorted(root.rglob("*"))
        lines += [f"dir /{p.relative_to(root)} 0755 0 0" for p in paths if p.is_dir()]
        lines += [f"file /{p.relative_to(root)} {p} {p.stat().st_mode & 0o777:04o} 0 0" for p in paths
                  if p.suffix == ".ko" or p.name.startswith("modules.") or
                  p.is_file() and (root / "kselftest") in p.parents]
        unique = {}
        for line in lines:
            # A directory that is a link already is there.
            unique.setdefault(line.split()[1], line)
        (work / "list").write_text("\n".join(unique.values()) + "\n")
        with open(work / "initramfs", "wb") as f:
            subprocess.run([self.root.kernel / "usr/gen_init_cpio", work / "list"], stdout=f, check=True)

    def boot(self, *parameters, qemu=None, seconds=600):
        """In UML, or in QEMU with these options."""
        self.initramfs()
        work, o = self.root.work, self.root.kernel
        if qemu is None:
            p = shell('run_um "$@"', o, work / "initramfs", work, seconds, "loglevel=4", *parameters,
                      stdout=subprocess.PIPE)
        else:
            p = shell(f'GUEST_ARCH={self.arch} run_qemu "$@"', o, work / "initramfs", seconds,
                      " ".join(["loglevel=4", *parameters]), *qemu, stdout=subprocess.PIPE)
        self.text = p.stdout.decode(errors="replace")
        self.console = Console(self.text)
