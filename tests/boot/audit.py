# SPDX-License-Identifier: GPL-2.0-only
"""Does userspace-audit say of modules what the loader said of them?"""

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
# GPL-only symbol, and uses no gated one.
UNLIKE = {"old_declared": ("accepted", "ENOEXEC"), "stripped": ("unreadable", "ENOENT"),
          "proprietary_gpl_only": ("unconcerned", "ENOENT")}


class Audit:
    def __init__(self, guest):
        self.guest, root = guest, guest.root
        p = subprocess.run([TOP / "tests/audit/build", root.kernel / "source", root.work / "audit"],
                           stdout=subprocess.PIPE, text=True, check=False)
        if p.returncode:
            raise Bail("userspace-audit does not build")
        self.program = p.stdout.strip()

    def verdicts(self, files):
        """{file: verdict}, all judged at once, as they may lend to each other"""
        p = subprocess.run([self.program, "--all", "--tsv", f"--gated={self.guest.root.kernel}/Module.symvers",
                            *files], capture_output=True, text=True, check=False)
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
