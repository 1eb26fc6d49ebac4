# SPDX-License-Identifier: GPL-2.0-only
"""What a guest has printed: the facts of tests/boot/guest/guest.c, and the kernel's log."""

import re
from pathlib import Path

SILENCE = "(the guest did not say)"
SPLATS = re.compile("|".join(
    line for line in (Path(__file__).parents[2] / "series/kernels/splats").read_text().splitlines()
    if line and not line.startswith("#")) or ".*")
# What the kernel says of any module that is not its own.
TAINTS = re.compile("taints kernel\\.$|module verification failed|"
                    ": bad vermagic: kernel tainted\\.|Disabling lock debugging")


class Console:
    def __init__(self, text=""):
        self.facts, self.kmsg, self.out, self.log, self.done = {}, {}, {}, [], False
        step = None
        for line in text.splitlines():
            line = line.rstrip("\r")
            if line.startswith("@begin "):
                step = line[7:]
                self.kmsg[step], self.out[step] = [], []
            elif line.startswith("@end "):
                if line[5:] == step:
                    self.facts[step, "complete"] = "1"
                step = None
            elif line.startswith("@log "):
                self.log.append(line[5:])
            elif line == "@@ done":
                self.done = True
            elif step and (m := re.match("@(\\S+) (.*)", line)):
                self.facts[step, m[1]] = m[2]
                if m[1] == "kmsg":
                    self.kmsg[step].append(m[2].replace("\\x0a", "\\n"))
                elif m[1] == "out":
                    self.out[step].append(m[2])

    def fact(self, step, what):
        return self.facts.get((step, what), SILENCE)

    def records(self, step):
        """Level and text of what the kernel said at a step, but for taints."""
        if (step, "complete") not in self.facts:
            return SILENCE
        return "\n".join(r for r in self.kmsg[step] if not TAINTS.search(r))

    def splat(self):
        """The first lines of what must not be in a log, which has to be there."""
        if len(self.log) <= 20:
            return f"the log has {len(self.log)} lines"
        for i, line in enumerate(self.log):
            if SPLATS.search(line):
                return "\n".join(self.log[i:i + 16])
        return ""
