#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The generated commits of the series: what series/facts/treewide asks for.

usage: treewide.py plan PATCH...	the order of commits, a line each
       treewide.py files GROUP		the files that a group touches
       treewide.py edit GROUP DIR [--strict]
					edit them; prints the commit message.
					--strict: what is not there is an error

A group is a line of groups.tsv, and becomes one commit. One of the kind
"declare" adds the declarations that declarations.tsv and classes.tsv have for
it, one of the kind "gate" changes the exports which exports.tsv says convert.
In DIR are the files, at their kernel paths, and the semantic patches. Before
anything else each command checks all of the tables.
"""
import email.header
import email.parser
import pathlib
import re
import subprocess
import sys
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
COCCI = "scripts/coccinelle/misc/add_userspace.cocci"
GATE = "scripts/coccinelle/misc/gate_userspace.cocci"
LIBRARY = ("", "library")


def table(name):
    """Its rows; each knows where it stands, under the key "at"."""
    header, rows = None, []
    with open(HERE / name, newline="\n", encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            fields = line.rstrip("\n").split("\t")
            if line.startswith("#"):
                continue
            if header is None:
                header = fields
                continue
            at = f"{name}:{number}"
            if len(fields) != len(header):
                sys.exit(f"{at}: {len(fields)} fields, not {len(header)}")
            rows.append(dict(zip(header, fields), at=at))
    return rows


def one_of(row, column, values):
    if row[column] not in values:
        sys.exit(f"{row['at']}: {column} is {row[column]!r}, not "
                 f"{' or '.join(sorted(values))}")


def unique(seen, row, what):
    """what: a column's name and its value, and so on."""
    if what in seen:
        sys.exit(f"{row['at']}: {' '.join(what)} once more, the first is "
                 f"{seen[what]}")
    seen[what] = row["at"]


def filled(row, columns):
    for column in columns:
        if row[column] in ("", "-"):
            sys.exit(f"{row['at']}: no {column}")


def validate():
    """What is misspelt in a table must not become a row that no commit has."""
    seen, kinds, classes = {}, {}, {}
    for row in table("groups.tsv"):
        filled(row, ("group", "subject"))
        one_of(row, "kind", ("declare", "gate", "patch"))
        unique(seen, row, ("group", row["group"]))
        unique(seen, row, ("subject", row["subject"]))
        kinds[row["group"]] = row["kind"]
    for row in table("classes.tsv"):
        filled(row, ("class", "url", "license"))
        unique(seen, row, ("class", row["class"], "url", row["url"]))
        classes.setdefault(row["class"], []).append(row)
    for row in table("declarations.tsv"):
        filled(row, ("module", "file"))
        name = row["kind"].removeprefix("class:")
        if name == row["kind"]:
            one_of(row, "kind", ("userspace", "library", "class:<name>"))
        elif name not in classes:
            sys.exit(f"{row['at']}: classes.tsv has no {name}")
        if row["kind"] == "userspace":
            filled(row, ("url", "license"))
        elif (row["url"], row["license"]) != ("-", "-"):
            sys.exit(f"{row['at']}: a url or a license, of a row of the kind "
                     f"{row['kind']}")
        in_group(row, kinds, "declare")
        # Classes may have a URL in common, of parts with other licenses.
        unique(seen, row, ("file", row["file"], "kind", row["kind"])
               if row["kind"] != "userspace" else
               ("file", row["file"], "url", row["url"]))
    for row in table("exports.tsv"):
        filled(row, ("symbol", "file"))
        one_of(row, "verdict", ("convert", "leave"))
        unique(seen, row, ("symbol", row["symbol"]))
        # Not every group of exports that stay as they are has a commit.
        if row["verdict"] == "convert":
            in_group(row, kinds, "gate")


def in_group(row, kinds, kind):
    if row["group"] not in kinds:
        sys.exit(f"{row['at']}: groups.tsv has no {row['group']}")
    if kinds[row["group"]] != kind:
        sys.exit(f"{row['at']}: group {row['group']} is of the kind "
                 f"{kinds[row['group']]}, not {kind}")


def group_of(name):
    for group in table("groups.tsv"):
        if group["group"] == name:
            return group
    sys.exit(f"groups.tsv has no {name}")


def declarations(group):
    return [r for r in table("declarations.tsv")
            if r["group"] == group["group"]]


def conversions(group):
    return [r for r in table("exports.tsv")
            if r["group"] == group["group"] and r["verdict"] == "convert"]


def class_rows(name):
    return [r for r in table("classes.tsv") if r["class"] == name]


def macros_of(row):
    """What a row of declarations.tsv adds: pairs of URL and license."""
    if row["kind"] == "library":
        return [LIBRARY]
    if row["kind"].startswith("class:"):
        return [(c["url"], c["license"])
                for c in class_rows(row["kind"][len("class:"):])]
    return [(row["url"], row["license"])]


def spatch(sp_file, *args):
    return ["spatch", "--very-quiet", "--in-place", "--sp-file", sp_file,
            *args]


def run(cmd, cwd):
    """spatch says little and exits 0 when it did nothing: look afterwards."""
    done = subprocess.run(cmd, cwd=cwd, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(cmd)} failed: {done.stdout}")


def flat(text):
    return re.sub(r"\s+", "", text)


def add_declarations(rows, cwd):
    """Each goes right behind MODULE_LICENSE(), so the last one comes first."""
    todo = {}
    for row in rows:
        todo.setdefault(row["file"], []).extend(macros_of(row))
    while todo:
        macro = min(macros[-1] for macros in todo.values())
        files = [f for f, macros in todo.items() if macros[-1] == macro]
        if macro == LIBRARY:
            run(spatch(COCCI, "-D", "library", *files), cwd)
            text = "MODULE_USERSPACE_LIBRARY();"
        else:
            run(spatch(COCCI, "-D", "userspace", "-D", f'url="{macro[0]}"',
                       "-D", f'license="{macro[1]}"', *files), cwd)
            text = f'MODULE_USERSPACE("{macro[0]}","{macro[1]}");'
        for file in files:
            if flat(text) not in flat((cwd / file).read_text("utf-8")):
                sys.exit(f"{file}: could not add {text}")
            todo[file].pop()
        todo = {f: macros for f, macros in todo.items() if macros}


def exported(row, cwd, macro=r"EXPORT_SYMBOL\w*"):
    text = flat((cwd / row["file"]).read_text(encoding="utf-8"))
    return re.search(macro + r"\(" + row["symbol"] + r"[,)]", text)


def gate(rows, cwd):
    for row in rows:
        run(spatch(GATE, "-D", f"sym={row['symbol']}", row["file"]), cwd)
        if not exported(row, cwd, r"EXPORT_SYMBOL_(NS_)?USERSPACE_GPL"):
            sys.exit(f"{row['file']}: could not gate {row['symbol']}")


def wrap(text, indent="  "):
    return textwrap.fill(text, 72, initial_indent=indent,
                         subsequent_indent=indent, break_long_words=False,
                         break_on_hyphens=False)


def fact(row, name):
    return [name, f'  {row["url"]}', f'  {row["license"]}',
            wrap("Use: " + row["evidence_use"]),
            wrap("License: " + row["evidence_license"])]


def command(sp_file, *args):
    return [f"  spatch --sp-file {sp_file} \\",
            *(f"\t{arg} \\" for arg in args[:-1]), f"\t{args[-1]}"]


def checked(rows):
    """What tests/series/compile.bats shows of each commit."""
    with open(HERE.parent / "checks/not-x86", encoding="utf-8") as f:
        other = dict(line.split("\t")[:2] for line in f if line[0] != "#")
    files = sorted({r["file"] for r in rows})
    text = "Each file compiles in an allmodconfig with COMPILE_TEST of x86-64"
    if all(file in other for file in files):
        text = f"Each file compiles in an allmodconfig of {other[files[0]]}"
        files = []
    text += "".join(f", {file} in that of {other[file]}"
                    for file in files if file in other)
    return wrap(text + ".", "")


def declare_message(group, rows):
    out = [group["subject"], "", *paragraphs(group["why"]),
           *paragraphs(group["note"])][:-1]
    classes = sorted({r["kind"][len("class:"):] for r in rows
                      if r["kind"].startswith("class:")})
    commands = set()
    for name in classes:
        for row in class_rows(name):
            out += [""] + fact(row, f"Class {name}:")
        out += ["", f"These are of the class {name}:", ""]
        out += [wrap(f"{r['module']}: {r['evidence_use']}", "  ")
                for r in rows if r["kind"] == "class:" + name]
    for row in rows:
        if row["kind"] == "library":
            out += ["", f'{row["module"]} (library)',
                    wrap(row["evidence_use"])]
            commands.add("library")
        elif row["kind"] == "userspace":
            out += [""] + fact(row, row["module"])
    out += ["", "Nothing but .modinfo, and what sysfs shows of it, changes.",
            checked(rows)]
    if len(commands) < len({r["kind"] for r in rows}):
        out += ["", "Made with, for each declaration and its file, the last "
                "one of a file first:", ""]
        out += command(COCCI, "--in-place -D userspace -D url='\"<url>\"'",
                       "-D license='\"<license>\"' <file>")
    if commands:
        out += ["", "Made with, for each library and its file:", ""]
        out += command(COCCI, "--in-place -D library <file>")
    return "\n".join(out) + "\n"


def paragraphs(text):
    return [line for p in text.split("\\n") if p for line in (wrap(p, ""), "")]


def gate_message(group, rows):
    out = [group["subject"], "", *paragraphs(group["why"])]
    listed = [r for r in rows if r["reason"] != "-"]
    if listed:
        out += ["These hand it on:", ""]
        out += [wrap(f"{r['symbol']}: {r['reason']}") for r in listed] + [""]
    else:
        out += [wrap(", ".join(r["symbol"] for r in rows)), ""]
    out += paragraphs(group["note"]) + [checked(rows), ""]
    out += ["Made with, for each symbol and its file:", ""]
    out += command(GATE, "--in-place -D sym=<symbol> <file>")
    return "\n".join(out) + "\n"


def subject_of(patch):
    with open(patch, encoding="utf-8") as f:
        head = email.parser.HeaderParser().parse(f)["Subject"]
    head = str(email.header.make_header(email.header.decode_header(head)))
    return re.sub(r"^\[PATCH[^]]*\] ", "", re.sub(r"\n\s*", " ", head))


def is_generated(patch):
    """It has the command that made it; the table may not name it any more."""
    text = pathlib.Path(patch).read_text(encoding="utf-8")
    return any(f"--sp-file {sp_file} \\" in text for sp_file in (COCCI, GATE))


def plan(patches):
    """What groups.tsv does not name comes first, in the order that it has.
    Then comes the table; a line of the kind "patch" is a commit by hand."""
    by_hand = {subject_of(p): p for p in patches if not is_generated(p)}
    groups = table("groups.tsv")
    for group in groups:
        if group["kind"] == "patch" and group["subject"] not in by_hand:
            sys.exit(f"no patch \"{group['subject']}\"")
    named = {g["subject"] for g in groups}
    for subject, patch in by_hand.items():
        if subject not in named:
            print("core", patch)
    for group in groups:
        if group["kind"] == "patch":
            print("patch", by_hand[group["subject"]])
        else:
            print("group", group["group"])


def main():
    validate()
    if sys.argv[1:2] == ["plan"]:
        return plan(sys.argv[2:])
    if len(sys.argv) < 3 or sys.argv[1] not in ("files", "edit"):
        sys.exit(__doc__)
    group = group_of(sys.argv[2])
    rows = (declarations if group["kind"] == "declare" else
            conversions)(group)
    if sys.argv[1] == "files":
        print("\n".join(sorted({r["file"] for r in rows})))
        return None
    cwd = pathlib.Path(sys.argv[3])
    known = [r for r in rows if (cwd / r["file"]).exists() and
             (group["kind"] == "declare" or exported(r, cwd))]
    for row in rows:
        if row not in known:
            what = row["file"] if group["kind"] == "declare" else row["symbol"]
            print(f"{group['group']}: this base has no {what}",
                  file=sys.stderr)
    if len(known) < len(rows) and "--strict" in sys.argv:
        sys.exit(1)
    if not known:
        return None
    if group["kind"] == "declare":
        add_declarations(known, cwd)
        print(declare_message(group, known), end="")
    else:
        gate(known, cwd)
        print(gate_message(group, known), end="")
    return None


main()
