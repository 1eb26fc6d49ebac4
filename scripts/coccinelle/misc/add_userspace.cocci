// SPDX-License-Identifier: GPL-2.0-only
//
/// Adds MODULE_USERSPACE() or MODULE_USERSPACE_LIBRARY() to the file of a
/// module that holds its MODULE_LICENSE(). It can't know what to declare:
///
///   spatch --in-place --sp-file add_userspace.cocci -D userspace \
///          -D url='"<url>"' -D license='"<SPDX license>"' <file>
///   spatch --in-place --sp-file add_userspace.cocci -D library <file>
///
/// See Documentation/core-api/symbol-userspace.rst.
///

virtual userspace
virtual library
virtual report

// A string is no identifier to spatch where it has to match, only where it is
// added: compare what is there by its text.
@userspaces depends on userspace@
declarer name MODULE_USERSPACE;
expression u, l;
@@
MODULE_USERSPACE(u, l);

@script:python has_userspace@
u << userspaces.u;
l << userspaces.l;
url << virtual.url;
license << virtual.license;
@@
if (u, l) != (url, license):
    cocci.include_match(False)

@has_library@
declarer name MODULE_USERSPACE_LIBRARY;
@@
MODULE_USERSPACE_LIBRARY(...);

@do_userspace depends on userspace && !has_userspace@
declarer name MODULE_LICENSE, MODULE_USERSPACE;
identifier virtual.url, virtual.license;
expression e;
@@
MODULE_LICENSE(e);
+ MODULE_USERSPACE(url, license);

@do_library depends on library && !has_library@
declarer name MODULE_LICENSE, MODULE_USERSPACE_LIBRARY;
expression e;
@@
MODULE_LICENSE(e);
+ MODULE_USERSPACE_LIBRARY();

// Dummy rule for report mode that would otherwise be empty and make spatch
// fail ("No rules apply.")
@script:python depends on report@
@@
