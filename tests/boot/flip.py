# SPDX-License-Identifier: GPL-2.0-only
"""um-flip: bytes that change, for modpost and for the loader."""

import os
import subprocess

from forge import contents, sections
from guest import Guest, compile_tool
from modules import TABLE, build_cases, root
from tap import Bail

RANDOM = 400
FLIPPED = ("declared", "undeclared", "tag-longer", "not-free")
REFUSED = "ERROR: modpost: "


class Modpost:
    """modpost as the kernel builds it, but with an eye on every access to memory."""

    def __init__(self, work, kernel):
        self.work, src = work, kernel / "source"
        names = ("modpost", "file2alias", "sumversion", "symsearch", "userspace", "declaration")
        p = subprocess.run(["gcc", "-O1", "-g", "-fsanitize=address", "-std=gnu11", f"-I{kernel}/scripts/mod",
                            f"-I{src}/scripts/include", "-o", work / "modpost",
                            *(src / f"scripts/mod/{n}.c" for n in names)], capture_output=True, text=True,
                           check=False)
        if p.returncode:
            raise Bail("modpost does not build:\n# " + p.stderr.replace("\n", "\n# "))

    def run(self, directory, symvers, files):
        """What is no verdict, and what it said; each file is a module of its own,
        out of tree."""
        (directory / "out.symvers").unlink(missing_ok=True)
        p = subprocess.run([self.work / "modpost", "-M", "-e", "-i", symvers, "-o", "out.symvers", *files],
                           cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                           env=os.environ | {"ASAN_OPTIONS": "detect_leaks=0:exitcode=99"}, check=False)
        said = p.stderr.decode(errors="replace").splitlines()
        crash = "" if p.returncode in (0, 1) else f"status {p.returncode}: {said[:3]}"
        return crash, [line for line in said if line.startswith(REFUSED)]


def write_flips(work, name, obj, where, random):
    """The changed objects, by their numbers."""
    directory = work / "flips" / name
    directory.mkdir(parents=True)
    subprocess.run([work / "flip", "write", obj, *map(str, where), str(random), directory], check=True)
    return directory, sorted(directory.glob("*.o"), key=lambda p: int(p.stem))


def modinfo(guest, modpost, name, symvers):
    """Each change of the .modinfo of a module: what modpost refuses, the loader has to.
    The part of it that comes from the source is the same in the object that modpost
    reads and in the module, and so are the changes."""
    work, ko = guest.root.work, guest.root.mods / f"{name}.ko"
    obj = build_cases("um")[1] / f"{name}.o"
    part, whole = contents(obj, ".modinfo"), contents(ko, ".modinfo")
    if whole.count(part) != 1:
        raise Bail(f"{ko.name} has not the .modinfo of {obj.name}")
    where = sections(obj)[".modinfo"][3:5]
    start = sections(ko)[".modinfo"][3] + whole.index(part)
    mod = TABLE[name].mod
    step = guest.step("exec", f"flip_{mod}",
                      f"/flip load {guest.root.guest}/{name}.ko {start} {len(part)} {RANDOM}")
    total = 8 * len(part) + RANDOM
    state = {}

    def ask():
        directory, files = write_flips(work, name, obj, where, RANDOM)
        crash, refused = modpost.run(directory, symvers, [f.name for f in files])
        bad = {line.removeprefix(REFUSED).removeprefix("./").split(".ko: ")[0] for line in refused}
        state["modpost"] = [f.stem for f in files if f.stem not in bad]
        return f"{crash}{len(files)}"

    def accepted():
        return [w[1] for w in answers(guest, step) if w[2] == "0"]
    guest.tap.equal(f"{mod}: modpost reads changed .modinfo and doesn't crash", ask, str(total))
    guest.tap.equal(f"{mod}: the loader reads them, too",
                    lambda: f"{guest.facts(f'{step}/exit')} {len(answers(guest, step))}", f"0 {total}")
    # Declarations are not in .modinfo any more. What is left is the license, and an end
    # without a NUL, behind which the link puts the tag that modpost writes.
    guest.tap.equal(f"{mod}: the loader accepts those that modpost accepts, and no others",
                    lambda: sorted(set(accepted()) ^ set(state["modpost"]), key=int), [])
    if name == "declared":
        guest.tap.true(f"{mod}: many of the changes matter, and many don't",
                       lambda: 100 < len(accepted()) < total - 100)
    else:
        guest.tap.equal(f"{mod}: none makes it acceptable", accepted, [])


def answers(guest, step):
    """[["flip", number, errno, errno of the user], ...]"""
    return [line.split() for line in guest.console.out.get(step, []) if line.startswith("flip ")]


def exported(guest, modpost, name, symvers, what, is_bad):
    """.export_symbol is for modpost alone. One module each time: they all export the
    same."""
    work, obj = guest.root.work, build_cases("um")[1] / f"{name}.o"
    offset, size = sections(obj)[".export_symbol"][3:5]
    # The first two of gated.o are like the rest.
    directory, files = write_flips(work, f"export-{name}", obj, (offset, min(size, 48)), 0)
    bad, crashes = [], []
    for f in files:
        f.rename(directory / "flipped.o")
        crash, refused = modpost.run(directory, symvers, ["flipped.o"])
        crashes += [crash] if crash else []
        if not any("flipped" in line for line in refused) and is_bad(directory / "out.symvers"):
            bad.append(f.name)
    guest.tap.equal(f"{name}: modpost reads changed .export_symbol and doesn't crash",
                    (crashes, len(files)), ([], 8 * min(size, 48)))
    guest.tap.equal(f"{name}: {what}", bad, [])


def columns(lines):
    return [(r[1], r[3]) for r in (line.split("\t") for line in lines)]


def suite(tap, work):
    where, _ = root(work, "um")
    kernel, directory, _ = build_cases("um")
    compile_tool(work, "flip")
    modpost = Modpost(work, kernel)
    # What the kernel and gated.ko export; the rest is changed, and has to come from
    # the file itself.
    kernel_symvers = (kernel / "Module.symvers").read_text()
    gated = [line for line in (directory / "Module.symvers").read_text().splitlines()
             if line.split("\t")[2] == "gated"]
    symvers = work / "flip.symvers"
    symvers.write_text(kernel_symvers + "\n".join(gated) + "\n")

    guest = Guest(tap, "um-flip", where)
    guest.load("gated", "gated")
    for name in FLIPPED:
        modinfo(guest, modpost, name, symvers)
    exported(guest, modpost, "lender", symvers, "none makes what it exports anything but lent",
             # Lending is a warning now, and Module.symvers has to say it.
             lambda out: any(not kind.endswith("_LENT") and kind != "EXPORT_SYMBOL_USERSPACE_GPL"
                             for _, kind in columns(out.read_text(errors="replace").splitlines())))
    exported(guest, modpost, "gated", kernel / "Module.symvers",
             "none changes the class of a symbol without an error",
             lambda out: columns(out.read_text(errors="replace").splitlines()) != columns(gated))

    # The flags of a lender don't matter. Those of the exporter are its say, so one
    # bit of them does: that of the symbol which is asked for.
    def flags(module, random, probe):
        offset, size = sections(where.mods / f"{module}.ko")["__kflagstab"][3:5]
        return size, guest.step("exec", f"flags_{module}", f"/flip load {where.guest}/{module}.ko {offset} "
                                f"{size} {random} {where.guest}/{probe}.ko")
    size, step = flags("lender", 40, "lender-user-not")
    tap.equal("lender: whatever its __kflagstab says, its user is refused",
              lambda: [guest.facts(f"{step}/exit"), *(w[2:] for w in answers(guest, step))],
              ["0"] + [["0", "EACCES"]] * (8 * size + 40))
    guest.unload("gated")
    size, exporter = flags("gated", 0, "undeclared")
    tap.equal("gated: loads whatever its __kflagstab says",
              lambda: [guest.facts(f"{exporter}/exit"), *(w[2] for w in answers(guest, exporter))],
              ["0"] * (8 * size + 1))
    out = subprocess.run(["readelf", "-sW", where.mods / "gated.ko"], capture_output=True, text=True,
                         check=True).stdout
    table = sorted((f[1], f[7]) for f in map(str.split, out.splitlines())
                   if len(f) > 7 and f[3] == "NOTYPE" and f[7].startswith("__ksymtab_"))
    index = [name for _, name in table].index("__ksymtab_gated_1")
    tap.equal("gated: its user is refused unless that one flag is gone",
              lambda: [w[1:] for w in answers(guest, exporter) if w[2:] != ["0", "EACCES"]],
              [[str(8 * index + 1), "0", "0"]])
    guest.step("read", "modules", "/proc/modules")
    guest.equal("um-flip: nothing is left in /proc/modules", "modules/text", "")
    return guest.boot
