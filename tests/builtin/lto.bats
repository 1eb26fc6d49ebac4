#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The rule of scripts/Makefile.vmlinux on objects that clang has made, with and without
# LTO. "kind" is none, thin, full or dist, as in CONFIG_LTO_*; what the tests of one kind
# leave is there for the next.
# shellcheck disable=SC2154,SC2164 # helper.bash sets the variables; bats ends a test

load helper

# The newest LLVM that has all of it: $llvm is what stands behind the names.
find_llvm()
{
	local least i

	least=$(SRCARCH=x86 "$tree/scripts/min-tool-version.sh" llvm)
	while read -r llvm; do
		for i in clang llvm-ar llvm-nm ld.lld; do
			command -v "$i$llvm" >/dev/null || continue 2
		done
		i=$("clang$llvm" -dumpversion)
		[ "${i%%.*}" -lt "${least%%.*}" ] || return 0
	done < <(compgen -c clang | sed -n 's/^clang\(\|-[0-9]*\)$/\1/p' | sort -t - -k 2nr -u)
	return 1
}

setup_file() {
	local kind

	find_llvm || llvm=none
	echo "$llvm" > "$BATS_FILE_TMPDIR/llvm"
	[ "$llvm" = none ] || echo "# lto: $("clang$llvm" --version | head -n 1)" >&3
	for kind in none thin full dist; do
		[ "$llvm" = none ] || lto_world >"$BATS_FILE_TMPDIR/made.$kind" 2>&1 ||
			touch "$BATS_FILE_TMPDIR/failed.$kind"
	done
}

setup() {
	llvm=$(< "$BATS_FILE_TMPDIR/llvm")
	[ "$llvm" != none ] || skip "no clang, llvm and lld that are new enough for the kernel"
	kind=${BATS_TEST_DESCRIPTION#lto: }
	kind=${kind%%[: ]*}
	[ "$kind" != nm ] || kind=dist
	[ ! -e "$BATS_FILE_TMPDIR/failed.$kind" ] || {
		cat "$BATS_FILE_TMPDIR/made.$kind"
		return 1
	}
	cd "$BATS_FILE_TMPDIR/$kind"
}

# What kbuild leaves when vmlinux has been linked, as far as the check looks at
# it; "kind" is none, thin, full or dist, as in CONFIG_LTO_*. The module foo uses
# gated_a, which is small, so it is inlined where that can be, gated_b, gated_c in
# assembler, and gated_d weakly. It exports gated_e itself. bar calls lend(), which
# is small as well and uses gated_b. lib/lib.a uses gated_b.
lto_world()
{
	local archive=vmlinux.a o
	local -a flags=() objects=(core/core.o drivers/foo/foo_drv.o drivers/foo/foo_mem.o drivers/foo/bar.o)

	rm -rf "${BATS_FILE_TMPDIR:?}/$kind"
	mkdir -p "$BATS_FILE_TMPDIR/$kind"/{include/config,scripts/mod,core,drivers/foo,lib}
	cd "$BATS_FILE_TMPDIR/$kind" || exit 1
	ln -s "$um/scripts/mod/builtin-userspace" scripts/mod/
	printf 'gated_%s\n' a b c d e > .vmlinux.gated
	printf '%s.file=drivers/foo/%s\0' foo foo bar bar > modules.builtin.modinfo

	cat > core/core.c <<-'END'
	void *gated_a(void **p) { return *p; }
	__attribute__((noinline)) int gated_b(int *p) { return ++*p; }
	int gated_c = 3, gated_d = 4;
	int lend(int *p) { return gated_b(p); }
	END
	cat > drivers/foo/foo_drv.c <<-'END'
	void *gated_a(void **p);
	void *foo_drv(void **p) { return gated_a(p); }
	asm(".pushsection .foo, \"a\"; .8byte gated_c; .popsection");
	END
	cat > drivers/foo/foo_mem.c <<-'END'
	int gated_b(int *p);
	extern int gated_d __attribute__((weak));
	int foo_mem(int *p) { return gated_b(p) + !&gated_d; }
	int gated_e;
	asm(".pushsection .export_symbol, \"a\"; .8byte gated_e; .popsection");
	END
	cat > drivers/foo/bar.c <<-'END'
	int lend(int *p);
	int bar(int *p) { return lend(p); }
	END
	cat > lib/some.c <<-'END'
	int gated_b(int *p);
	int some(int *p) { return gated_b(p); }
	END

	case $kind in
	full)		flags=(-flto -fvisibility=hidden) ;;
	thin | dist)	flags=(-flto=thin -fsplit-lto-unit -fvisibility=hidden) ;;
	esac
	for o in "${objects[@]}" lib/some.o; do
		object "$o" "$(sed 's/\.o$//; s/_[a-z]*$//' <<< "$o")"
		"clang$llvm" -O2 "${flags[@]}" -c -o "$o" "${o%.o}.c" || return
	done
	"llvm-ar$llvm" cDPrST built-in-fixup.a "${objects[@]}" &&
	"llvm-ar$llvm" cDPrsT lib/lib.a lib/some.o || return

	# vmlinux.a, as scripts/Makefile.vmlinux_a and Makefile.thinlto make it
	if [ "$kind" != dist ]; then
		cp built-in-fixup.a "$archive"
		return
	fi
	"ld.lld$llvm" -mllvm -import-instr-limit=5 -r --thinlto-index-only=vmlinux.thinlto-index \
		"${objects[@]}" || return
	for o in "${objects[@]}"; do
		"clang$llvm" -O2 -x ir -fno-lto -fthinlto-index="$o.thinlto.bc" -c -o "${o%.o}.thinlto-native.o" "$o" || return
		object "${o%.o}.thinlto-native.o"
	done
	"llvm-ar$llvm" cDPrST "$archive" "${objects[@]/%.o/.thinlto-native.o}"
}

# The rule itself, on files that it is not to make first.
lto_check()
{
	local nm=llvm-nm$llvm

	case ${1:-} in NM=*) nm=${1#*=}; shift ;; esac
	rm -f .vmlinux.userspace
	printf '%s\n' CONFIG_MODULES=y "$@" > include/config/auto.conf
	quiet=silent_ make -s -rR -f "$tree/scripts/Makefile.vmlinux" srctree="$tree" SRCARCH=x86 NM="$nm" \
		KBUILD_VMLINUX_LIBS=lib/lib.a -o modules.builtin.modinfo \
		.vmlinux.userspace 2>&1 < /dev/null | sed 's/^make: .* Error [0-9]*$/make fails/'
	[ ! -e .vmlinux.userspace ] || echo "passed"
}

# Who refers to the symbol $1 in the archive $2?
lto_users()
{
	"llvm-nm$llvm" -A -g "$2" | sed -n "s/^[^:]*:\([^:]*\):.* [Uwv] $1\$/\1/p" | sort | tr '\n' ' '
}

message=$(message drivers/foo/foo "gated_a, gated_b, gated_c and gated_d" "$none")

# users_are OBJECT...: of gated_a, and of gated_b
users_are() { is "$(lto_users gated_a vmlinux.a)$(lto_users gated_b vmlinux.a)" "$* "; }

refused() { is "$(lto_check)" "$message"$'\nmake fails'; }

# warned [VARIABLE=VALUE...]
warned() { is "$(lto_check "$@")" "${message/ERROR/WARNING}"$'\npassed'; }

accepted() {
	printf 'foo.userspace=https://example.org/u MIT\0' >> modules.builtin.modinfo
	is "$(lto_check)" passed
}

@test "lto: none: objects are ELF" {
	is "$(tail -c +2 drivers/foo/foo_drv.o | head -c 3)" ELF
}

@test "lto: none: who uses what in vmlinux.a is as the sources say" {
	users_are drivers/foo/foo_drv.o drivers/foo/foo_mem.o
}

@test "lto: none: undeclared: one message, word for word" {
	refused
}

@test "lto: none: CONFIG_MODULE_ALLOW_MISSING_USERSPACE: a warning" {
	warned CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y
}

@test "lto: none: make nsdeps: a warning" {
	KBUILD_NSDEPS=1 warned
}

@test "lto: none: declared: passes" {
	accepted
}

@test "lto: thin: objects are bitcode" {
	is "$(tail -c +2 drivers/foo/foo_drv.o | head -c 1)" C
}

@test "lto: thin: who uses what in vmlinux.a is as the sources say" {
	users_are drivers/foo/foo_drv.o drivers/foo/foo_mem.o
}

@test "lto: thin: undeclared: one message, word for word" {
	refused
}

@test "lto: thin: CONFIG_MODULE_ALLOW_MISSING_USERSPACE: a warning" {
	warned CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y
}

@test "lto: thin: declared: passes" {
	accepted
}

@test "lto: full: objects are bitcode" {
	is "$(tail -c +2 drivers/foo/foo_drv.o | head -c 1)" C
}

@test "lto: full: who uses what in vmlinux.a is as the sources say" {
	users_are drivers/foo/foo_drv.o drivers/foo/foo_mem.o
}

@test "lto: full: undeclared: one message, word for word" {
	refused
}

@test "lto: full: CONFIG_MODULE_ALLOW_MISSING_USERSPACE: a warning" {
	warned CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y
}

@test "lto: full: declared: passes" {
	accepted
}

@test "lto: dist: objects are bitcode" {
	is "$(tail -c +2 drivers/foo/foo_drv.o | head -c 1)" C
}

@test "lto: dist: who uses what in vmlinux.a is no longer what the sources say" {
	users_are drivers/foo/bar.thinlto-native.o drivers/foo/foo_mem.thinlto-native.o
}

@test "lto: dist: undeclared: one message, word for word" {
	refused
}

@test "lto: dist: CONFIG_MODULE_ALLOW_MISSING_USERSPACE: a warning" {
	warned CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y
}

@test "lto: dist: declared: passes" {
	accepted
}

# Not before a line that matters.
@test "lto: nm fails: so does make, and shows why" {
	printf '#!/bin/sh\n"llvm-nm%s" "$@" | head -c -3\necho full >&2\nexit 1\n' "$llvm" > cut-nm
	chmod +x cut-nm
	is "$(lto_check NM=./cut-nm)" $'full\nmake fails'
}
