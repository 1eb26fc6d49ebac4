# SPDX-License-Identifier: GPL-2.0-only
"""Build-time tests, see tests/modpost/run.

The modes are where a module lies, and so what "in tree" means to modpost:
  external          out of tree, M=
  intree            in tree, drivers/ust/ in a single-module build of the kernel
  tree              M= of that directory; tree-relative: relative, with dots;
                    tree-link: the kernel tree is behind a symlink;
                    tree-output: with MO= out of tree
  outside-link      M= is a symlink in the tree, which points out of it
  outside-sibling   M= has the path of the tree as a prefix, no more
  outside-output    M= is out of tree, MO= in it
  clang             no kernel build: only the macros, compiled by clang

All cases of a mode that have to end alike are one run of make, which is what takes
the time; those that modpost stops at are runs of their own. A run that ends in
another way fails its cases: those of which something unexpected was said, and if
there are none, all of it. The rest is run again without these.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cases import CLASSES, Table, said, stderr_of_make
from kbuild import CACHE, JOBS, TOP, build, make
from tap import Bail, Tap, main

TABLE = Table(TOP / "tests/cases/modules.cases")
RELAXED = ("relaxed", "CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y", "KBUILD_NSDEPS=1")


def symbols_with_flags(ko, tmp):
    """As the loader: the byte of a symbol has the same index as its ksymtab entry."""
    out = subprocess.run(["readelf", "-sW", ko], capture_output=True, text=True, check=True).stdout
    found = sorted((f[1], f[7][10:]) for f in map(str.split, out.splitlines())
                   if len(f) > 7 and f[3] == "NOTYPE" and f[7].startswith("__ksymtab_"))
    subprocess.run(["objcopy", "-O", "binary", "-j", "__kflagstab", ko, tmp], check=True)
    data = Path(tmp).read_bytes()
    return f"{len(data)} flags", {s: data[i] if i < len(data) else None for i, (_, s) in enumerate(found)}


class Farm:
    """A kernel tree of symlinks, with one directory of its own for the cases."""

    def __init__(self, work):
        self.work = work
        given = os.environ.get("UST_BUILD_UM")
        self.obj = Path(given).resolve() if given else build("um", "vmlinux.o")
        if not (self.obj / "source/Makefile").exists() or not (self.obj / "vmlinux.o").exists():
            raise Bail(f"{self.obj} is no finished kernel build with O=")
        self.tree = (self.obj / "source").resolve()
        if not (self.tree / "scripts/mod/declaration.h").exists():
            raise Bail(f"{self.tree} is a kernel without this series")
        self.farm = self.work / "farm"
        self.cases = self.farm / "drivers/ust"
        self.lock = threading.Lock()
        self.cases.mkdir(parents=True)
        for path in [*self.tree.iterdir(), *(self.tree / "drivers").iterdir()]:
            rel = path.relative_to(self.tree)
            if str(rel) not in ("drivers", "drivers/Makefile", "drivers/ust") and rel.name[0] != ".":
                (self.farm / rel).symlink_to(path)
        Path(f"{self.farm}-link").symlink_to("farm")
        (self.farm / "drivers/Makefile").write_text(
            (self.tree / "drivers/Makefile").read_text() + "obj-m += ust/\n")
        (self.cases / "Makefile").write_text(
            "obj-m := $(patsubst $(src)/%,%,$(wildcard $(src)/*/))\n")
        self.places = {"out": self.work / "out", "in": self.cases, "sibling": Path(f"{self.farm}-sibling")}
        for place in self.places.values():
            TABLE.write(place / "lib", [TABLE["gated"]])

    def setup(self, external):
        """The exporter, in tree and out; a build that belongs to the farm, as linked
        modules of the kernel tree are part of its build; one that is relaxed: what
        modpost does then is in auto.conf, so that kernel needs no build."""
        intree, relaxed, log = self.work / "intree", self.work / "relaxed", self.work / "log"
        lib = [self.tree, f"O={self.obj}", f"M={self.work}/out/lib", "modules"]
        with open(log, "w", encoding="utf-8") as f:
            if external:
                if make(*lib, stderr=f):
                    raise Bail("the setup failed:\n# " + log.read_text().replace("\n", "\n# "))
                return
            for copy in (intree, relaxed):
                subprocess.run(["cp", "-a", "--reflink=auto", self.obj, copy], check=True)
            subprocess.run([self.tree / "scripts/config", "--file", relaxed / ".config",
                            "-e", "MODULE_ALLOW_MISSING_USERSPACE"], check=True)
            bad = (make(self.farm, f"O={intree}", "drivers/ust/lib/gated.ko", jobs=JOBS, stderr=f) or
                   make(self.tree, f"O={relaxed}", "syncconfig", stderr=f) or
                   make(*lib, stderr=f))
        auto = (relaxed / "include/config/auto.conf").read_text()
        if bad or "\nCONFIG_MODULE_ALLOW_MISSING_USERSPACE=y" not in auto:
            raise Bail("the setup failed:\n# " + log.read_text().replace("\n", "\n# "))

    def stub(self):
        """The macros as they stand in the kernel, with as little as they need."""
        (self.work / "stub/linux").mkdir(parents=True)
        header = [
            "#define static_assert(expr, ...) _Static_assert(expr, __VA_ARGS__)",
            "#define __stringify(x) #x", "#define ___id(a, b) a##b", "#define __id(a, b) ___id(a, b)",
            "#define __UNIQUE_ID(x) __id(x, __COUNTER__)", "#define __MODULE_INFO_PREFIX",
            "#define __used __attribute__((__used__))",
            "#define __section(s) __attribute__((__section__(s)))",
            "#define __aligned(n) __attribute__((__aligned__(n)))",
            "#define MODULE_DESCRIPTION(s) MODULE_INFO(description, s)",
            "#define MODULE_LICENSE(s) MODULE_INFO(license, s)"]
        info = (self.tree / "include/linux/moduleparam.h").read_text()
        header.append(re.search(r"^#define MODULE_INFO\((.*\\\n)*.*\n", info, re.M)[0])
        module = (self.tree / "include/linux/module.h").read_text()
        header.append(re.search(r"^#define MODULE_USERSPACE\((.*\n)*?#endif\n",
                                module, re.M)[0])
        (self.work / "stub/linux/module.h").write_text("\n".join(header) + "\n")


class Run:
    """Cases that are built together."""

    def __init__(self, farm, how, cases, name):
        self.farm, self.cases, self.name = farm, cases, name
        self.mode, self.vars = how[0], [w for w in how[1:] if w != "relaxed"]
        self.relaxed = any(w in RELAXED for w in how)
        self.o = farm.work / "relaxed" if "relaxed" in how else farm.obj
        self.modules = TABLE.closure([m for c in cases for m in TABLE.cases[c]])

    def make(self):
        """Exit status, what was said, where the objects are."""
        farm, work, name = self.farm, self.farm.work, self.name
        src = {"external": farm.places["out"], "clang": farm.places["out"],
               "outside-link": farm.places["out"], "outside-output": farm.places["out"],
               "outside-sibling": farm.places["sibling"]}.get(self.mode, farm.cases) / name
        TABLE.write(src, self.modules)
        m, k, out, args = src, farm.farm, src, []
        if self.mode in ("external", "clang", "outside-sibling"):
            k = farm.tree if self.mode != "outside-sibling" else k
        elif self.mode == "tree-relative":
            m = f"drivers/../drivers/ust/{name}/"
        elif self.mode == "tree-link":
            k = Path(f"{farm.farm}-link")
            m = k / "drivers/ust" / name
        elif self.mode == "tree-output":
            out = farm.places["out"] / name
            args = [f"MO={out}"]
        elif self.mode == "outside-link":
            m = farm.cases / name
            m.symlink_to(src)
        elif self.mode == "outside-output":
            out = farm.cases / name
            args = [f"MO={out}"]
        err = work / f"{name}.err"
        first = self.modules[0]
        with open(err, "w", encoding="utf-8") as f:
            if self.mode == "clang":
                # make says 2 whatever the compiler says.
                source = src / f"{first.ko}.c"
                source.write_text(source.read_text().replace('#include "gated.h"', ""))
                status = 2 * (subprocess.run(
                    ["clang", "-fsyntax-only", "-DMODULE", "-I", work / "stub", source], stderr=f,
                    check=False).returncode != 0)
            elif self.mode == "intree":
                goals = [f"drivers/ust/{name}/{x.ko}.ko" for x in self.modules]
                if first.name != "gated":
                    goals.insert(0, "drivers/ust/lib/gated.ko")
                out = work / "intree/drivers/ust" / name
                # There is one Module.symvers of the kernel tree.
                with farm.lock:
                    status = make(k, f"O={work}/intree", *self.vars, *goals, stderr=f)
                    self.symvers = (work / "intree/Module.symvers").read_text()
            else:
                extra = "" if first.name == "gated" else work / "out/lib/Module.symvers"
                if first.symvers:
                    extra = src / "extra.symvers"
                    text = "\n".join("0x00000000\t{}\t{}\t{}".format(
                        s.split(" ")[0], TABLE.exporter.get(s.split(" ")[0], TABLE["gated"]).ko,
                        s.split(" ", 1)[1]) for s in first.symvers)
                    extra.write_text(text + "\n" * text.endswith("\t"))
                status = make(k, f"O={self.o}", f"M={m}", f"KBUILD_EXTRA_SYMBOLS={extra}", *args,
                              *self.vars, "modules", stderr=f)
                symvers = Path(out, "Module.symvers")
                self.symvers = symvers.read_text() if symvers.exists() else ""
        return status, stderr_of_make(err), out

    def built(self, m, out):
        """What is wrong with a module about which modpost had nothing against."""
        ko = out / f"{m.ko}.ko"
        if not ko.exists():
            return [f"there is no {ko.name}"]
        bad = []
        nm = subprocess.run(["nm", "-u", ko], capture_output=True, text=True, check=True).stdout.split()
        bad += [f"{ko.name} does not use {s}" for how, s in m.uses
                if how in ("", "weak") and s not in nm]
        got = subprocess.run(["modinfo", "-F", "userspace", ko], capture_output=True, text=True,
                             check=True).stdout.splitlines()
        if " .userspace " in subprocess.run(["readelf", "-SW", ko], capture_output=True, text=True,
                                            check=True).stdout:
            bad.append(f"{ko.name} has a section that its link should have discarded")
        declared = m.declared(self.mode.split("-")[0])
        if sorted(got) != declared:
            bad.append(f"modinfo shows {got}, not {declared}")
        exports = m.exports
        if "CONFIG_TRIM_UNUSED_KSYMS=y" in self.vars:
            used = {s for x in self.modules for _, s in x.uses}
            exports = [e for e in exports if e.name in used]
        # With M=, Module.symvers says what is lent.
        lent = self.mode != "intree"
        want = {(e.name, e.column + "_LENT" * (lent and m.lends(e.name)),
                 e.ns if e.kind != "for" else f"module:{e.ns or 'drv-*'}") for e in exports}
        rows = [line.split("\t") for line in self.symvers.splitlines()]
        got = {(r[1], r[3], r[4]) for r in rows if Path(r[2]).name == m.ko and
               (self.mode != "intree" or f"/{self.name}/" in r[2])}
        if got != want:
            bad.append(f"Module.symvers has {got}, not {want}")
        if exports:
            want = (f"{len(exports)} flags", {e.name: e.flags for e in exports})
            got = symbols_with_flags(ko, f"{ko}.flags")
            if got != want:
                bad.append(f"{ko.name}: {got}, not {want}")
            source = re.findall(r"^SYMBOL_FLAGS\((\w+), (\w+)\);", (out / f"{m.ko}.mod.c").read_text(), re.M)
            if {s: int(f, 0) for s, f in source} != want[1]:
                bad.append(f"{m.ko}.mod.c: {source}")
        return bad

    def judge(self):
        """{case: what is wrong with it}"""
        if self.mode == "clang" and not shutil.which("clang"):
            return {c: None for c in self.cases}
        want_status = 2 if any(m.refused(self.relaxed) for m in self.modules) else 0
        if self.mode == "clang" and not any(s.startswith("cc") for m in self.modules for s in m.says):
            want_status = 0
        status, lines, out = self.make()
        alone = self.modules[0].alone()
        by_module, others = ({}, lines) if alone else said(lines)
        bad = {c: [] for c in self.cases}
        for case in self.cases:
            for m in TABLE.cases[case]:
                # The macro judges nothing, so the compiler has nothing to say.
                want = m.modpost(self.relaxed) if self.mode != "clang" or want_status else []
                got = by_module.get(m.ko, [])
                if alone:
                    want = "\n".join(want).split("\n") if want else []
                    if "clang" in os.environ.get("UST_MAKE", ""):
                        want = [re.sub("expected ',' or ';' before '.*'", "expected ';' after top level declarator", x)
                                for x in want]
                    got = sorted(re.sub(rf"^(ERROR|WARNING): modpost: {m.ko}\.ko: ", r"\1: ", x) for x in lines)
                    want.sort()
                if got != want:
                    bad[case] += ["said:", *got, "expected:", *want]
        # What is about none of them is about all.
        if others and not alone:
            for case in bad:
                bad[case] += ["also said:", *others]
        if status != want_status:
            wrong = [c for c in bad if bad[c]]
            for case in wrong or bad:
                bad[case].append(f"make exits with {status}, not {want_status}")
            rest = [c for c in bad if not bad[c]]
            if rest:
                again = Run(self.farm, (self.mode, *self.vars), rest, self.name + "x")
                again.relaxed, again.o = self.relaxed, self.o
                if any(m.case in wrong for m in again.modules):
                    # It can't be had without one of these.
                    return bad
                return bad | again.judge()
        elif not want_status and self.mode != "clang":
            for case in bad:
                for m in TABLE.cases[case]:
                    bad[case] += self.built(m, out)
        return bad


def run():
    if sys.argv[1:] == ["--list"]:
        print(*(f"{c} ({' '.join(how)})" for c in TABLE.cases for how in TABLE.runs(c)), sep="\n")
        return 0
    external = sys.argv[1:] == ["--external"]
    chosen = list(TABLE.cases) if external else sys.argv[1:] or list(TABLE.cases)
    for name in chosen:
        if name not in TABLE.cases:
            raise Bail(f"no case {name}")
    tests = [(c, how) for c in dict.fromkeys(chosen) for how in TABLE.runs(c)
             if not external or how == ("external",)]
    # A place of a fixed name, so that ccache knows what it has compiled before.
    work = CACHE / "boot/modpost"
    work.mkdir(parents=True, exist_ok=True)
    with open(f"{work}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(work)
        work.mkdir()
        farm = Farm(work)
        farm.setup(external)
        farm.stub()
        together = {}
        for case, how in tests:
            relaxed = any(w in RELAXED for w in how)
            modules = TABLE.closure(TABLE.cases[case])
            alone = how[0] == "clang" or any(m.alone() for m in TABLE.cases[case])
            key = (how, alone and case, any(m.refused(relaxed) for m in modules))
            together.setdefault(key, []).append(case)
        runs = [Run(farm, key[0], cases, f"r{i}") for i, (key, cases) in enumerate(together.items())]
        with ThreadPoolExecutor(int(JOBS)) as pool:
            print(f"TAP version 13\n1..{len(tests)}", flush=True)
            runs.sort(key=lambda r: -len(r.cases))
            futures = {(c, how): f for r, f in [(r, pool.submit(r.judge)) for r in runs]
                       for (how, *_), cases in together.items() if cases is r.cases for c in cases}
            tap = Tap()
            for case, how in tests:
                title = f"{case} ({' '.join(how)})"
                tap.run([(title, lambda f=futures[case, how], c=case: f.result()[c], [])])
        shutil.rmtree(work)
    return tap.failed > 0


main(run)
