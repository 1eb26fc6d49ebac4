#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Every commit compiles what it touches; and the checkers find nothing new there.
# shellcheck disable=SC2030,SC2031,SC2154 # bats: each test is a subshell, and sets status and lines

load ../series/helper

setup_file() {
	TREE=$("$BATS_TEST_DIRNAME/../../series/apply/tree")
	export TREE
}

# broken FILE TEXT [first]: a commit on the series that puts TEXT at the end of FILE, or
# before all else.
broken() {
	local blob root

	blob=$({
		[ "${3:-}" != first ] || echo "$2"
		git -C "$TREE" cat-file blob "worktree/series:$1"
		[ "${3:-}" = first ] || echo "$2"
	} | git -C "$TREE" hash-object -w --stdin)
	export GIT_INDEX_FILE=$BATS_TEST_TMPDIR/index
	git -C "$TREE" read-tree worktree/series
	git -C "$TREE" update-index --cacheinfo "100644,$blob,$1"
	root=$(git -C "$TREE" write-tree)
	unset GIT_INDEX_FILE
	git -C "$TREE" -c user.name=x -c user.email=x@example.org commit-tree -p worktree/series -m "broken" "$root"
}

# First: what it compiles in the head, the commits need not.
@test "static: sparse and W=1 say nothing new of the touched files, but those that only declare" {
	"$top/series/checks/static" compile
}

@test "compile: every commit compiles what it touches, but what only declares" {
	"$top/series/checks/bisect" --touched >"$BATS_TEST_TMPDIR/table"
	sed 's/^/# /' "$BATS_TEST_TMPDIR/table" >&3
}

@test "static: nor of what drivers declare, all in one file" {
	"$top/series/checks/static" declared
}

@test "static: a declaration that does not compile is noticed" {
	fails_with 'a declaration does not compile: .*error: macro' "$top/series/checks/static" declared \
		"$(broken drivers/gpu/drm/ast/ast_drv.c 'MODULE_USERSPACE("https://example.org/u");')"
}

@test "static: a declaration where MODULE_LICENSE() need not be seen is noticed" {
	fails_with 'ast_drv.c declares before its MODULE_LICENSE()' "$top/series/checks/static" declared \
		"$(broken drivers/gpu/drm/ast/ast_drv.c 'MODULE_USERSPACE("https://example.org/u", "MIT");' first)"
}

@test "compile: a commit that breaks a C file is noticed" {
	fails_with 'broken.* does not build' "$top/series/checks/bisect" --touched "$(broken kernel/module/main.c '#error broken')"
	[[ $output == *"#error broken"* ]]
}

@test "compile: a commit that breaks a header is noticed" {
	fails_with 'broken.* does not build' "$top/series/checks/bisect" --touched "$(broken include/linux/export.h '#error broken')"
}

@test "compile: a commit that breaks modpost is noticed" {
	fails_with 'broken.* does not build' "$top/series/checks/bisect" --touched "$(broken scripts/mod/modpost.c '#error broken')"
}

# not_set BUILD OPTION...: it depends on them being off.
not_set() {
	local out=$1 option

	shift
	for option; do
		! grep -q "^CONFIG_$option=" "$out/.config" || { echo "$option is set"; return 1; }
	done
}

@test "compile: the loader for 32 bits, without sysfs, kallsyms, unloading and printk" {
	rm -rf "$("$top/series/kernels/build" x86-32 | tail -n 1)"/kernel/module
	out=$("$top/series/kernels/build" x86-32 | tail -n 1)
	not_set "$out" 64BIT SYSFS KALLSYMS MODULE_UNLOAD PRINTK
	[ -e "$out/kernel/module/main.o" ]
	[ "$(grep -ci warning "$out.log")" = 0 ]
}

@test "static: no export hands a gated one on without a verdict" {
	"$top/series/checks/static" lenders
}
