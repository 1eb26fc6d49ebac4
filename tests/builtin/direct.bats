#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/mod/builtin-userspace, fed by hand. The world of a test stays for the next: one
# that does not begin with "world" goes on where the one before it has stopped.
# shellcheck disable=SC2154,SC2164 # helper.bash sets the variables; bats ends a test

load helper

setup() {
	[ ! -d "$BATS_FILE_TMPDIR/world" ] || cd "$BATS_FILE_TMPDIR/world"
}

# object_of_others OBJECT [NAMES]: one that modules which are not built in have, too
object_of_others()
{
	printf "savedcmd_%s := gcc -D__KERNEL__ -DMODULE %s -DKBUILD_BASENAME='\"x\"' -c -o %s x.c\n" \
		"$1" "${2:+-D__KBUILD_MODNAME=$2}" "$1" > "${1%/*}/.${1##*/}.cmd"
}

# nm_says OBJECT TYPE SYMBOL: a line of nm -A -g
nm_says()
{
	case $2 in
	[Uwv])	printf 'built-in-fixup.a:%s:                 %s %s\n' "$@" ;;
	*)	printf 'built-in-fixup.a:%s:0000000000000000 %s %s\n' "$@" ;;
	esac
}

# A kernel as the program sees it: two gated symbols and one that is GPL-only,
# all of the core, and the module drivers/foo/foo of two objects.
world()
{
	rm -rf "$BATS_FILE_TMPDIR/world"
	mkdir "$BATS_FILE_TMPDIR/world"
	cd "$BATS_FILE_TMPDIR/world" || exit 1
	printf 'gated_a\ngated_b\n' > gated
	printf 'foo.license=GPL\0' > modinfo
	module foo drivers/foo/foo
	object core/core.o core/core
	object drivers/foo/foo_drv.o drivers/foo/foo
	object drivers/foo/foo_mem.o drivers/foo/foo
	{
		nm_says core/core.o T gated_a
		nm_says core/core.o D gated_b
		nm_says core/core.o T gpl
		nm_says drivers/foo/foo_drv.o T foo_init
		nm_says drivers/foo/foo_drv.o U gpl
	} > symbols
}

# module NAMES PATHS: what MODULE_LICENSE() adds
module() { printf '%s.file=%s\0' "$1" "$2" >> modinfo; }

# declares MODULE TEXT
declares() { printf '%s.userspace=%s\0' "$1" "$2" >> modinfo; }

uses() { nm_says "$1" "${3:-U}" "$2" >> symbols; }

# check [-U] ARGUMENT...: what it says, and its exit status
check()
{
	[ $# -gt 1 ] || set -- "$@" gated modinfo
	timeout 60 "$um/scripts/mod/builtin-userspace" "$@" < symbols 2>&1
	echo "exit $?"
}

passes() { is "$(check)" "exit 0"; }

# refused MESSAGE
refused() { is "$(check)" "$1"$'\nexit 1'; }

# starts_with TEXT: what it says does, and it is an error
starts_with() { is "$(check | cut -c "1-${#1}")" "$1"$'\nexit 1'; }

cut_short="its declaration of a userspace is not valid: it is cut short or not terminated"
no_license='modpost: drivers/foo/foo (built in): its declaration of a userspace is not valid: no license follows "https://example.org/u".
Write it as: MODULE_USERSPACE("<url>", "<SPDX license>");
See https://docs.kernel.org/core-api/symbol-userspace.html'

@test "direct: uses nothing gated: passes" {
	world
	passes
}

@test "direct: undeclared: refused, word for word" {
	uses drivers/foo/foo_drv.o gated_a
	refused "$(message drivers/foo/foo gated_a "$none")"
}

@test "direct: two objects that use the same symbols: one message" {
	uses drivers/foo/foo_drv.o gated_b
	uses drivers/foo/foo_mem.o gated_b
	uses drivers/foo/foo_mem.o gated_a
	refused "$(message drivers/foo/foo "gated_a and gated_b" "$none")"
}

@test "direct: -U: only a warning" {
	is "$(check -U)" "$(message drivers/foo/foo "gated_a and gated_b" "$none" WARNING)"$'\nexit 0'
}

@test "direct: declared: passes" {
	declares foo "https://example.org/u MIT"
	passes
}

@test "direct: a second one that is not free: refused" {
	declares foo "https://example.org/v LicenseRef-Ours"
	refused "$(message drivers/foo/foo "gated_a and gated_b" \
		"its declaration of a userspace is not valid: \"LicenseRef-Ours\" is not on the list of free licenses and exceptions")"
}

@test "direct: a weak reference is a use" {
	world
	uses drivers/foo/foo_drv.o gated_a w
	refused "$(message drivers/foo/foo gated_a "$none")"
}

@test "direct: a weak reference to data is a use" {
	world
	uses drivers/foo/foo_drv.o gated_b v
	refused "$(message drivers/foo/foo gated_b "$none")"
}

@test "direct: library: passes, it is in the tree" {
	world
	uses drivers/foo/foo_drv.o gated_a
	declares foo library
	passes
}

@test "direct: a library and a userspace: refused" {
	declares foo "https://example.org/u MIT"
	refused "$(message drivers/foo/foo gated_a \
		"declares both a userspace and that it is a library")"
}

@test "direct: malformed: refused" {
	world
	uses drivers/foo/foo_drv.o gated_a
	declares foo "https://example.org/u MIT or ISC"
	refused "$(message drivers/foo/foo gated_a \
		"its declaration of a userspace is not valid: \"MIT or ISC\" is no SPDX license expression")"
}

@test "direct: malformed, and uses nothing gated: refused" {
	world
	declares bar "https://example.org/u MIT"
	declares foo "https://example.org/u"
	refused "ERROR: $no_license"
}

@test "direct: ... -U: only a warning" {
	is "$(check -U)" "WARNING: $no_license"$'\nexit 0'
}

@test "direct: declared, and uses nothing gated: passes" {
	world
	declares foo "https://example.org/u MIT"
	passes
}

# Who is a module, and which
@test "direct: code that is no module uses what it likes" {
	world
	object core/other.o core/other
	object core/asm.o
	uses core/core.o gated_a
	uses core/other.o gated_a
	uses core/asm.o gated_b
	passes
}

@test "direct: an object of two modules is used by both" {
	world
	object drivers/foo/both.o "drivers/foo/bar drivers/foo/foo"
	module bar drivers/foo/bar
	uses drivers/foo/both.o gated_a
	refused "$(message drivers/foo/foo gated_a "$none")
$(message drivers/foo/bar gated_a "$none")"
}

@test "direct: ... each declares for itself" {
	declares bar "https://example.org/u MIT"
	refused "$(message drivers/foo/foo gated_a "$none")"
}

@test "direct: ... and passes when both have" {
	declares foo "https://example.org/u MIT"
	passes
}

@test "direct: ... and when the object itself declares, for both" {
	world
	object drivers/foo/both.o "drivers/foo/bar drivers/foo/foo"
	module bar:foo "drivers/foo/bar drivers/foo/foo"
	uses drivers/foo/both.o gated_a
	declares bar:foo "https://example.org/u MIT"
	passes
}

@test "direct: more names than modules: an error" {
	world
	object drivers/foo/both.o "drivers/foo/bar drivers/foo/foo"
	module bar:foo "drivers/foo/bar"
	refused "builtin-userspace: modinfo: a string is not understood"
}

@test "direct: an object of a module, and of one that is not built in" {
	world
	module baz drivers/foo/baz
	object_of_others drivers/foo/both.o bar:foo
	uses drivers/foo/both.o gated_a
	refused "$(message drivers/foo/foo gated_a "$none")"
}

@test "direct: ... of no module that is known to be built in: an error" {
	object_of_others drivers/foo/both.o bar:bay
	refused "ERROR: builtin-userspace: drivers/foo/both.o: built for a module, but part of vmlinux"
}

@test "direct: ... nor of one of that name elsewhere" {
	module bay drivers/bar/bay
	refused "ERROR: builtin-userspace: drivers/foo/both.o: built for a module, but part of vmlinux"
}

@test "direct: ... and no name of one is there: an error" {
	object_of_others drivers/foo/both.o
	refused "ERROR: builtin-userspace: drivers/foo/both.o: built for a module, but part of vmlinux"
}

@test "direct: ... whose it is not known, -U: only a warning" {
	is "$(check -U)" $'WARNING: builtin-userspace: drivers/foo/both.o: built for a module, but part of vmlinux\nexit 0'
}

@test "direct: an object where modules are, of which nobody knows whose it is: an error" {
	object drivers/foo/both.o
	refused "ERROR: builtin-userspace: drivers/foo/both.o: not known of which module it is a part"
}

@test "direct: ... or in a directory below: an error" {
	mkdir -p drivers/foo/deep
	mv drivers/foo/.both.o.cmd drivers/foo/deep/
	sed -i 's#foo/both#foo/deep/both#' symbols
	refused "ERROR: builtin-userspace: drivers/foo/deep/both.o: not known of which module it is a part"
}

@test "direct: ... each of them once, and all else that is wrong" {
	object drivers/foo/other.o
	uses drivers/foo/other.o gated_a
	uses drivers/foo/other.o gated_b
	uses drivers/foo/foo_drv.o gated_b
	refused "ERROR: builtin-userspace: drivers/foo/deep/both.o: not known of which module it is a part
ERROR: builtin-userspace: drivers/foo/other.o: not known of which module it is a part
$(message drivers/foo/foo gated_b "$none")"
}

@test "direct: a weak definition that may be lost to the real one is a use" {
	world
	nm_says drivers/foo/foo_drv.o W gated_a >> symbols
	refused "$(message drivers/foo/foo gated_a "$none")"
}

@test "direct: ... and the only one is the export's own" {
	world
	sed -i 's/ T gated_a/ W gated_a/' symbols
	uses drivers/foo/foo_drv.o gated_a
	refused "$(message drivers/foo/foo gated_a "$none")"
}

@test "direct: ... and is no export, whatever comes first" {
	world
	{ nm_says drivers/foo/foo_drv.o W gated_a; cat symbols; } > symbols.new
	mv symbols.new symbols
	refused "$(message drivers/foo/foo gated_a "$none")"
}

@test "direct: a '-' in the name stays in the message" {
	world
	object drivers/my-foo/foo-bar.o drivers/my-foo/foo-bar
	module foo_bar drivers/my-foo/foo-bar
	uses drivers/my-foo/foo-bar.o gated_a
	refused "$(message drivers/my-foo/foo-bar gated_a "$none")"
}

@test "direct: ... and is '_' in front of what it declares" {
	declares foo_bar "https://example.org/u MIT"
	passes
}

@test "direct: what foo_bar declares is not for foo" {
	world
	object drivers/foo/foo_bar.o drivers/foo/foo_bar
	module foo_bar drivers/foo/foo_bar
	uses drivers/foo/foo_drv.o gated_a
	declares foo_bar "https://example.org/u MIT"
	refused "$(message drivers/foo/foo gated_a "$none")"
}

# Their strings look the same. One declaration was enough for both before.
namesake()
{
	printf 'ERROR: modpost: %s (built in): another module that is built in has the same name, so each of them has to declare a free userspace.\n' "$1"
	printf 'See https://docs.kernel.org/core-api/symbol-userspace.html\n'
}

@test "direct: of two modules with one name, both are asked" {
	world
	object drivers/bar/foo.o drivers/bar/foo
	module foo drivers/bar/foo
	uses drivers/foo/foo_drv.o gated_a
	uses drivers/bar/foo.o gated_a
	refused "$(message drivers/foo/foo gated_a "$none")
$(message drivers/bar/foo gated_a "$none")"
}

@test "direct: ... and one declaration is not enough" {
	declares foo "https://example.org/u MIT"
	refused "$(namesake drivers/foo/foo)
$(namesake drivers/bar/foo)"
}

@test "direct: ... but two are" {
	declares foo "https://example.org/v MIT"
	passes
}

@test "direct: one for which no free userspace is known is left alone" {
	world
	object drivers/accel/habanalabs/x.o drivers/accel/habanalabs/habanalabs
	module habanalabs drivers/accel/habanalabs/habanalabs
	uses drivers/accel/habanalabs/x.o gated_a
	passes
}

@test "direct: an object of Rust" {
	world
	mkdir -p drivers/rust
	echo 'savedcmd_drivers/rust/r.o := OBJTREE=/x RUST_MODFILE=drivers/rust/r rustc --crate-name r' > drivers/rust/.r.o.cmd
	module r drivers/rust/r
	uses drivers/rust/r.o gated_a
	refused "$(message drivers/rust/r gated_a "$none")"
}

@test "direct: a ',' in the name is '_' in front of what it declares" {
	world
	object drivers/foo/a,b.o drivers/foo/a,b
	module a_b drivers/foo/a,b
	uses drivers/foo/a,b.o gated_a
	declares a_b "https://example.org/u MIT"
	passes
}

@test "direct: a module of another name than its file: the file is named" {
	world
	object drivers/foo/f.o drivers/foo/f
	module named drivers/foo/f
	uses drivers/foo/f.o gated_a
	declares f "https://example.org/u MIT"
	refused "$(message drivers/foo/f gated_a "$none")"
}

@test "direct: ... and what is declared by that name is what it declares" {
	declares named "https://example.org/u MIT"
	passes
}

@test "direct: what only looks like the file of a module makes none" {
	world
	object drivers/foo/bar.o drivers/foo/bar
	printf 'a foo.file=drivers/foo/bar\0foo.description=x.file=drivers/foo/bar\0.file\0' >> modinfo
	uses drivers/foo/bar.o gated_a
	passes
}

@test "direct: a call by the name of a function's code (ppc64, ELFv1)" {
	world
	uses drivers/foo/foo_drv.o .gated_a
	refused "$(message drivers/foo/foo gated_a "$none")"
}

@test "direct: an object of an archive in a directory, as GNU nm names it" {
	world
	mkdir -p lib/foo
	mv drivers/foo/.foo_drv.o.cmd lib/foo/
	echo "lib/lib.a:lib/foo/foo_drv.o:                 U gated_a" >> symbols
	refused "$(message drivers/foo/foo gated_a "$none")"
}

@test "direct: ... and as llvm-nm does" {
	sed -i 's#lib/foo/foo_drv.o: #foo/foo_drv.o:  #' symbols
	refused "$(message drivers/foo/foo gated_a "$none")"
}

# Whose the symbol is
@test "direct: what a module exports itself is no import" {
	world
	echo foo_gated >> gated
	nm_says drivers/foo/foo_mem.o T foo_gated >> symbols
	uses drivers/foo/foo_drv.o foo_gated
	passes
}

@test "direct: ... but is one for another" {
	object drivers/foo/bar.o drivers/foo/bar
	module bar drivers/foo/bar
	uses drivers/foo/bar.o foo_gated
	refused "$(message drivers/foo/bar foo_gated "$none")"
}

@test "direct: what an object of two modules exports is theirs" {
	world
	object drivers/foo/both.o "drivers/foo/bar drivers/foo/foo"
	module bar drivers/foo/bar
	echo both_gated >> gated
	nm_says drivers/foo/both.o T both_gated >> symbols
	uses drivers/foo/foo_drv.o both_gated
	passes
}

# CONFIG_TRIM_UNUSED_KSYMS
@test "direct: a symbol that no module uses, so that its export has been trimmed" {
	world
	echo foo_trimmed >> gated
	nm_says core/core.o T foo_trimmed >> symbols
	uses drivers/foo/foo_drv.o foo_trimmed
	refused "$(message drivers/foo/foo foo_trimmed "$none")"
}

# A list that can't be true must not be taken for one without users.
@test "direct: nm has said nothing: an error" {
	world
	: > symbols
	is "$(check | sed s/gated_b/gated_a/)" $'builtin-userspace: gated_a: exported, but not defined\nexit 1'
}

@test "direct: an export that nobody defines: an error" {
	world
	sed -i '/ T gated_a/d' symbols
	uses drivers/foo/foo_drv.o gated_a
	declares foo "https://example.org/u MIT"
	refused "builtin-userspace: gated_a: exported, but not defined"
}

@test "direct: the .cmd file of a user is not there: an error that names it" {
	world
	uses drivers/foo/foo_drv.o gated_a
	rm drivers/foo/.foo_drv.o.cmd
	is "$(check | sed 's/: [^:]*$//')" $'builtin-userspace: drivers/foo/.foo_drv.o.cmd\nexit 1'
}

@test "direct: there is no file \"gated\": an error that names it" {
	world
	rm gated
	refused "builtin-userspace: gated: No such file or directory"
}

@test "direct: there is no file \"modinfo\": an error that names it" {
	world
	rm modinfo
	refused "builtin-userspace: modinfo: No such file or directory"
}

@test "direct: a line of nm without an object: an error" {
	world
	echo "nonsense U gated_a" >> symbols
	refused "builtin-userspace: nonsense U gated_a: not understood"
}

@test "direct: lines without end are read to theirs" {
	world
	i=$(printf '%0100000d' 0)
	uses drivers/foo/foo_drv.o "$i"
	uses "drivers/foo/$i.o" unconcerned
	uses drivers/foo/foo_drv.o gated_a
	printf 'no end of the line' >> symbols
	refused "$(message drivers/foo/foo gated_a "$none")"
}

@test "direct: an export with an endless name: an error" {
	world
	printf 'x%.0s' {1..2000} >> gated
	starts_with "builtin-userspace: xxxx"
}

# The file has names alone, where there were flags in lines of C before.
@test "direct: an empty line is no name" {
	world
	echo >> gated
	passes
}

# The same forgeries as in modules
@test "direct: a NUL within a declaration: refused" {
	world
	uses drivers/foo/foo_drv.o gated_a
	declares foo "https://example.org/u MIT"
	printf ' AND LicenseRef-Ours\0' >> modinfo
	refused "$(message drivers/foo/foo gated_a "$cut_short")"
}

@test "direct: ... whatever follows" {
	printf 'bar.license=GPL\0' >> modinfo
	refused "$(message drivers/foo/foo gated_a "$cut_short")"
}

@test "direct: a declaration without its end: refused" {
	world
	uses drivers/foo/foo_drv.o gated_a
	printf 'foo.userspace=https://example.org/u MIT' >> modinfo
	refused "$(message drivers/foo/foo gated_a "$cut_short")"
}

@test "direct: ... but any other string may follow" {
	world
	uses drivers/foo/foo_drv.o gated_a
	declares foo "https://example.org/u MIT"
	printf 'bar.parm=a:b\0bar.description=x = \n y\0\0\0' >> modinfo
	passes
}

@test "direct: ... one of an object of two that are no modules, too" {
	world
	uses drivers/foo/foo_drv.o gated_a
	declares foo "https://example.org/u MIT"
	printf 'a:b.parm=x:y\0' >> modinfo
	passes
}

@test "direct: three files instead of two: an error" {
	world
	is "$(check one two three 2>&1 < /dev/null | tail -n 1)" "exit 1"
}
