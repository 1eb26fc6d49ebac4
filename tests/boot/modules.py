# SPDX-License-Identifier: GPL-2.0-only
"""The modules of tests/cases, built for a guest."""

import functools
import subprocess

import forge
from cases import Table, said, stderr_of_make
from guest import HERE, Root
from kbuild import CACHE, JOBS, TOP, build, make
from tap import Bail

TABLE = Table(TOP / "tests/cases/modules.cases")
FORGED = forge.read(TOP / "tests/cases/forged.cases")
# modpost is told to warn where it would refuse: the loader must do without it.
WARN = ("CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y", "CONFIG_MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS=y")


def build_modules(kernel, directory, *args, arch="um"):
    """What was said goes to <directory>/modpost."""
    # modpost speaks only when it runs.
    (directory / "Module.symvers").unlink(missing_ok=True)
    with open(directory / "modpost", "w", encoding="utf-8") as err, \
            open(directory / "make.log", "w", encoding="utf-8") as log:
        bad = make(kernel, f"M={directory}", *args, "modules", arch=arch, jobs=JOBS, stderr=err, stdout=log)
    if bad:
        raise Bail("the test modules do not build:\n# " +
                   "\n# ".join((directory / "modpost").read_text().splitlines()[-20:]))
    return directory


@functools.cache
def build_cases(name, names=None, warn=WARN):
    """(kernel, directory, what modpost said) of the kernel called name: all that
    are for the loader, or these."""
    arch = name.split("-")[0]
    kernel = build(name, "linux" if arch == "um" else "arch/x86/boot/bzImage")
    directory = CACHE / "boot" / name
    rows = [TABLE[n] for n in names] if names else [m for m in TABLE.modules.values() if m.loader]
    TABLE.write(directory, [TABLE["gated"]] + [m for m in TABLE.closure(rows) if m.name != "gated"],
                [HERE / f"modules/{x}.c" for x in ("finder", "broken", "ask", "name", "name-user")])
    build_modules(kernel, directory, *warn, arch="um" if arch == "um" else "x86")
    for m in rows:
        ko = directory / f"{m.ko}.ko"
        m.undefined = subprocess.run(["nm", "-p", "-u", ko], capture_output=True, text=True,
                                     check=True).stdout.split()
        if m.forge:
            # kbuild makes it anew, and then this does.
            forge.forge(m.forge, ko, ko.with_suffix(".forged"))
            ko.with_suffix(".forged").replace(ko)
    return kernel, directory, said(stderr_of_make(directory / "modpost"))[0]


def root(work, name, names=None, warn=WARN):
    """The same, installed, and what modpost said."""
    kernel, directory, by_module = build_cases(name, names, warn)
    where = Root(work, kernel, name).install(directory)
    if where.depmod().returncode:
        raise Bail("depmod failed")
    return where, by_module


def load_forged(guest, suite):
    """The modules of a suite in forged.cases: steps and assertions."""
    for f in FORGED[suite]:
        module = TABLE[f.module]
        out = guest.root.mods / f"forged/{f.name}/{module.ko}.ko"
        forge.forge(f.how, guest.root.mods / f"{module.ko}.ko", out)
        if f.shown:
            _, kind, flags, _, _ = forge.sections(out)[f.how.split()[1]]
            guest.tap.equal(f"{f.name}: forged as meant", f"{kind} {flags}".strip(), f.shown)
        guest.load(f.name, f"forged/{f.name}/{module.ko}", f.force)
        guest.unload(module.mod, f"-{f.name}")
        if f.errno == "0":
            guest.accepted(f.name, f.what, f"forged/{f.name}/{module.ko}", module.mod,
                           quiet=f.text != "*")
        else:
            guest.refused(f.name, f.what, f.errno, f.text or module.kernel(f.errno))
