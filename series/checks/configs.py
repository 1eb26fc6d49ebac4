# SPDX-License-Identifier: GPL-2.0-only
"""
Nobody loses a driver by the series, and the gate is on where people look:

	configs.py DIRECTORY JOBS [all] [defconfigs] [random] [FIRST-SEED LAST-SEED]

DIRECTORY holds what kconfig reads of two trees, base and series. Each configuration
is made from both, and the two may differ in nothing but the options that the series
adds, of which the choice has to refuse. A random one is made from the series, and the
base has to take it without another change; what it chooses is counted. The compiler
is that of scripts/dummy-tools, which can do everything, for every architecture.
"""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local
from time import monotonic

REFUSE = "CONFIG_MODULE_REFUSE_MISSING_USERSPACE"
ALLOW = "CONFIG_MODULE_ALLOW_MISSING_USERSPACE"
KUNIT = "CONFIG_MODULE_USERSPACE_KUNIT_TEST"
ALL = [(arch, target) for arch in ("x86_64", "arm64", "um", "s390") for target in ("allmodconfig", "allyesconfig")]

root, jobs = Path(sys.argv[1]), int(sys.argv[2])
words = sys.argv[3:]
seeds = [int(w) for w in words if w.isdigit()] or [1, 200]
kinds = [w for w in words if not w.isdigit()] or ["all", "defconfigs", "random"]
thread = local()


def make(which, out, arch, target, env=()):
    # "um SUBARCH=i386" is two words of make's.
    done = subprocess.run(["make", "-s", "-C", root / which, f"O={out}", *f"ARCH={arch}".split(),
                           f"CROSS_COMPILE={root}/{which}/scripts/dummy-tools/", *env, target],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"ARCH={arch} {target} on the {which}: {done.stderr.strip()[:300]}")


def options(config):
    """Option -> its line, for those that are set and those that are not."""
    return {line.split("=")[0].removeprefix("# ").split()[0]: line
            for line in config.read_text().splitlines() if "CONFIG_" in line and (line[0] != "#" or line.endswith("not set"))}


def outs(arch):
    """A directory of its own for each thread, tree and architecture."""
    name = getattr(thread, "name", None)
    if not name:
        thread.name = name = f"out{next(numbers)}"
    return {which: root / name / which / arch.replace(" ", "-") for which in ("base", "series")}


numbers = iter(range(1000))


def differences(base, series):
    """What differs, apart from what the series adds."""
    mine = {REFUSE, ALLOW, KUNIT}
    return [f"{base.get(o, 'nothing')} -> {series.get(o, 'nothing')}"
            for o in sorted(base.keys() | series.keys())
            if o not in mine and base.get(o) != series.get(o)]


def compare(arch, target):
    out = outs(arch)
    for which in out:
        make(which, out[which], arch, target)
    base, series = (options(out[which] / ".config") for which in ("base", "series"))
    wrong = differences(base, series)
    if "CONFIG_MODULES" in series and "=y" in series["CONFIG_MODULES"]:
        if series.get(REFUSE) != f"{REFUSE}=y" or series.get(ALLOW) != f"# {ALLOW} is not set":
            wrong.append("it does not refuse")
        return "refuses", wrong
    if REFUSE in series or ALLOW in series:
        wrong.append("the choice is there, without modules")
    return "no modules", wrong


def random(arch, seed):
    out = outs(arch)
    make("series", out["series"], arch, "randconfig", (f"KCONFIG_SEED={seed}",))
    series = options(out["series"] / ".config")
    out["base"].mkdir(parents=True, exist_ok=True)
    (out["base"] / ".config").write_text((out["series"] / ".config").read_text())
    make("base", out["base"], arch, "olddefconfig")
    wrong = differences(options(out["base"] / ".config"), series)
    if "=y" not in series.get("CONFIG_MODULES", ""):
        return "no modules", wrong
    chosen = [o for o in (REFUSE, ALLOW) if series.get(o) == f"{o}=y"]
    if len(chosen) != 1:
        wrong.append(f"of the choice {len(chosen)} are set")
    return "refuses" if chosen == [REFUSE] else "warns", wrong


def defconfigs():
    # sh5 and the like have no directory; x86's names say which of the two it is.
    for file in sorted((root / "series/arch").glob("*/configs/*defconfig")):
        arch = file.parent.parent.name
        if arch == "x86":
            arch = file.name.removesuffix("_defconfig")
        if arch == "um":
            # Of the processor that it is built for.
            yield ("um", file.name) if file.name == "x86_64_defconfig" else ("um SUBARCH=i386", file.name)
        elif file.name == "generic_defconfig":
            # Of mips, which is made together with what a processor wants.
            yield arch, "32r2el_defconfig"
        else:
            yield arch, file.name


def clock(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def run(kind, work, function):
    """A table line for each kind, and one for each that is wrong."""
    results, failed = Counter(), 0
    start = monotonic()

    def one(args):
        try:
            return args, *function(*args)
        except RuntimeError as error:
            return args, "not made", [str(error)]

    with ThreadPoolExecutor(jobs) as pool:
        for n, (args, result, wrong) in enumerate(pool.map(one, work), 1):
            results[result] += 1
            failed += bool(wrong)
            if wrong:
                print(f"{' '.join(map(str, args))}: {'; '.join(wrong[:5])}", flush=True)
            if sys.stderr.isatty():
                spent = monotonic() - start
                print(f"\r{kind}: {n} of {len(work)}, {clock(spent)}, about {clock(spent / n * (len(work) - n))} still\033[K",
                      end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    counts = ", ".join(f"{n} {what}" for what, n in results.most_common())
    print(f"{kind}: {len(work)} configurations: {counts}; {failed} differ in more than the option", flush=True)
    return failed


def main():
    failed = 0
    if "all" in kinds:
        failed += run("allmodconfig and allyesconfig", ALL, compare)
    if "defconfigs" in kinds:
        failed += run("defconfigs", list(defconfigs()), compare)
    if "random" in kinds:
        work = [("x86_64", seed) for seed in range(seeds[0], seeds[-1] + 1)]
        failed += run(f"random, seeds {seeds[0]} to {seeds[-1]}", work, random)
    return bool(failed)


sys.exit(main())
