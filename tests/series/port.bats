#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# make port, on a small kernel: the series moves to another base, and back.
# shellcheck disable=SC2030,SC2031,SC2154 # bats: each test is a subshell, and sets status and lines

load helper

setup() {
	setup_fixture
	# The records gate what one commit of the series adds nothing to.
	rm "$repo"/series/facts/*.toml
	mkdir -p "$repo/scripts/coccinelle/misc" "$KERNEL/drivers"
	cp "$top"/scripts/coccinelle/misc/*_userspace.cocci "$repo/scripts/coccinelle/misc/"
	printf 'void give(void)\n{\n}\nEXPORT_SYMBOL(give);\n\nvoid more(void)\n{\n}\nEXPORT_SYMBOL(more);\n' >"$KERNEL/drivers/exp.c"
	plain_git -C "$KERNEL" add -A
	plain_git -C "$KERNEL" commit -q -m drivers
	cat >"$repo/series/facts/order.toml" <<-'END'
		[[part]]
		name = "all"
		asks = "-"
		patches = ["one", "gate", "two", "three"]
		[by-hand]
		one = "one: add a header"
		two = "two: change a line"
		three = "three: change both"
	END
	cat >"$repo/series/facts/gate.toml" <<-'END'
		[[commit]]
		name = "gate"
		subject = "drivers: gate"
		why = "Because."
		[[export]]
		symbol = "give"
		file = "drivers/exp.c"
		from = "EXPORT_SYMBOL"
		commit = "gate"
		reason = "gives one out"
		[[export]]
		symbol = "more"
		file = "drivers/exp.c"
		from = "EXPORT_SYMBOL"
		commit = "gate"
		reason = "gives more out"
	END
	printf '[src]\nrepository = "https://example.org/some/one"\ncommit = "0123456789abcdef0123456789abcdef01234567"\n' >"$repo/series/facts/sources.toml"
	linux=$KERNEL
	plain_git clone -q --bare "$linux" "$USERSPACE_GPL_CACHE/base.git"
	plain_git -C "$USERSPACE_GPL_CACHE/base.git" branch -m master 7.3.4-1
	touch "$USERSPACE_GPL_CACHE/lock"
	unset KERNEL TREE
	TREE=$USERSPACE_GPL_CACHE/linux make_series
	unset TREE
	"$repo/series/facts/treewide"
	plain_git -C "$repo" init -q
	mkdir -p "$repo/include"
	plain_git -C "$repo" add -A
	plain_git -C "$repo" commit -q -m repo
	cp -r "$repo/patches" "$BATS_TEST_TMPDIR/before"
}

# newer SUBLEVEL [SED FILE]...: another base in the cache
newer() {
	local version=7.3.$1

	shift
	sed -i "s/^SUBLEVEL = .*/SUBLEVEL = ${version##*.}/" "$linux/Makefile"
	while [ $# -gt 0 ]; do
		sed -i "$1" "$linux/$2"
		shift 2
	done
	plain_git -C "$linux" commit -q -a -m "$version"
	plain_git -C "$linux" push -q "$USERSPACE_GPL_CACHE/base.git" "HEAD:refs/heads/$version-1"
}

port() { env "$@" "$repo/series/apply/port"; }

# By hand, as if no port had been made.
restore() {
	plain_git -C "$repo" checkout -q HEAD -- .
	plain_git -C "$repo" clean -fdxq patches
	git -C "$USERSPACE_GPL_CACHE/base.git" branch -q -m 7.3.9-1 aside
	"$repo/series/apply/tree"
	git -C "$USERSPACE_GPL_CACHE/base.git" branch -q -m aside 7.3.9-1
}

as_before() {
	diff -r "$BATS_TEST_TMPDIR/before" "$repo/patches"
	[ -z "$(git -C "$repo" status --porcelain)" ]
}

@test "port: to a base with another context, and back, byte for byte" {
	newer 9 's/^18$/eighteen/' kernel/module/main.c
	run port BASE=7.3.9-1
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q 'patches/ are on Linux 7.3.9: 3 patches as they were, 1 changed, 0 gone, 0 new' <<<"$output"
	[ "$(cat "$repo/series/base/base.version")" = 7.3.9 ]
	[ "$(head -n 1 "$repo/series/base/archive")" = 'trixie-backports linux-source-7.3' ]
	grep -q '^ eighteen$' "$repo"/patches/01-all/*-two-*.patch
	tree=$("$repo/series/apply/tree")
	[ "$(sed -n '18p;20p' "$tree/kernel/module/main.c")" = 'eighteen
twenty' ]
	grep -q 'EXPORT_SYMBOL_USERSPACE_GPL(give)' "$tree/drivers/exp.c"
	"$repo/series/facts/treewide" --check
	plain_git -C "$repo" commit -q -a -m ported
	port BASE=7.3.4-1
	diff -r "$BATS_TEST_TMPDIR/before" "$repo/patches"
	[ "$(cat "$repo/series/base/base.version")" = 7.3.4 ]
}

conflict() {
	newer 9 's/^20$/XX/' kernel/module/main.c
	run port BASE=7.3.9-1
	echo "$output"
	[ "$status" -eq 1 ]
	for text in 'CONFLICT (content): Merge conflict in kernel/module/main.c, in the patch:' '  two: change a line' \
		'+ twenty' "edit the files in $USERSPACE_GPL_CACHE/port/tree and git add them there, then make port goes on; make port BACK=1 goes back"; do
		grep -qF -- "$text" <<<"$output"
	done
	as_before
	# Without a decision it says the same, and another base is not taken.
	fails_with 'a person has to decide' port
	fails_with 'a port to Linux 7.3.9 is under way: make port goes on, make port BACK=1 goes back' port BASE=7.3.4-1
	sed -i -e '/^<<<<<<</,/^=======/d' -e '/^>>>>>>>/d' "$USERSPACE_GPL_CACHE/port/tree/kernel/module/main.c"
	plain_git -C "$USERSPACE_GPL_CACHE/port/tree" add kernel/module/main.c
	[ "${1:-}" != killed ] || plain_git -C "$USERSPACE_GPL_CACHE/port/tree" -c core.editor=: rerere
	# What was decided is known, should this run be killed.
	if [ "${1:-}" = killed ]; then rm "$USERSPACE_GPL_CACHE/port/stopped"; fi
	run port
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q '^-XX$' "$repo"/patches/01-all/*-two-*.patch
	# The next time it is known.
	restore
	run port BASE=7.3.9-1
	[ "$status" -eq 0 ]
	grep -q '^port: decided as before: kernel/module/main.c' <<<"$output"
	grep -q '^-XX$' "$repo"/patches/01-all/*-two-*.patch
	[ "$(cat "$repo/series/base/base.version")" = 7.3.9 ]
	"$repo/series/facts/treewide" --check
}

@test "port: a conflict stops it, and says which patch, which hunk, and how to go on" {
	conflict
}

@test "port: killed after a conflict was resolved, git knows what was decided" {
	conflict killed
}

@test "port: back, with a conflict and without one" {
	newer 9 's/^20$/XX/' kernel/module/main.c
	run port BASE=7.3.9-1
	[ "$status" -eq 1 ]
	port BACK=1
	as_before
	[ ! -e "$USERSPACE_GPL_CACHE/port" ]
	fails_with 'no port is under way' port BACK=1
	fails_with 'where to?' port
}

@test "port: a base that is not there, a name that is none, the base that it is on" {
	fails_with '8.1-1 is no SUITE/PACKAGE of the archive, and not in .*base.git, which has: 7.3.4-1' port BASE=8.1-1
	fails_with 'cannot get linux-source-7.9 from the Debian archive, suite sid' port DEBIAN_MIRROR="file:$BATS_TEST_TMPDIR/none" BASE=sid/linux-source-7.9
	fails_with 'the series is on Linux 7.3.4 already' port BASE=7.3.4-1
	fails_with 'has no commit v9' port KERNEL="$linux" BASE=v9
	as_before
}

@test "port: edits that are not committed are in the way" {
	newer 9
	echo >>"$repo"/patches/series
	fails_with 'have edits that are not committed' port BASE=7.3.9-1
}

@test "port: to a commit of a git tree, which it leaves as it was" {
	newer 9 's/^18$/eighteen/' kernel/module/main.c
	commit=$(git -C "$linux" rev-parse HEAD)
	git -C "$USERSPACE_GPL_CACHE/base.git" branch -q -D 7.3.9-1
	before=$(git -C "$linux" for-each-ref; git -C "$linux" status --porcelain; cat "$linux/.git/config")
	run port KERNEL="$linux" BASE="$commit"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(git -C "$linux" for-each-ref; git -C "$linux" status --porcelain; cat "$linux/.git/config")" = "$before" ]
	[ "$(head -n 1 "$repo/series/base/archive")" = "- $commit" ]
	fails_with "the series was made on ${commit:0:12}, which Debian's archive does not have: KERNEL= names a git tree" "$repo/series/apply/tree"
	KERNEL=$linux "$repo/series/facts/treewide" --check
	plain_git -C "$repo" commit -q -a -m ported
	fails_with "the series was made on ${commit:0:12}: KERNEL= names a git tree" port BASE=7.3.4-1
	port KERNEL="$linux" BASE=7.3.4-1
	diff -r "$BATS_TEST_TMPDIR/before" "$repo/patches"
}

@test "port: what the records name and the new base has not is listed, and what is new there" {
	newer 9 '/^EXPORT_SYMBOL(more)/d' drivers/exp.c
	printf 'void pass(void)\n{\n\tgive();\n}\nEXPORT_SYMBOL(pass);\n' >"$linux/drivers/new.c"
	plain_git -C "$linux" add -A
	plain_git -C "$linux" commit -q --amend -m 7.3.9
	plain_git -C "$linux" push -q -f "$USERSPACE_GPL_CACHE/base.git" HEAD:refs/heads/7.3.9-1
	run port BASE=7.3.9-1
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q 'gate: this base has no more' <<<"$output"
	grep -q 'that is in the records, and not in Linux 7.3.9: edit series/facts/, then make treewide' <<<"$output"
	grep -qxF $'use\tdrivers/new.c\tgive' <<<"$output"
	grep -qxF $'export\tdrivers/new.c\tpass' <<<"$output"
	! grep -q $'^use\tdrivers/exp.c' <<<"$output" || return 1
	fails_with 'cannot be made' "$repo/series/facts/treewide" --check
}

# Killed before patches/ are written, the old state is there; while they are, the next run
# ends the work, or goes back.
@test "port: killed at any time, the next run ends the work or goes back" {
	newer 9 's/^18$/eighteen/' kernel/module/main.c
	for delay in 0.3 0.9 1.5 2.2; do
		rm -rf "$USERSPACE_GPL_CACHE/port"
		BASE=7.3.9-1 setsid "$repo/series/apply/port" 3>&- >/dev/null 2>&1 &
		sleep "$delay"
		kill -9 -- "-$!" 2>/dev/null || :
		wait "$!" || :
		if [ -e "$USERSPACE_GPL_CACHE/port/begun" ]; then
			port
		elif [ "$(cat "$repo/series/base/base.version")" = 7.3.4 ]; then
			as_before
			port BASE=7.3.9-1
		fi
		[ "$(cat "$repo/series/base/base.version")" = 7.3.9 ]
		"$repo/series/facts/treewide" --check
		restore
	done
}

@test "port: killed while it wrote patches/: make tree says so, both ways lead out" {
	newer 9 's/^18$/eighteen/' kernel/module/main.c
	for way in on back; do
		# As it is then: some patches written, the others not.
		# shellcheck disable=SC2016 # the script's
		sed -i 's|^\tprintf .* "$version" >"$top/series/base/base.version"|\tkill -9 $$\n&|' "$repo/series/apply/port"
		cmp -s "$repo/series/apply/port" "$top/series/apply/port" && return 1
		run port BASE=7.3.9-1
		[ "$status" -eq 137 ]
		cp "$top/series/apply/port" "$repo/series/apply/port"
		fails_with 'make port was interrupted while it wrote patches/: run it again' "$repo/series/apply/tree"
		if [ $way = on ]; then
			port
			[ "$(cat "$repo/series/base/base.version")" = 7.3.9 ]
			"$repo/series/facts/treewide" --check
			restore
		else
			port BACK=1
		fi
		as_before
	done
}

@test "changelog: what changed since a version that is kept, by name" {
	printf 'v1 %s\n' "$(git -C "$repo" rev-parse HEAD)" >"$repo/series/posting/versions"
	run "$repo/series/posting/changelog"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c '^since v1: 4 patches as they were, 0 changed, 0 gone, 0 new$' <<<"$output")" = 1 ]
	sed -i 's,and more,and much more,' "$repo"/patches/01-all/*-three-*
	"$repo/series/apply/tree"
	run "$repo/series/posting/changelog" v1
	echo "$output"
	[ "$(grep '^since\|^changed\|^gone\|^new' <<<"$output")" = 'since v1: 3 patches as they were, 1 changed, 0 gone, 0 new
changed: three: change both' ]
	fails_with 'series/posting/versions has no v7' "$repo/series/posting/changelog" v7
	printf 'v1 %040d\n' 1 >"$repo/series/posting/versions"
	fails_with 'v1 is commit 000000000000 of this repository, which this clone does not have: git fetch --unshallow gets it' "$repo/series/posting/changelog"
}

@test "bases: a table of the recorded base and another one, tested; a conflict stops it" {
	newer 9 's/^18$/eighteen/' kernel/module/main.c
	for group in modpost builtin boot; do
		mkdir -p "$repo/tests/$group"
		# What the group says depends on the kernel.
		# shellcheck disable=SC2016 # the script's
		printf '#!/bin/sh\necho 1..2\necho ok 1\ngrep -q eighteen "$TREE/kernel/module/main.c" && echo not ok 2 || echo ok 2\n' >"$repo/tests/$group/run"
		chmod +x "$repo/tests/$group/run"
	done
	fails_with 'edits that are not committed' "$repo/series/checks/bases"
	plain_git -C "$repo" add -A
	plain_git -C "$repo" commit -q -m groups
	git -C "$USERSPACE_GPL_CACHE/base.git" branch -q -m 7.3.9-1 unfit/7.3.9-1
	run "$repo/series/checks/bases" trixie-backports/linux-source-7.3 7.3.9-1
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q '^| 7.3.4 *| 4 *| as it is *| 6 passed, 0 failed, 0 skipped *|' <<<"$output"
	grep -q '^| 7.3.9 *| 4 *| 3, 1, 0, 0 *| 3 passed, 3 failed, 0 skipped *|' <<<"$output"
	grep -q '^| 7.3.9 ' "$repo/results/bases.md"
	rm -r "$repo/results"
	as_before
	# Rows that stand are not made again, a conflict is not decided.
	run "$repo/series/checks/bases" trixie-backports/linux-source-7.3 7.3.9-1
	[ "$status" -eq 0 ]
	[ "$(grep -c '^# group' <<<"$output")" = 0 ]
	rm -r "$repo/results"
	newer 11 's/^20$/XX/' kernel/module/main.c
	git -C "$USERSPACE_GPL_CACHE/base.git" branch -q -m 7.3.11-1 unfit/7.3.11-1
	fails_with 'make port BASE=7.3.11-1 stopped: decide there, and call this again' "$repo/series/checks/bases" trixie-backports/linux-source-7.3 7.3.11-1
	as_before
}
