// SPDX-License-Identifier: GPL-2.0-only
///
/// A symbol that is exported with EXPORT_SYMBOL_USERSPACE_GPL() is for modules
/// that declare a free userspace. A function which calls it and is exported to
/// all modules may hand it on to those that declare none: see "Which exports hand
/// a gated interface on" in Documentation/core-api/symbol-userspace-maintainers.rst.
///
/// Finds functions that use such a symbol, themselves or by way of other
/// functions and tables of their file, and tables that name such a function.
///
// Confidence: Low
// Comments: Whether something is handed on is for people to decide. The symbols
//	are those that the source exports in this way, so a chain of wrappers
//	shows one link at a time: convert it and run this again. What goes
//	through another file, a macro or a pointer is not seen.
// Options: --no-includes
// Keywords: EXPORT_SYMBOL_USERSPACE_GPL

virtual report
virtual org

@initialize:python depends on report || org@
@@
import os
import re
import subprocess
import sys

# From the source, as what is built depends on the configuration.
gated = set(re.findall(r"\w+$", subprocess.run(
    ["grep", "-rhoE", "--include=*.c", "--include=*.S",
     r"^EXPORT_SYMBOL(_NS)?_USERSPACE_GPL\(\w+",
     os.environ.get("srctree") or "."],
    stdout=subprocess.PIPE, universal_newlines=True).stdout, re.M))
if not gated:
    print("No source with EXPORT_SYMBOL_USERSPACE_GPL() found", file=sys.stderr)
exports = {}
refs = {}

def add_export(name, macro, p):
    exports[name] = macro, p

def add_ref(where, name):
    refs.setdefault(where, set()).add(name)

def way(name):
    """The shortest way from a function or table to a gated symbol, or None."""
    ways = {name: []}
    queue = [name]
    for at in queue:
        for to in sorted(refs.get(at, ())):
            if to in gated:
                return ways[at] + [to]
            if to not in ways:
                ways[to] = ways[at] + [to]
                queue.append(to)
    return None

def end_of_file(show):
    for name, (macro, p) in sorted(exports.items()):
        found = way(name)
        if not found:
            continue
        msg = "WARNING: %s is exported with %s and uses %s, which is gated" % (
            name, macro, found[-1])
        if found[1:]:
            msg += ", by way of " + ", ".join(found[:-1])
        show(p[0], msg)
    exports.clear()
    refs.clear()

@export depends on report || org@
declarer name EXPORT_SYMBOL, EXPORT_SYMBOL_GPL;
declarer name EXPORT_SYMBOL_NS, EXPORT_SYMBOL_NS_GPL;
declarer name EXPORT_SYMBOL_FOR_MODULES;
identifier sym;
expression ns;
position p;
@@
(
EXPORT_SYMBOL@p(sym);
|
EXPORT_SYMBOL_GPL@p(sym);
|
EXPORT_SYMBOL_NS@p(sym, ns);
|
EXPORT_SYMBOL_NS_GPL@p(sym, ns);
|
EXPORT_SYMBOL_FOR_MODULES@p(sym, ns);
)

@script:python@
sym << export.sym;
p << export.p;
@@
with open(p[0].file, errors="replace") as source:
    line = source.readlines()[int(p[0].line) - 1]
add_export(sym, line.split("(")[0].strip(), p)

@ref depends on export@
identifier to;
expression e;
position p;
@@
(
  to@p(...)
|
  &to@p
|
  e = to@p
)

@script:python@
to << ref.to;
p << ref.p;
@@
add_ref(p[0].current_element, to)

@table depends on export@
identifier s, ops, member, to;
@@
struct s ops = { .member = to, };

@script:python@
ops << table.ops;
to << table.to;
@@
add_ref(ops, to)

@script:python depends on export && report@
@@
end_of_file(coccilib.report.print_report)

@script:python depends on export && org@
@@
end_of_file(coccilib.org.print_todo)
