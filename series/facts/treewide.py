#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-only
"""The generated commits of the series: what series/facts/treewide asks for.

usage: treewide.py plan PATCH...	the order of commits, a line each: by
					whom, of what, and which
       treewide.py messages		all messages, and what is put into
					which file, as of the version that the
					records are for
       treewide.py one NAME...		the message of one commit in place of
					these
       treewide.py make DIR PARENT NAME... [--strict]
					make these commits, the first on
					PARENT and each of the others on the
					one before, in the repository that
					git is told of; print a line for each,
					which is empty if the commit would be.
					--strict: what is not there is an
					error

A commit of the records either adds declarations or changes exports. DIR gets
the files and the semantic patches while they are edited; beside it, in
DIR.spatch, what the semantic patches made of each file is kept, so that the
next run need not call them for it again.
"""
import email.header
import email.parser
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import textwrap

from facts import Facts, HERE

TOP = HERE.parents[1]
COCCI = "scripts/coccinelle/misc/add_userspace.cocci"
GATE = "scripts/coccinelle/misc/gate_userspace.cocci"
LIBRARY = ("", "library")


def run(cmd, cwd=None, **more):
    done = subprocess.run(cmd, cwd=cwd, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **more)
    if done.returncode:
        sys.exit(f"{' '.join(cmd)} failed: {done.stdout}")
    return done.stdout


def spatch(cwd, sp_file, *args):
    """It says little and exits 0 when it did nothing: look afterwards."""
    run(["spatch", "--very-quiet", "--in-place", "--sp-file", sp_file, *args],
        cwd)


def flat(text):
    return re.sub(r"\s+", "", text)


def blobs(parent, files):
    """What PARENT has of each file; one that it does not have is left out."""
    asked = "".join(f"{parent}:{file}\n" for file in files).encode()
    out = run(["git", "cat-file", "--batch"], input=asked)
    found = {}
    for file in files:
        head, out = out.split(b"\n", 1)
        if head.endswith(b" missing"):
            continue
        size = int(head.split()[2])
        found[file], out = out[:size], out[size + 1:]
    return found


def commit_on(parent, text, edited):
    """A commit without an index, which for all of the kernel is a slow thing.
    Who and when is as for git commit. Of a few objects git makes loose ones,
    and it need not wait for the disk to have the pack that it then deletes."""
    def data(value):
        return b"data %d\n%s\n" % (len(value), value)

    who = [f'{kind.lower()} {os.environ[f"GIT_{kind}_NAME"]} '
           f'<{os.environ[f"GIT_{kind}_EMAIL"]}> '
           f'{os.environ[f"GIT_{kind}_DATE"]}\n'.encode()
           for kind in ("AUTHOR", "COMMITTER")]
    files = [f"M 100644 inline {file}\n".encode() + data(path.read_bytes())
             for file, path in edited.items()]
    return run(["git", "-c", "core.fsync=committed,-loose-object,-pack",
                "fast-import", "--quiet", "--force",
                "--date-format=rfc2822"], input=b"".join(
                    [b"commit refs/made\nmark :1\n", *who,
                     data(text.encode()), b"from ", parent.encode(), b"\n",
                     *files, b"get-mark :1\n"])).decode().strip()


def add_declarations(todo, cwd):
    """TODO: the macros of each file. Each goes right behind MODULE_LICENSE(),
    so the last one comes first."""
    todo = {file: list(macros) for file, macros in todo.items()}
    while todo:
        macro = min(macros[-1] for macros in todo.values())
        files = [f for f, macros in todo.items() if macros[-1] == macro]
        if macro == LIBRARY:
            spatch(cwd, COCCI, "-D", "library", *files)
            text = "MODULE_USERSPACE_LIBRARY();"
        else:
            spatch(cwd, COCCI, "-D", "userspace", "-D", f'url="{macro[0]}"',
                   "-D", f'license="{macro[1]}"', *files)
            text = f'MODULE_USERSPACE("{macro[0]}","{macro[1]}");'
        for file in files:
            if flat(text) not in flat((cwd / file).read_text("utf-8")):
                sys.exit(f"{file}: could not add {text}")
            todo[file].pop()
        todo = {f: macros for f, macros in todo.items() if macros}


def exported(symbol, text, macro=r"EXPORT_SYMBOL\w*"):
    return re.search(macro + r"\(" + symbol + r"[,)]", flat(text))


def gate(todo, cwd):
    """TODO: the symbols of each file."""
    for file, symbols in todo.items():
        for symbol in symbols:
            spatch(cwd, GATE, "-D", f"sym={symbol}", file)
            if not exported(symbol, (cwd / file).read_text("utf-8"),
                            r"EXPORT_SYMBOL_(NS_)?USERSPACE_GPL"):
                sys.exit(f"{file}: could not gate {symbol}")


def edit(todo, found, how, cwd):
    """Where the edited copy of each file is: made once, then kept."""
    kept = cwd.with_name(cwd.name + ".spatch")
    kept.mkdir(exist_ok=True)
    shutil.rmtree(cwd, ignore_errors=True)
    cocci = b""
    for sp_file in (COCCI, GATE):
        (cwd / sp_file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOP / sp_file, cwd / sp_file)
        cocci += (TOP / sp_file).read_bytes()
    edited = {}
    for file, what in todo.items():
        key = hashlib.sha256(repr((cocci, file, what, found[file])).encode())
        edited[file] = kept / key.hexdigest()
    missing = [file for file, path in edited.items() if not path.exists()]
    for file in missing:
        (cwd / file).parent.mkdir(parents=True, exist_ok=True)
        (cwd / file).write_bytes(found[file])
    how({file: todo[file] for file in missing}, cwd)
    for file in missing:
        (cwd / file).rename(edited[file])
    shutil.rmtree(cwd)
    return edited


def wrap(text, indent="  "):
    return textwrap.fill(text, 72, initial_indent=indent,
                         subsequent_indent=indent, break_long_words=False,
                         break_on_hyphens=False)


def paragraphs(text):
    return [line for p in text.split("\n") if p for line in (wrap(p, ""), "")]


def license_seen(facts, userspace):
    """What the evidence says of the license: by file, or by all that say so."""
    said = {}
    for item in userspace["evidence"]:
        if "license" in item:
            said.setdefault((item["in"], tuple(item["license"])),
                            []).append(item["path"])
    parts, last = [], None
    for (source, strings), paths in said.items():
        where = "" if source == last else facts.where_read(source) + " "
        last = source
        parts.append(f"{where}{', '.join(paths)}: " +
                     ", ".join(f'"{s}"' for s in strings))
    if "license_note" in userspace:
        parts.append(facts.render(userspace["license_note"]))
    return "; ".join(parts)


def fact(facts, userspace, name):
    return [name, f'  {userspace["url"]}', f'  {userspace["license"]}',
            wrap("Use: " + facts.render(userspace["use"])),
            wrap("License: " + license_seen(facts, userspace))]


def command(sp_file, *args):
    return [f"  spatch --sp-file {sp_file} \\",
            *(f"\t{arg} \\" for arg in args[:-1]), f"\t{args[-1]}"]


def checked(rows):
    """What tests/compile/compile.bats shows of each commit."""
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


def left_out(facts, name):
    rows = facts.undeclared(name)
    if not rows:
        return []
    return [wrap("Left out, as no free userspace is known that drives what is "
                 "their own; modpost has a list of such modules, and says so "
                 "in them:", ""), "",
            *(wrap(f"{r['name']}: {facts.render(r['undeclared'])}")
              for r in rows), ""]


def declare_message(facts, commit, rows):
    out = [commit["subject"], "",
           wrap(commit["about"] + " are about to be exported only to modules "
                "that declare a free userspace with MODULE_USERSPACE().", ""),
           "", *paragraphs(facts.fill(commit.get("note", ""), commit["at"])),
           *left_out(facts, commit["name"])][:-1]
    for name in sorted({name for r in rows for name in r.get("class", ())}):
        for userspace in facts.classes[name]["userspace"]:
            out += [""] + fact(facts, userspace, f"Class {name}:")
        out += ["", f"These are of the class {name}:", ""]
        out += [wrap(f"{r['name']}: {r['interface']}")
                for r in rows if name in r.get("class", ())]
    for row in rows:
        if row.get("library"):
            out += ["", f'{row["name"]} (library)', wrap(row["interface"])]
        for userspace in row.get("userspace", ()):
            out += [""] + fact(facts, userspace, row["name"])
        if "lacks" in row:
            out += ["", wrap(f"{row['name']} is not driven in: "
                             + facts.render(row["lacks"]), "")]
    out += ["", "Nothing but .modinfo, and what sysfs shows of it, changes.",
            checked(rows)]
    if not all(row.get("library") for row in rows):
        out += ["", "Made with, for each declaration and its file, the last "
                "one of a file first:", ""]
        out += command(COCCI, "--in-place -D userspace -D url='\"<url>\"'",
                       "-D license='\"<license>\"' <file>")
    if any(row.get("library") for row in rows):
        out += ["", "Made with, for each library and its file:", ""]
        out += command(COCCI, "--in-place -D library <file>")
    return "\n".join(out) + "\n"


def gate_message(facts, commit, rows):
    out = [commit["subject"], "",
           *paragraphs(facts.fill(commit["why"], commit["at"]))]
    listed = [r for r in rows if "reason" in r]
    if listed:
        out += ["These hand it on:", ""]
        out += [wrap(f"{r['symbol']}: {r['reason']}") for r in listed] + [""]
    else:
        out += [wrap(", ".join(r["symbol"] for r in rows)), ""]
    out += paragraphs(facts.fill(commit.get("note", ""), commit["at"]))
    out += [checked(rows), ""]
    out += ["Made with, for each symbol and its file:", ""]
    out += command(GATE, "--in-place -D sym=<symbol> <file>")
    return "\n".join(out) + "\n"


def message(facts, commit, rows):
    text = (declare_message if "about" in commit else
            gate_message)(facts, commit, rows)
    links = [f"Link: https://lore.kernel.org/r/{link} # [{n}]\n"
             for n, link in enumerate(commit.get("link", ()), 1)]
    return "\n".join([text, "".join(links)]) if links else text


def one_message(facts, names):
    """Of a commit that does what these do: what each module declares, and
    what is gated. The source of each fact is in the messages of the many."""
    rows = [r for n in names for r in facts.declared(n)
            if n in facts.commits]
    gated = [r for n in names for r in facts.gated(n)]
    what = " and ".join(["declare the free userspace of modules"] * bool(rows)
                        + ["gate exports"] * bool(gated))
    out = ["treewide: " + what, ""]
    out += paragraphs(
        "This is made from records of facts, in which the source of each fact "
        "is cited, and in place of these commits, which make the same tree:")
    out += [wrap(facts.commits[n]["subject"]) for n in names] + [""]
    for row in rows:
        out.append(wrap(row["name"] + ": " + "; ".join(
            " ".join(pair).strip() for pair in facts.macros(row))))
    if gated:
        out += ["", "Gated are:", "", wrap(", ".join(
            r["symbol"] for r in gated))]
    out += ["", "Made with:", ""]
    # That is the command for all of them, and for no part.
    if set(names) == set(facts.commits):
        out += ["  make treewide ONE=1", "",
                "which calls, for each declaration and each symbol:", ""]
    if rows:
        out += command(COCCI, "--in-place -D userspace -D url='\"<url>\"'",
                       "-D license='\"<license>\"' <file>")
    if gated:
        out += command(GATE, "--in-place -D sym=<symbol> <file>")
    return "\n".join(out) + "\n"


def make(facts, name, cwd, parent, strict):
    """The commit; nothing if it would be empty."""
    commit = facts.commits[name]
    declares = "about" in commit
    rows = (facts.declared if declares else facts.gated)(name)
    found = blobs(parent, sorted({r["file"] for r in rows}))
    known, todo = [], {}
    for row in rows:
        what, file = row.get("symbol") or row["file"], row["file"]
        if file in found and (declares or
                              exported(what, found[file].decode("utf-8"))):
            known.append(row)
            todo.setdefault(file, []).extend(
                facts.macros(row) if declares else [what])
        else:
            print(f"{name}: this base has no {what}", file=sys.stderr)
    if strict and len(known) < len(rows):
        sys.exit(1)
    if not known:
        return ""
    edited = edit(todo, found, add_declarations if declares else gate, cwd)
    if all(path.read_bytes() == found[file] for file, path in edited.items()):
        return ""
    return commit_on(parent, message(facts, commit, known), edited)


def subject_of(patch):
    with open(patch, encoding="utf-8") as f:
        head = email.parser.HeaderParser().parse(f)["Subject"]
    head = str(email.header.make_header(email.header.decode_header(head)))
    return re.sub(r"^\[PATCH[^]]*\] ", "", re.sub(r"\n\s*", " ", head))


def is_generated(patch):
    """It has the command that made it; no record may name it any more."""
    text = pathlib.Path(patch).read_text(encoding="utf-8")
    return any(f"--sp-file {sp_file} \\" in text for sp_file in (COCCI, GATE))


def plan(facts, patches):
    """In the order of order.toml. A patch that it does not name follows the
    one that it follows in the series."""
    by_hand, behind, last = {}, {}, None
    subjects = {**facts.by_hand, **{
        name: commit["subject"] for name, commit in facts.commits.items()}}
    listed = {subjects[name] for name in facts.order}
    for patch in patches:
        subject = subject_of(patch)
        if not is_generated(patch):
            by_hand[subject] = patch
        if subject in listed:
            last = subject
        elif subject in by_hand:
            behind.setdefault(last, []).append(patch)
    for subject in facts.by_hand.values():
        if subject not in by_hand:
            sys.exit(f"no patch \"{subject}\"")

    def follow(subject):
        for patch in behind.get(subject, ()):
            print("core", "-", patch)
    follow(None)
    code = b"".join(path.read_bytes() for path in (
        HERE / "treewide.py", TOP / COCCI, TOP / GATE))
    for name in facts.order:
        if name in facts.by_hand:
            print("patch" if name in facts.left_out else "core", "-",
                  by_hand[facts.by_hand[name]])
            follow(subjects[name])
            continue
        commit = facts.commits[name]
        rows = (facts.declared if "about" in commit else facts.gated)(name)
        what = message(facts, commit, rows), [
            (r["file"], facts.macros(r) if "about" in commit else r["symbol"])
            for r in rows], code
        print("group", hashlib.sha256(repr(what).encode()).hexdigest(), name)
        follow(subjects[name])


def main(args):
    facts = Facts()
    if args[:1] == ["plan"]:
        plan(facts, args[1:])
    elif args == ["messages"]:
        for name in facts.order:
            if name in facts.commits:
                rows = facts.declared(name) + facts.gated(name)
                print(message(facts, facts.commits[name], rows))
                for row in rows:
                    print(row["file"], row.get("symbol") or
                          facts.macros(row))
    elif args[:1] == ["one"]:
        print(one_message(facts, args[1:]), end="")
    elif len(args) >= 4 and args[0] == "make":
        cwd, parent = pathlib.Path(args[1]), args[2]
        for name in args[3:]:
            if name != "--strict":
                made = make(facts, name, cwd, parent, "--strict" in args)
                print(made, flush=True)
                parent = made or parent
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
