// SPDX-License-Identifier: GPL-2.0-only
//
/// Exports a symbol only to modules that declare a free userspace:
///
///   spatch --in-place --sp-file gate_userspace.cocci -D sym=<symbol> <file>
///
/// The modules that use it have to declare one before.
/// See Documentation/core-api/symbol-userspace-maintainers.rst.
///

virtual report

@gpl@
declarer name EXPORT_SYMBOL_GPL, EXPORT_SYMBOL_USERSPACE_GPL;
identifier virtual.sym;
@@
- EXPORT_SYMBOL_GPL(sym);
+ EXPORT_SYMBOL_USERSPACE_GPL(sym);

@plain@
declarer name EXPORT_SYMBOL, EXPORT_SYMBOL_USERSPACE_GPL;
identifier virtual.sym;
@@
- EXPORT_SYMBOL(sym);
+ EXPORT_SYMBOL_USERSPACE_GPL(sym);

@ns_gpl@
declarer name EXPORT_SYMBOL_NS_GPL, EXPORT_SYMBOL_NS_USERSPACE_GPL;
identifier virtual.sym;
expression ns;
@@
- EXPORT_SYMBOL_NS_GPL(sym, ns);
+ EXPORT_SYMBOL_NS_USERSPACE_GPL(sym, ns);

@ns_plain@
declarer name EXPORT_SYMBOL_NS, EXPORT_SYMBOL_NS_USERSPACE_GPL;
identifier virtual.sym;
expression ns;
@@
- EXPORT_SYMBOL_NS(sym, ns);
+ EXPORT_SYMBOL_NS_USERSPACE_GPL(sym, ns);

// Dummy rule for report mode that would otherwise be empty and make spatch
// fail ("No rules apply.")
@script:python depends on report@
@@
