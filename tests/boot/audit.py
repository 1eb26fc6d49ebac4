# SPDX-License-Identifier: GPL-2.0-only
"""Does userspace-audit say of modules what the loader said of them?"""

import os
import subprocess

from kbuild import TOP
from tap import Bail

ERRNO = {"refused": "EACCES", "lent": "EACCES", "gpl-incompatible": "ENOENT", "unreadable": "ENOEXEC",
         "accepted": "0", "unconcerned": "0", "names-unknown": "0"}
# What the loader asks before it asks for a userspace: the namespace. What it does not
# ask: a module's own init function.
OTHERS = ("EINVAL", "ENXIO", "ENODEV")
# By step: a module of another kernel; one without any tag, which is no module to the
# program, and to the loader one whose license is not known; one that is refused a
# GPL-only symbol, and uses no gated one; those whose __kcrctab does not fit, which the
# program does not read; one that uses what a module exports for whose string another one
# has asked symbol_get(), which no file shows.
UNLIKE = {"old_declared": ("accepted", "ENOEXEC"), "stripped": ("unreadable", "ENOENT"),
          "proprietary_gpl_only": ("unconcerned", "ENOENT"), "name_user": ("unconcerned", "EACCES"),
          **{f"versions_{how}": ("unconcerned", "ENOEXEC") for how in ("short", "long", "empty", "write", "nobits")}}


class Audit:
    def __init__(self, guest):
        self.guest, root = guest, guest.root
        p = subprocess.run([TOP / "tests/audit/build", root.kernel / "source", root.work / "audit"],
                           stdout=subprocess.PIPE, text=True, check=False)
        if p.returncode:
            raise Bail("userspace-audit does not build")
        self.program = p.stdout.strip()

    def run(self, *args):
        return subprocess.run([self.program, f"--gated={self.guest.root.kernel}/Module.symvers", *args],
                              capture_output=True, text=True, check=False, env=os.environ | {"ARCH": "um"})

    def verdicts(self, files):
        """{file: verdict}, all judged at once, as they may lend to each other"""
        p = self.run("--all", "--tsv", *files)
        said = {line.split("\t")[0]: line.split("\t")[3] for line in p.stdout.splitlines()[1:]}
        for line in p.stderr.splitlines():
            said[line.removeprefix("userspace-audit: ").split(": ")[0]] = "unreadable"
        return said

    def compare(self, forged_only, beside):
        """How many were compared, and what differs."""
        root, differ, nr = self.guest.root, [], 0
        own = {ko.name: ko for ko in root.mods.glob("*.ko")}
        together = self.verdicts(own.values())
        for verb, step, path in (line.split()[:3] for line in self.guest.steps):
            if verb != "load":
                continue
            ko = root.mods / path.removeprefix(root.guest + "/")
            is_own, errno = own.get(ko.name) == ko, self.guest.facts(f"{step}/errno")
            if errno in OTHERS or forged_only and is_own:
                continue
            if is_own and step not in beside:
                verdict = together.get(str(ko))
            else:
                instead = {f.name: f for f in (*beside.get(step, ()), ko)}
                verdict = self.verdicts((own | instead).values()).get(str(ko))
            nr += 1
            if (verdict, errno) != UNLIKE.get(step, (verdict, ERRNO.get(verdict))):
                differ.append(f"{step}: {verdict}, and the loader {errno}")
        return nr, differ

    def by_nm(self, table):
        """What differs from nm in the gated symbols that the modules use, and how many
        modules use some."""
        root, differ, users = self.guest.root, [], 0
        said = self.run("--all", "--tsv", *root.mods.glob("*.ko")).stdout.splitlines()[1:]
        for line in said:
            file, _, _, _, symbols, _ = line.split("\t")
            used = subprocess.run(["nm", "-u", "-j", file], capture_output=True, text=True, check=True)
            want = {s for s in used.stdout.split() if table.is_gated(s, lent=False)}
            users += bool(want)
            if want != {s for s in symbols.split(",") if s and table.is_gated(s, lent=False)}:
                differ.append((file, want, symbols))
        return users, differ

    def source(self, module):
        """The verdict on its source, which the kernel's own kbuild and modpost build,
        and what modpost says."""
        work = self.guest.root.work / "audit-source"
        module.table.write(work, [module])
        p = self.run("--tsv", f"--kernel={self.guest.root.kernel}", f"--source={work}")
        line = p.stdout.splitlines()[1:] or [p.stderr]
        said = "".join(f"{line.strip()}\n" for line in p.stderr.splitlines())
        return line[0].split("\t")[1:5], said.replace("modpost: ./", "modpost: ")


def reads(guest, table):
    """Assertions about the program that need no loader."""
    audit = Audit(guest)
    guest.tap.equal(f"{guest.name}: userspace-audit reads of each module the gated symbols that nm reads",
                    lambda: [(users > 80, differ) for users, differ in [audit.by_nm(table)]], [(True, [])])
    module = table["vmlinux-undeclared"]
    guest.tap.equal(f"{guest.name}: userspace-audit --source has the verdict, and modpost's words",
                    lambda: audit.source(module),
                    (["vmlinux_undeclared", "N", "refused", "dma_buf_put"],
                     "".join(m.replace(": ", f": modpost: {module.ko}.ko: ", 1) + "\n" for m in module.modpost())))


def agrees(guest, least, forged_only=False, beside=None):
    """An assertion: of all modules that a guest loads, or of the forged ones, at least
    so many. What is beside a module at a step instead of what is usually there is in a
    table."""
    audit = Audit(guest)

    def compare():
        nr, differ = audit.compare(forged_only, beside or {})
        print(f"# {guest.name}: {nr} verdicts of userspace-audit compared")
        return differ or nr >= least
    guest.tap.equal(f"{guest.name}: userspace-audit says of each module what the loader says", compare, True)
