# SPDX-License-Identifier: GPL-2.0-only
"""The table tests/cases/forged.cases, and how its modules are made."""

import re
import shutil
import struct
import subprocess
from pathlib import Path

from tap import Bail


class Forgery:
    def __init__(self, suite, row):
        self.suite = suite
        self.name, self.module, how, self.errno, self.what, self.text = row
        self.force = how.startswith("force, ")
        self.how, _, self.shown = how.removeprefix("force, ").partition(" = ")


def read(path):
    """{suite: [Forgery, ...]}"""
    out, suite = {}, None
    for line in Path(path).read_text().splitlines():
        if m := re.match("# --- suite ([a-z-]+)", line):
            suite = m[1]
        elif line and not line.startswith("#"):
            row = [field.strip() for field in line.split("|")]
            if not suite or len(row) != 6:
                raise SystemExit(f"{path}: what is this? {line}")
            out.setdefault(suite, []).append(Forgery(suite, row))
    return out


def objcopy(*args):
    subprocess.run(["objcopy", *map(str, args)], check=True)


def sections(path):
    """{name: (index, type, flags, offset, size)}, as readelf prints them"""
    out = subprocess.run(["readelf", "-SW", path], capture_output=True, text=True, check=True).stdout
    return {m[2]: (int(m[1]), m[3], m[6], int(m[4], 16), int(m[5], 16)) for m in re.finditer(
        r"^ *\[ *(\d+)\] (\S+) +([A-Z]+) +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+) [0-9a-f]+ +([A-Z]*) +\d", out, re.M)}


def contents(path, section):
    _, _, _, offset, size = sections(path)[section]
    return Path(path).read_bytes()[offset:offset + size]


def forge(how, source, out):
    out.parent.mkdir(parents=True, exist_ok=True)
    tmp = out.with_suffix(".section")
    verb, _, arg = how.partition(" ")
    if verb == "append":
        tmp.write_bytes(contents(source, ".modinfo") + arg.replace("\\0", "\0").encode())
        objcopy("--update-section", f".modinfo={tmp}", source, out)
    elif verb == "replace":
        text = subprocess.run(["sed", "-z", arg], input=contents(source, ".modinfo"),
                              stdout=subprocess.PIPE, check=True).stdout
        if text == contents(source, ".modinfo"):
            raise Bail(f"{how} changes nothing in {source}")
        tmp.write_bytes(text)
        objcopy("--update-section", f".modinfo={tmp}", source, out)
    elif verb == "size":
        size, section = arg.split()
        tmp.write_bytes(b"\3" * int(size))
        if section in sections(source):
            objcopy("--update-section", f"{section}={tmp}", source, out)
        else:
            objcopy("--add-section", f"{section}={tmp}", "--set-section-flags",
                    f"{section}=alloc,readonly,data", source, out)
    elif verb == "remove":
        objcopy("--remove-section", arg, source, out)
    elif verb == "flags":
        objcopy("--set-section-flags", arg.replace(" ", "="), source, out)
    elif verb == "type":
        section, kind, *far = arg.split()
        data = bytearray(Path(source).read_bytes())
        header = struct.unpack_from("<Q", data, 40)[0] + 64 * sections(source)[section][0]
        struct.pack_into("<I", data, header + 4, int(kind))
        if far:
            struct.pack_into("<QQ", data, header + 24, 64 << 20, 64 << 20)
        out.write_bytes(data)
    elif verb == "twice":
        tmp.write_bytes(b"userspace=https://example.org/u MIT\0")
        objcopy("--add-section", f".modinfo.2={tmp}", source, out)
        objcopy("--rename-section", ".modinfo.2=.modinfo", out)
    elif verb == "keep":
        shutil.copy(source, out)
    else:
        raise Bail(f"can't forge: {how}")
