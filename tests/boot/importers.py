# SPDX-License-Identifier: GPL-2.0-only
"""The real importers of DMA-BUF and P2PDMA at work in QEMU, on x86-64 and on arm64, with
the series and without it."""

import subprocess

from guest import HERE, Guest, Root, compile_tool
from kbuild import CACHE, JOBS, build, make
from modules import TABLE, WARN, build_modules
from selftest import selftest
from tap import Bail

IMAGE = {"x86": "arch/x86/boot/bzImage", "arm64": "arch/arm64/boot/Image"}
PAIRS = {
    "udmabuf vgem": "a buffer of udmabuf is imported by vgem, which attaches to it",
    "vgem vivid": "a buffer of vgem is imported by vivid, which draws into it",
    "udmabuf vivid": "a buffer of udmabuf is imported by vivid, which draws into it",
    "virtio_gpu vgem": "a buffer of virtio-gpu is imported by vgem, which attaches to it",
    "virtio_gpu vivid": "a buffer of virtio-gpu is imported by vivid, which draws into it",
    "p2pmem": "memory of the NVMe device is allocated, mapped and given back",
}


def importers(tap, work, what, arch, kernel, own=None):
    """The guest, and how to boot it; own is a directory of modules for it."""
    compile_tool(work, "guest", arch=arch)
    # The tree of this build, for drm.h, which the C library's package lacks.
    compile_tool(work, "import", "-idirafter", str((kernel / "source").resolve() / "include/uapi"),
                 "-D__user=", arch=arch)
    where = Root(work, kernel, what)
    if make(kernel, f"INSTALL_MOD_PATH={where.root}", "INSTALL_MOD_STRIP=1", "modules_install", arch=arch,
            stderr=subprocess.DEVNULL, jobs=JOBS):
        raise Bail("modules_install failed")
    for link in "build", "source":
        (where.mods.parent / link).unlink(missing_ok=True)
    kos = sorted(p.stem for p in (where.mods.parent / "kernel").rglob("*.ko"))
    if own:
        where.install(own)
    if where.depmod().returncode:
        raise Bail("depmod failed")

    guest = Guest(tap, what, where, arch)
    # One vivid device that captures; its buffers are those of others.
    guest.step("exec", "vivid", "/sbin/modprobe vivid n_devs=1 node_types=0x1")
    for ko in kos:
        guest.step("exec", f"load-{ko}", f"/sbin/modprobe {ko} 2>&1")
    guest.step("exec", "modules", "cut -d' ' -f1 /proc/modules | sort | xargs")
    for ko in kos:
        mod = ko.replace("-", "_")
        tap.equal(f"{what}: {mod} loads", lambda ko=ko, mod=mod: (
            guest.facts(f"load-{ko}/exit"), mod in guest.facts("modules/out").split()), ("0", True))
    tap.true(f"{what}: those were all modules of the configuration, more than 20", lambda: len(kos) > 20)
    for pair, text in PAIRS.items():
        if pair == "p2pmem":
            # Probing an NVMe device takes a moment, under emulation.
            guest.step("exec", "nvme", "for i in 1 2 3 4 5 6 7 8 9 10; do "
                       "[ ! -e /dev/nvme0n1 ] || break; sleep 0.5; done")
        step = guest.step("exec", pair.replace(" ", "-"), f"/import {pair}")
        guest.equal(f"{what}: {text}", f"{step}/exit {step}/out", "0 done")

    with open(work / "nvme.img", "wb") as f:
        f.truncate(16 << 20)
    return guest, lambda: guest.boot(seconds=240, qemu=[
        "-m", "512", "-device", "virtio-gpu-pci", "-drive", f"file={work}/nvme.img,if=none,format=raw,id=n0",
        "-device", "nvme,drive=n0,serial=x,cmb_size_mb=16"])


def without(tap, work, what, arch):
    """What they do without the series, that they may be seen to do the same with it."""
    kernel = build(f"{arch}-qemu-base", IMAGE[arch])
    symvers = (kernel / "Module.symvers").read_text()
    tap.true(f"{what}: nothing is gated in that kernel",
             lambda: "dma_buf_get" in symvers and "USERSPACE" not in symvers)
    return importers(tap, work, what, arch, kernel)[1]


def with_series(tap, work, what, arch):
    kernel = build(f"{arch}-qemu", IMAGE[arch])
    # The same source, without and with the line that is asked for.
    directory = CACHE / f"boot/{what}"
    directory.mkdir(parents=True, exist_ok=True)
    files = {"dmabuf_ops": (HERE / "modules/dmabuf_ops.c").read_text()}
    for name in "dmabuf", "p2pdma":
        source = (HERE / f"modules/{name}_user.c").read_text()
        files[f"{name}_undeclared"] = source
        files[f"{name}_declared"] = source + 'MODULE_USERSPACE("https://example.org/u", "MIT");\n'
    for name, source in files.items():
        (directory / f"{name}.c").write_text(source)
    (directory / "Kbuild").write_text(f"obj-m := {' '.join(f'{n}.o' for n in files)}\n")
    build_modules(kernel, directory, *WARN, arch=arch)

    guest, boot = importers(tap, work, what, arch, kernel, directory)
    ops = guest.step("exec", "ops", f"/import udmabuf {guest.root.guest}/dmabuf_ops.ko")
    for name, uses in ("dmabuf", "dma_buf_get dma_buf_put"), ("p2pdma", "pci_alloc_p2pmem pci_free_p2pmem"):
        row = TABLE.row(f"{name}_undeclared", uses, "none", "EACCES")
        for ko in f"{name}_undeclared", f"{name}_declared":
            guest.load(ko, ko)
        guest.equal(f"{what}: an undeclared user of {name} is refused",
                    " ".join(f"{row.mod}/{f}" for f in ("errno", "proc", "sysfs")), "EACCES absent absent")
        guest.equal(f"{what}: ... and dmesg says so, word for word", f"{row.mod}/records", row.kernel())
        guest.equal(f"{what}: ... and loads when it is declared", f"{name}_declared/errno {name}_declared/userspace",
                    "0 https://example.org/u MIT\\n")
    guest.equal(f"{what}: the declared user of p2pdma allocates memory of the NVMe device",
                "p2pdma_declared/records", "6 p2pmem was allocated")
    # Out of scope, as the documentation says: there is no symbol in it.
    tap.equal(f"{what}: of a user of the operations in struct dma_buf modpost says nothing",
              [line for line in (directory / "modpost").read_text().splitlines() if "dmabuf_ops" in line], [])
    guest.equal(f"{what}: ... and it loads, and writes to a buffer of udmabuf", f"{ops}/exit {ops}/out {ops}/records",
                "0 done ")
    selftest(guest, f"{arch}-qemu", arch, [])
    return boot


def qemu(tap, work):
    return with_series(tap, work, "qemu", "x86")


def base(tap, work):
    return without(tap, work, "qemu-base", "x86")


def arm64(tap, work):
    return with_series(tap, work, "arm64", "arm64")


def arm64_base(tap, work):
    return without(tap, work, "arm64-base", "arm64")
