# SPDX-License-Identifier: GPL-2.0-only
"""The table tests/cases/modules.cases: the sources of its modules, and what
modpost and the module loader have to say of them. Each text stands here once."""

import os
import re
from pathlib import Path

PAGE = "See https://docs.kernel.org/core-api/symbol-userspace.html"
LINE = 'MODULE_USERSPACE("<url>", "<SPDX license>");'
CLASSES = {
    # class: the macro, the column of Module.symvers, the byte of __kflagstab
    "plain": ("EXPORT_SYMBOL", "EXPORT_SYMBOL", 0),
    "gpl": ("EXPORT_SYMBOL{}_GPL", "EXPORT_SYMBOL_GPL", 1),
    "gated": ("EXPORT_SYMBOL{}_USERSPACE_GPL", "EXPORT_SYMBOL_USERSPACE_GPL", 3),
    "for": ("EXPORT_SYMBOL_FOR_MODULES", "EXPORT_SYMBOL_GPL", 1),
}
WHERE = {
    "": "external", "both": "external intree", "three": "external intree tree",
    "relaxed": "external+relaxed intree+CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y",
}
INVALID = "its declaration of a userspace is not valid: "
# What the words of the column "modpost" mean; {} is the text behind the word.
WORDS = {
    "none": "declares none",
    "both": "declares both a userspace and that it is a library",
    "no-library": "says that it is a library, is not part of the kernel tree and exports no such symbol",
    "no-expression": INVALID + "{} is no SPDX license expression",
    "not-free": INVALID + "{} is not on the list of free licenses and exceptions",
    "no-url": INVALID + "{} is no https, http or git URL",
    "no-license": INVALID + "no license follows {}",
    "character": INVALID + "a control or non-ASCII character follows {}",
    "depth": INVALID + "more than 8 parentheses are open at {}",
    "long": INVALID + "it is longer than 512 bytes",
    "cut": INVALID + "it is cut short or not terminated",
    "stray": INVALID + "beside it is a string that is no declaration",
    "many": INVALID + "all declarations together are longer than 4095 bytes",
}


def names(symbols):
    """The first few of these, and how many more."""
    shown, rest = sorted(symbols)[:4], len(symbols) - 4
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more symbol{'s' * (rest > 1)}"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def expand(text):
    """{x*488} is 488 of an x, {1..9} is nine texts."""
    text = re.sub(r"\{(\w+)\*(\d+)\}",
                  lambda m: m[1].replace("space", " ") * int(m[2]), text)
    if m := re.search(r"\{(\d+)\.\.(\d+)\}", text):
        return [text.replace(m[0], str(i)) for i in range(int(m[1]), int(m[2]) + 1)]
    return [text]


class Export:
    def __init__(self, word):
        self.name, _, kind = word.partition("=")
        self.kind, _, self.ns = kind.partition("@")
        *how, self.name = self.name.split(":")
        self.data, self.asm = how == ["data"], how == ["asm"]
        self.macro, self.column, self.flags = CLASSES[self.kind]

    def prototype(self):
        return f"extern int {self.name};" if self.data else f"void {self.name}(void);"

    def export(self, default_ns):
        if self.kind == "for":
            return f'{self.macro}({self.name}, "{self.ns or "drv-*"}")'
        if self.ns and not default_ns:
            return f'{self.macro.format("_NS")}({self.name}, "{self.ns}")'
        return f"{self.macro.format('')}({self.name})"


class Module:
    def __init__(self, table, row):
        self.table = table
        (self.name, self.where, uses, exports, declares, self.says, self.loader,
         code) = row
        self.case = self.name.split("/")[0]
        self.ko = self.name.rpartition("=")[2].replace("/", "-")
        self.mod = self.ko.replace("-", "_")
        self.uses = [u.rpartition(":")[::2] for u in uses.split()]
        self.exports = [Export(e) for e in exports.split()]
        self.declares = [x for d in re.split("; *", declares) if d for x in expand(d)]
        self.says = [] if self.says == "-" else self.says.split("; ")
        self.code, self.asm, self.symvers, self.order = code, "", "", ("", "-asm")
        self.second = ""
        # How the file is forged when it is built, for the loader alone; the order in
        # which the loader meets its symbols, once it is built.
        self.forge, self.undefined = "", []
        if m := re.match(r"(S(?:-first|-only)?|SYMVERS|HEADER|KO): (.*)", code):
            self.code = ""
            if m[1] == "SYMVERS":
                self.symvers = m[2].replace("\\t", "\t").split("; ")
            elif m[1] == "KO":
                self.forge = m[2]
            elif m[1] == "HEADER":
                self.second = m[2]
            else:
                self.asm = m[2].replace("; ", "\n")
                self.order = {"S": ("-c", "-asm"), "S-first": ("-asm", "-c"),
                              "S-only": ("-asm",)}[m[1]]
        self.gpl = 'MODULE_LICENSE("Proprietary")' not in code
        self.intree = "intree=Y" in self.forge

    # ---- what it is

    def alone(self):
        """It can't be built together with others, or says something of no module."""
        return (self.name == "gated" or bool(self.symvers) or
                any(s.split()[0] in ("alone", "cc") for s in self.says))

    def gated(self, lent=True):
        """The gated symbols that it uses, with those that count as such."""
        # Of what is asked for by __symbol_get() alone modpost knows nothing.
        known = ".no_trim_symbol" in self.asm
        return sorted({s for how, s in self.uses
                       if (how != "byname" or known) and self.table.is_gated(s, lent)})

    def lends(self, symbol):
        asks = self.declares and any(how in ("get", "byname") or s == "__symbol_get"
                                     for how, s in self.uses)
        return bool(self.gated() or asks) and any(
            e.name == symbol and e.kind != "gated" for e in self.exports)

    def declared(self, where="external"):
        """The entries that modinfo shows: what modpost has accepted, each once."""
        out = re.findall(r'"userspace=([^"\\]*)"', self.asm)
        out += re.findall(r'MODULE_INFO\(userspace, "([^"]*)"', self.code)
        if self.says == ["none-known"]:
            return ["none known"]
        if any(s.split()[0] in (*WORDS, "hand") for s in self.says):
            return []
        # Where it uses nothing gated, it must not get by where that is gated.
        if "library" in self.declares and where not in ("intree", "tree") and not (
                self.gated() or any(e.kind == "gated" for e in self.exports)):
            return []
        for d in self.declares:
            d = d.removeprefix("tag").strip() if d.startswith("tag") else d
            out.append(d if re.match("[a-z]+://|library$", d) else f"https://example.org/u {d}")
        return sorted(set(out))

    # ---- its source

    def source(self):
        directives, code = "", self.code
        if code.startswith("#"):
            directives, _, code = code.partition("\\n")
        default_ns = "DEFAULT_SYMBOL_NAMESPACE" in directives
        lines = ["// SPDX-License-Identifier: GPL-2.0-only",
                 f"/* Made from {self.name} of modules.cases. */", directives,
                 "#include <linux/module.h>", '#include "gated.h"']
        gets = []
        for how, sym in self.uses:
            if how == "weak":
                lines.append(f"extern typeof({sym}) {sym} __weak;")
            if how in ("", "weak"):
                # Never called: to be resolved is all that is asked for.
                lines.append(f"static typeof(&{sym}) const __used use_{sym} = &{sym};")
            elif how == "get":
                gets += [f"if (!symbol_get({sym}))", "\treturn -ENXIO;", f"symbol_put({sym});"]
            else:
                gets += [f'if (!__symbol_get("{sym}"))', "\treturn -ENXIO;",
                         f'__symbol_put("{sym}");']
        if gets:
            lines += ["static int __init get_init(void)", "{", *["\t" + g for g in gets],
                      "\treturn 0;", "}", "module_init(get_init);",
                      "static void __exit get_exit(void) { }", "module_exit(get_exit);"]
        asm = "".join(f"SYM_DATA({e.name}, .long 0)\n"
                      f"{e.export(default_ns)}\n" for e in self.exports if e.asm)
        for e in self.exports:
            if not e.asm:
                lines.append(f"int {e.name};" if e.data else f"void {e.name}(void) {{ }}")
                lines.append(e.export(default_ns) + ";")
        if self.second:
            lines.append(f'#include "{self.ko}.h"')
        else:
            lines += self.declarations()
        lines += [code, f'MODULE_DESCRIPTION("Test of userspace-gated symbols: {self.name}");']
        if "MODULE_LICENSE(" not in code:
            lines.append('MODULE_LICENSE("GPL");')
        if asm:
            asm = f"{directives}\n#include <linux/export.h>\n#include <linux/linkage.h>\n\t.data\n{asm}"
        return "\n".join(lines) + "\n", (self.asm or asm) and (self.asm or asm) + "\n"

    def declarations(self):
        lines = []
        for d in self.declares:
            if d == "library":
                lines.append("MODULE_USERSPACE_LIBRARY();")
            elif d == "tag" or d.startswith("tag "):
                lines.append(f'__MODULE_USERSPACE("{d[4:]}");')
            else:
                url, text = d.split(" ", 1) if "://" in d else ("https://example.org/u", d)
                lines.append(f'MODULE_USERSPACE("{url}", "{text}");')
        return lines

    # ---- what is said of it

    def message(self, word):
        """The message for a word of the column "modpost"."""
        word, _, arg = word.partition(" ")
        if word == "lends":
            others = [e.name for e in self.exports if e.kind != "gated"]
            return (f"exports {names(others)}, and uses symbols exported only to modules with a free "
                    "userspace.\nTo other out-of-tree modules its exports count as such, however they "
                    f"are exported.\n{PAGE}")
        if word == "hand":
            return (f'has a modinfo tag "{arg}" that modpost did not write, and uses symbols that are, '
                    "or may be, exported only to modules with a free userspace.\n"
                    f"Remove the tag, and declare with MODULE_USERSPACE().\n{PAGE}")
        gated = self.gated() if self.gpl else []
        text = WORDS[word].format(arg) + ".\n"
        if gated:
            text = f"uses {names(gated)}, exported only to modules with a free userspace, but " + text
        lent = [s for s in gated if not self.table.is_gated(s, lent=False)]
        if lent:
            text += (f"{lent[0]} counts as one, because {self.table.exporter[lent[0]].ko}, which exports "
                     "it, was built out of tree and uses such symbols itself.\n")
        text += f"{'Add this line' if word == 'none' else 'Write it as'}: {LINE}\n"
        if word == "none" and lent and lent == gated:
            text += "or, without an interface to userspace of its own: MODULE_USERSPACE_LIBRARY();\n"
        return text + PAGE

    def modpost(self, relaxed=False, no_import_ok=False):
        """All that modpost says of it, a message an entry, sorted."""
        out = []
        for word in self.says:
            word, _, arg = word.partition(" ")
            level = "WARNING" if (relaxed and word != "hand") or word in ("warning", "lends", "lent-none") else "ERROR"
            word = word.removeprefix("lent-")
            if word == "none-known":
                continue
            if word in ("alone", "cc"):
                if arg:
                    out.append(arg if word == "alone" else "error: " + arg)
            elif word in ("error", "warning"):
                out.append(f"{word.upper()}: " + arg.replace("\\n", "\n"))
            elif word == "gpl":
                out += [f"ERROR: GPL-incompatible module uses GPL-only symbol '{s}'"
                        for _, s in self.uses if self.table.exporter[s].class_of(s) != "plain"]
            elif word == "no-import":
                out += [f"{'WARNING' if no_import_ok else 'ERROR'}: module uses symbol '{s}' from "
                        f"namespace '{self.table.namespace(s)}', but does not import it."
                        for _, s in self.uses if self.table.namespace(s)]
            else:
                out.append(f"{level}: " + self.message(f"{word} {arg}".strip()))
        return sorted(out)

    def refused(self, relaxed=False):
        return any(not m.startswith("WARNING") for m in self.modpost(relaxed))

    def kernel(self, errno=None):
        """What the loader says when it refuses with errno, level and text. Where it
        only warns, that is the same."""
        errno = errno or self.loader
        if errno == "EACCES":
            # The first one in its symbol table.
            sym = min((s for how, s in self.uses if how in ("", "weak") and self.table.is_gated(s)),
                      key=lambda s: self.undefined.index(s) if self.undefined else s)
            how = "exported" if self.table.is_gated(sym, lent=False) else "lent"
            return (f"4 {self.mod}: uses {sym}, {how} by {self.table.owner(sym)} only to modules "
                    "with a free userspace, but has no valid declaration.")
        if errno == "EINVAL":
            sym = next(s for _, s in self.uses if self.table.namespace(s))
            return (f"3 {self.mod}: module uses symbol ({sym}) from namespace "
                    f"{self.table.namespace(sym)}, but does not import it.\n"
                    f"4 {self.mod}: Unknown symbol {sym} (err -22)")
        if errno == "ENXIO":
            sym = self.uses[0][1]
            how = "exported" if self.table.is_gated(sym, lent=False) else "lent"
            return (f"4 {self.mod}: symbol_get() of {sym}, {how} by {self.table.owner(sym)} only to "
                    "modules with a free userspace, but has no valid declaration.")
        return ""

    def class_of(self, symbol):
        return next(e.kind for e in self.exports if e.name == symbol)


class Table:
    def __init__(self, path):
        self.modules = {}
        for line in Path(path).read_text().splitlines():
            if line and not line.startswith("#"):
                row = [field.strip() for field in line.split("|")]
                if len(row) != 8 or row[0] in self.modules:
                    raise SystemExit(f"{path}: what is this? {line}")
                self.modules[row[0]] = Module(self, row)
        self.exporter = {e.name: m for m in self.modules.values() for e in m.exports}
        self.cases = {}
        for m in self.modules.values():
            self.cases.setdefault(m.case, []).append(m)
        if len(self.cases) < 100:
            raise SystemExit(f"{path}: only {len(self.cases)} cases")

    def __getitem__(self, name):
        return self.modules[name]

    def row(self, name, uses, says, loader):
        """A module that is not in the table."""
        return Module(self, (name, "", uses, "", "", says, loader, ""))

    def runs(self, case):
        """How tests/modpost builds it: ("external", "W=1"), ..."""
        where = self.modules[case].where
        words = where.split() or [""]
        return [tuple(w.split("+")) for word in words for w in WHERE.get(word, word).split()]

    def is_gated(self, symbol, lent=True):
        m = self.exporter.get(symbol)
        if not m:
            return symbol.startswith(("dma_buf_", "pci_"))
        if m.class_of(symbol) == "gated":
            return True
        return lent and m.lends(symbol)

    def owner(self, symbol):
        """As module_name() calls it, which is "kernel" where it is built in."""
        return self.exporter[symbol].mod if symbol in self.exporter else "kernel"

    def namespace(self, symbol):
        m = self.exporter.get(symbol)
        return next((e.ns for e in m.exports if e.name == symbol), "") if m else ""

    def closure(self, modules):
        """These, and the modules which export what they use but for gated, in
        the order of the table."""
        want, todo = set(), list(modules)
        while todo:
            m = todo.pop()
            if m.name in want:
                continue
            want.add(m.name)
            todo += self.cases[m.case] if m.case != "gated" else []
            todo += [self.exporter[s] for _, s in m.uses
                     if not m.symvers and s in self.exporter and self.exporter[s].name != "gated"]
        return [m for m in self.modules.values() if m.name in want]

    def write(self, directory, modules, extra=()):
        """The sources of these, for kbuild; what did not change is left alone."""
        files = {"gated.h": "\n".join(e.prototype() for m in self.modules.values()
                                      for e in m.exports) + "\n"}
        # With MODVERSIONS, what assembly exports wants a prototype.
        kbuild = ["ccflags-y := -include $(src)/gated.h",
                  f"obj-m := {' '.join(m.ko + '.o' for m in modules)}",
                  f"obj-m += {' '.join(x.stem + '.o' for x in extra)}"]
        for x in extra:
            files[x.name] = x.read_text()
        for m in modules:
            c, asm = m.source()
            if m.second:
                files[m.ko + ".h"] = "\n".join(m.declarations()) + "\n"
                files[m.ko + "-c.c"] = c
                files[m.ko + "-2.c"] = f'#include <linux/module.h>\n#include "{m.ko}.h"\n{m.second}\n'
                kbuild.append(f"{m.ko}-y := {m.ko}-c.o {m.ko}-2.o")
                continue
            if asm:
                order = m.order if m.asm else ("-c", "-asm")
                files[m.ko + "-asm.S"] = "/* SPDX-License-Identifier: GPL-2.0-only */\n" + asm
                if "-c" in order:
                    files[m.ko + "-c.c"] = c
                kbuild.append(f"{m.ko}-y := {' '.join(m.ko + o + '.o' for o in order)}")
            else:
                files[m.ko + ".c"] = c
        files["Kbuild"] = "\n".join(kbuild) + "\n"
        os.makedirs(directory, exist_ok=True)
        for name, text in files.items():
            path = Path(directory, name)
            if not path.exists() or path.read_text() != text:
                path.write_text(text)


def said(lines):
    """What modpost has said, by module, and what is about none of them."""
    by_module, others, messages = {}, [], None
    for line in lines:
        if m := re.match(r"(ERROR|WARNING): modpost: (?:\S*/)?([\w-]+)\.ko: (.*)", line):
            messages = by_module.setdefault(m[2], [])
            messages.append(f"{m[1]}: {m[3]}")
        elif messages and not re.match(r"(ERROR|WARNING): ", line):
            messages[-1] += "\n" + line
        else:
            messages = None
            others.append(line)
    return {name: sorted(texts) for name, texts in by_module.items()}, others


def stderr_of_make(path):
    """All that was said, less what differs from one directory or make to another."""
    lines = Path(path).read_text(errors="replace").splitlines()
    if any(": error: " in line for line in lines):
        out = {re.sub(r'^error: static.*(MODULE_[A-Z]*\(.*[^"])"?$',
                      r'error: static assertion failed: "\1"',
                      re.sub(r".*: error: ", "error: ", line))
               for line in lines if ": error: " in line}
        return sorted(out)
    return [re.sub(r"drivers/ust/[^/]*/", "", line) for line in lines
            if not re.match(r"make(\[\d+\])?: ", line)]
