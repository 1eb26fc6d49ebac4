# SPDX-License-Identifier: GPL-2.0-only
"""
The configurations in which the series must stand, for series/checks/matrix.

A row is built, has to have every option that it asks for, and may warn of nothing. Then
a guest loads the KUnit suite and runs the kernel's own selftest, and
"tests/modpost/run --external" builds modules against it. What a row found is kept with
the commit and the text of the row that it stands for, each step when it is done.
"""

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from datetime import date
from pathlib import Path

import selftest
from console import Console
from debian import MATRIX, in_initramfs, output, unpacked
from guest import shell
from kbuild import CACHE, JOBS, TOP
from tap import Bail

TREE = Path(os.environ["TREE"])
WORK = CACHE / "build/matrix"
CCACHE = "ccache " if shutil.which("ccache") else ""
# All of it is read at the end.
LOG = ("loglevel=4", "log_buf_len=1M")
INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
# run_kselftest.sh would take it for that of coreutils.
rm /bin/timeout
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /tmp
ln -sf /proc/self/fd/1 /dev/stdout
dmesg -n 1
# Behind what the firmware left in this line.
echo
for i in /mods/*; do
	/sbin/insmod $i 2>&1 | sed 's/^/@insmod /'
done
echo "@up $(cat /proc/uptime)"
/kselftest/run_kselftest.sh -t module:userspace.sh 2>&1 | sed 's/^/@self /'
echo "@up $(cat /proc/uptime)"
for i in exporter undeclared lender; do
	echo "@load $i: $(/sbin/insmod /kselftest/module/test_modules/test_userspace_$i.ko 2>&1)"
done
for i in /rust/*.ko; do
	[ ! -e $i ] || echo "@rust $i: $(/sbin/insmod $i 2>&1)"
done
dmesg | sed 's/^/@log /'
echo "@@ done"
sleep 1
# Where nothing can switch off, QEMU stops instead of a reboot.
! grep -q panic=-1 /proc/cmdline || reboot -f
poweroff -f
"""


def options(text):
    return dict(line.split("=", 1) for line in text.split("\n") if line)


COMMIT = output("git", "-C", TREE, "rev-parse", "HEAD")


class Row:
    def __init__(self, row, table):
        self.row = {"guest": table["guest"]} | table["arch"][row["arch"]] | row
        self.name, self.why = row["name"], row.get("why", "")
        self.needed = options(row.get("options", ""))
        self.options = (options(table["options"]) |
                        options(table["arch"][row["arch"]].get("options", "")) | self.needed)
        cross = self.row.get("cross", "")
        self.make = [f"ARCH={row['arch']}", f"CROSS_COMPILE={cross}", f"HOSTCC={CCACHE}gcc", f"CC={CCACHE}{cross}gcc",
                     *shlex.split(row.get("make", "").replace("{ccache}", CCACHE))]
        self.slug = re.sub(r"\W+", "-", self.name).strip("-").lower()
        # One place for all, so that ccache knows what it has compiled before.
        self.out, self.file = WORK / "out", WORK / f"{self.slug}.json"
        source = json.dumps([self.row, self.options], sort_keys=True).encode()
        self.key = f"{COMMIT} {hashlib.sha256(source).hexdigest()}"
        self.old = json.loads(self.file.read_text()) if self.file.exists() else {}
        self.before = {}
        if self.old.get("key") != self.key:
            self.before = self.old
            self.old = {"result": "not run", "what": "not yet, with this series"}

    def has(self, option):
        return self.options.get(f"CONFIG_{option}") == "y"

    def log(self, what):
        return WORK / f"{self.slug}.{what}"

    def kmake(self, *args, log="build"):
        log = self.log(log)
        with open(log, "a", encoding="utf-8") as f:
            done = subprocess.run(["make", "-C", TREE, f"O={self.out}", "LOCALVERSION=", f"-j{JOBS}",
                                   "--no-print-directory", *self.make, *args],
                                  stdin=subprocess.DEVNULL, stdout=f, stderr=f, check=False)
        if done.returncode:
            said = re.findall(r".*(?:[Ee]rror|undefined reference).*", log.read_text(errors="replace"))
            raise Bail(f"make {args[-1]} failed: {said[:1]}, see {log}")

    def in_place(self):
        """Is what was built of it there, in part or whole?"""
        row = self.out / "row"
        return row.exists() and row.read_text() == self.key

    def build(self):
        """What it said, which is nothing new."""
        if not self.in_place():
            shutil.rmtree(self.out, ignore_errors=True)
            self.out.mkdir()
            self.log("build").write_text("")
            (self.out / "row").write_text(self.key)
        config = self.log("config")
        config.write_text("".join(f"{o}={v}\n" for o, v in self.options.items()))
        self.kmake(f"KCONFIG_ALLCONFIG={config}", "allnoconfig")
        got = options("\n".join(re.findall(r"^CONFIG_.*", (self.out / ".config").read_text(), re.M)))
        bad = [f"{o} is {got.get(o, 'n')}" for o, v in self.needed.items() if got.get(o, "n") != v]
        if bad:
            raise Bail(f"not the options of the row: {', '.join(bad)}")
        self.kmake(*self.row["targets"].split())
        said = re.findall(r".*(?i:warning:).*", self.log("build").read_text(errors="replace"))
        if said:
            raise Bail(f"the build says: {said[0]}")
        for wanted, said in (("present", "did not make"), ("absent", "made")):
            for file in self.row.get(wanted, ()):
                if (self.out / file).exists() != (wanted == "present"):
                    raise Bail(f"the build {said} {file}")
        return "silent"

    def cases(self):
        """How many modules of tests/modpost were judged as they have to be."""
        log = self.log("modpost")
        with open(log, "w", encoding="utf-8") as f:
            subprocess.run([TOP / "tests/modpost/run", "--external"], stdin=subprocess.DEVNULL,
                           stdout=f, stderr=f, check=False,
                           env=os.environ | {"UST_BUILD_UM": str(self.out)})
        text = log.read_text(errors="replace")
        plan = re.search(r"^1\.\.(\d+)", text, re.M)
        good, bad = len(re.findall(r"^ok ", text, re.M)), re.findall(r"^not ok .*", text, re.M)
        if not plan or bad or good != int(plan[1]) or not good:
            raise Bail(f"modpost: {bad[:1] or text[-200:]}, see {log}")
        return good

    def rust(self, work):
        """Modules in Rust that use what the selftest's exporter exports: modpost refuses the
        one that does not declare, and here it is told to warn, for the loader's answer."""
        copy = CACHE / f"boot/kselftest-matrix-{self.slug}" / selftest.SELFTESTS
        shutil.copytree(TOP / "tests/rust", work / "source")
        args = (f"M={work / 'source'}", "modules",
                f"KBUILD_EXTRA_SYMBOLS={copy / 'module/test_modules/Module.symvers'}")
        log = self.log("rust")
        log.write_text("")
        try:
            self.kmake(*args, log="rust")
            failed = False
        except Bail:
            failed = True
        said = re.findall(r"^ERROR: modpost: (.*?): ", log.read_text(errors="replace"), re.M)
        if not failed or said != ["rust_undeclared.ko"]:
            raise Bail(f"modpost refuses {said}, see {log}")
        self.kmake("CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y", *args, log="rust")
        (work / "rust").mkdir()
        for ko in (work / "source").glob("*.ko"):
            shutil.copy(ko, work / "rust")
        shutil.rmtree(work / "source")

    def initramfs(self, work):
        selftest.install(self.out, f"matrix-{self.slug}", self.row["arch"], work / "kselftest")
        (work / "mods").mkdir()
        if self.has("RUST"):
            self.rust(work)
        mods = [shutil.copy(self.out / ko, work / "mods" / f"{i}-{Path(ko).name}") for i, ko in enumerate(
            ("lib/kunit/kunit.ko", "lib/tests/module_userspace_kunit.ko", *self.row.get("loads", ())))]
        if self.has("MODULE_SIG"):
            certs = self.out / "certs"
            for ko in work.rglob("*.ko"):
                output(self.out / "scripts/sign-file", "sha256", certs / "signing_key.pem",
                       certs / "signing_key.x509", ko)
        if self.has("MODULE_DECOMPRESS"):
            output("xz", "--check=crc32", "--lzma2=dict=1MiB", *mods)
        (work / "init").write_text(INIT)
        lines = ["nod /dev/console 0600 0 0 c 5 1", f"file /init {work}/init 0755 0 0"]
        lines += [f"dir /{d} 0755 0 0" for d in ("dev", "proc", "sys", "tmp")]
        arch = self.row["debian"]
        lines += in_initramfs(unpacked(self.row["guest"], arch)) + in_initramfs(work)
        (work / "list").write_text("\n".join(lines) + "\n")
        output(self.out / "usr/gen_init_cpio", "-o", work / "initramfs", work / "list")

    def boot(self):
        """What the guest printed of KUnit and the selftest."""
        work, console = self.log("guest"), self.log("console")
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        self.initramfs(work)
        if self.row["boot"] == "um":
            done = shell('run_um "$@"', self.out, work / "initramfs", work, 600, *LOG,
                         stdout=subprocess.PIPE)
        else:
            command = shlex.split(self.row["boot"] + " -m 512 -accel tcg -nographic -no-reboot -append")
            kernel = command.index("-kernel") + 1
            command[kernel] = self.out / command[kernel]
            command += [f"console={self.row['console']} panic=-1 {' '.join(LOG)}", "-initrd", work / "initramfs"]
            done = subprocess.run(["timeout", "-k", "5", "900", *command], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        text = done.stdout.decode(errors="replace").replace("\r", "")
        console.write_text(text)
        shutil.rmtree(work)
        guest = Console(text)
        if not guest.done:
            raise Bail(f"the guest did not end, see {console}")
        if splat := guest.splat():
            raise Bail(f"the log has: {splat.splitlines()[0]}, see {console}")
        if said := re.findall("^@insmod (.*)", text, re.M):
            raise Bail(f"{said[0]}, see {console}")
        suites, said = (re.findall(rf"^@log (?:\[.*?\] )?{x}", text, re.M) for x in (
            r"    # Subtest: (module_userspace\w*)$", r"((?:not )?ok) \d+ module_userspace"))
        kunit = sum(map(int, re.findall(r"^@log (?:\[.*?\] )?# Totals: pass:(\d+) fail:0 skip:0 total:\1$",
                                        text, re.M)))
        if not kunit or said != ["ok"] * len(suites):
            raise Bail(f"KUnit: {suites} ended {said}, see {console}")
        loads = re.findall("^@load .*?: (.*)$", text, re.M)
        if not re.fullmatch(",insmod: ERROR: .*: Permission denied,", ",".join(loads)):
            raise Bail(f"insmod says {loads}, see {console}")
        rust = re.findall(r"^@rust /rust/rust_(\w+).ko: (.*)$", text, re.M)
        if self.has("RUST") and (len(rust) != 2 or rust[0] != ("declared", "") or
                                 not re.fullmatch("insmod: ERROR: .*: Permission denied", rust[1][1])):
            raise Bail(f"insmod says {rust}, see {console}")
        if rust and not re.search(r"^@log .*rust_undeclared: uses test_userspace_gated, exported by "
                                  r"test_userspace_exporter only to modules with a free userspace, "
                                  r"but has no valid declaration\.$", text, re.M):
            raise Bail(f"the log does not say why rust_undeclared is refused, see {console}")
        if not self.row.get("selftest", True):
            return f"KUnit {kunit}, 3 loads"
        plan = re.findall(r"^@self # 1\.\.(\d+)$", text, re.M)
        good, skip = (len(re.findall(rf"^@self # ok \d+ .*{x}$", text, re.M)) for x in ("", "# SKIP.*"))
        if plan != [str(good)] or skip != self.row.get("skips", 0):
            raise Bail(f"selftest: {good} of {plan} passed, {skip} skipped, see {console}")
        up = list(map(float, re.findall(r"^@up (\S+)", text, re.M)))
        if len(up) != 2:
            raise Bail(f"lines were lost, see {console}")
        return f"KUnit {kunit}, selftest {good - skip} in {up[1] - up[0]:.1f} s" + (", Rust 2" if rust else "")

    def run(self):
        begun, new = time.monotonic(), self.old
        if new["result"] != "begun" or not self.in_place():
            shutil.rmtree(self.out, ignore_errors=True)
            new = {"key": self.key, "result": "begun", "date": date.today().isoformat()}
        self.old = new
        try:
            if "tools" in self.row:
                run = unpacked(self.row["tools"], "amd64") / "run"
                self.make = [word.replace("{tools}", str(run)) for word in self.make]
            os.environ["UST_MAKE"] = shlex.join(self.make)
            for step, wanted in (("build", True), ("boot", self.row.get("boot")),
                                 ("cases", self.row.get("cases", True))):
                if step not in new:
                    new[step] = getattr(self, step)() if wanted else "-"
                    new["cc"] = re.search('CC_VERSION_TEXT="(.*)"', (self.out / ".config").read_text())[1]
                    self.file.write_text(json.dumps(new))
            new["result"] = "ok"
            shutil.rmtree(self.out)
        except (Bail, subprocess.CalledProcessError, OSError) as e:
            new |= {"result": "FAILED", "what": str(e)}
        self.file.write_text(json.dumps(new))
        print(f"{self.name}: {new['result']}, {round(time.monotonic() - begun)} s", new.get("what", ""),
              *(f"{what} {new[what]};" for what in ("build", "cases", "boot") if what in new), flush=True)

    def shown(self):
        """What it is on the page."""
        if self.old["result"] == "not run" and self.before.get("result") in ("ok", "FAILED"):
            return self.before | {"result": f"{self.before['result']}, with an earlier series"}
        return self.old

    def line(self):
        """Its line of the page."""
        r = self.shown()
        result = r["result"] + (f": {r['what']}" if "what" in r else f" ({self.why})" if self.why else "")
        return "| " + " | ".join([self.name, result] + [str(r.get(what, "-")) for what in (
            "cc", "build", "cases", "boot", "date")] + [r.get("key", "-")[:12]]) + " |"


def page(rows):
    count = {}
    for row in rows:
        result = row.shown()["result"]
        count[result] = count.get(result, 0) + 1
    text = f"""# The configurations in which the series stands

Written by `make matrix`, which runs the rows of `series/kernels/matrix.toml`, on Linux
{output("make", "-s", "-C", TREE, "kernelversion")}. A line is true for the commit of the series that it names, the last
one of the tree that `make tree` made; *with an earlier series* says that the series, or the
row, has changed since. What has begun was interrupted. *Build* is what the compiler and modpost warned
of, *cases* how many modules `tests/modpost/run --external` built against that kernel and
modpost judged as it has to. *Boot* is how many cases of the KUnit suite and of the
kernel's selftest, and modules in Rust, did in a guest what they have to, the time that the
selftest took by the guest's clock, and that nothing of `series/kernels/splats` was in its log.

| row | result | compiler | build | cases | boot | date | series |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
    text += "".join(row.line() + "\n" for row in rows)
    text += f"\n{', '.join(f'{n} {what}' for what, n in sorted(count.items()))}.\n"
    (TOP / "results").mkdir(exist_ok=True)
    (TOP / "results/matrix.md").write_text(text.replace(f"{CACHE}/", ""))
    return "FAILED" not in count


def main():
    with open(MATRIX, "rb") as f:
        table = tomllib.load(f)
    rows = [Row(r, table) for r in table["row"]]
    unknown = set(sys.argv[1:]) - {row.name for row in rows}
    if unknown:
        sys.exit(f"matrix: no such row: {', '.join(unknown)}")
    for row in rows:
        if row.name in (sys.argv[1:] or [row.name]) and row.old["result"] != "ok":
            row.run()
            page(rows)
    sys.exit(not page(rows))


main()
