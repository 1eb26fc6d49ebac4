#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# make port, on a small kernel: the series moves to another base, and back.
# shellcheck disable=SC2030,SC2031,SC2154 # bats: each test is a subshell, and sets status and lines

load ../series/helper

setup() {
	setup_fixture port_fixture
	linux=$KERNEL
	unset KERNEL TREE
}

# In a subshell, as the tests have no KERNEL.
port_fixture() (
	# The records gate what one commit of the series adds nothing to.
	rm "$repo"/series/facts/*.toml
	mkdir -p "$repo/scripts/coccinelle/misc" "$KERNEL/drivers"
	cp "$top"/scripts/coccinelle/misc/*_userspace.cocci "$repo/scripts/coccinelle/misc/"
	printf 'void give(void)\n{\n}\nEXPORT_SYMBOL(give);\n\nvoid more(void)\n{\n}\nEXPORT_SYMBOL(more);\n' >"$KERNEL/drivers/exp.c"
	plain_git -C "$KERNEL" add -A
	plain_git -C "$KERNEL" commit -q -m drivers
	order '"one", "gate", "two", "three"' <<-'END'
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
	plain_git clone -q --bare "$KERNEL" "$USERSPACE_GPL_CACHE/base.git"
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
)

# newer SUBLEVEL [SED FILE]...: another base in the cache, which make tree does not take
newer() {
	local version=7.3.$1

	shift
	sed -i "s/^SUBLEVEL = .*/SUBLEVEL = ${version##*.}/" "$linux/Makefile"
	while [ $# -gt 0 ]; do
		sed -i "$1" "$linux/$2"
		shift 2
	done
	plain_git -C "$linux" commit -q -a -m "$version"
	plain_git -C "$linux" push -q "$USERSPACE_GPL_CACHE/base.git" "HEAD:refs/heads/unfit/$version-1"
}

port() { env "$@" "$repo/series/apply/port"; }

# By hand, as if no port had been made.
restore() {
	plain_git -C "$repo" checkout -q HEAD -- .
	plain_git -C "$repo" clean -fdxq patches
	git -C "$USERSPACE_GPL_CACHE/base.git" branch -q -m 7.3.9-1 unfit/7.3.9-1
	"$repo/series/apply/tree"
}

# killed_at LINE [SCRIPT]: the script kills itself before that line.
killed_at() {
	local script=${2:-apply/port}

	LINE=$1 awk '{ text = $0; sub(/^\t*/, "", text) } text == ENVIRON["LINE"] { print "kill -9 $$" } { print }' \
		"$top/series/$script" >"$repo/series/$script"
	[ "$(grep -c '^kill -9' "$repo/series/$script")" = 1 ]
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
	if [ "${1:-}" = killed ]; then
		# shellcheck disable=SC2016 # the script's
		killed_at 'rm -f "$port/stopped"'
		run port
		[ "$status" -eq 137 ]
		rm "$USERSPACE_GPL_CACHE/port/stopped"
		cp "$top/series/apply/port" "$repo/series/apply/port"
	fi
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
	git -C "$USERSPACE_GPL_CACHE/base.git" branch -q -D unfit/7.3.9-1
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
	plain_git -C "$linux" push -q -f "$USERSPACE_GPL_CACHE/base.git" HEAD:refs/heads/unfit/7.3.9-1
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

# Killed before patches/ are written, the old state is there; while they are, and behind
# that, the next run ends the work, or goes back.
@test "port: killed at any step, the next run ends the work or goes back" {
	newer 9 's/^18$/eighteen/' kernel/module/main.c
	# shellcheck disable=SC2016 # the script's
	for line in 'mv "$port/begun.new" "$port/begun"' rebase 'g reset -q --hard "$made"' 'head=$(cat "$port/rebased")' write_patches \
		'printf '\''%s\n'\'' "$version" >"$top/series/base/base.version"' report \
		'note "patches/ are on Linux $version: $(range_counts "$port/range-diff") ($port/range-diff)"' \
		'rm -f "$port/begun"'; do
		echo "killed before $line"
		killed_at "$line"
		run port BASE=7.3.9-1
		[ "$status" -ne 0 ]
		cp "$top/series/apply/port" "$repo/series/apply/port"
		if [ ! -e "$USERSPACE_GPL_CACHE/port/begun" ]; then
			as_before
			"$repo/series/apply/tree"
			port BASE=7.3.9-1
		else
			port
		fi
		[ "$(cat "$repo/series/base/base.version")" = 7.3.9 ]
		grep -q '^ eighteen$' "$repo"/patches/01-all/*-two-*.patch
		[ "$(grep -c '^[1-4]: .* [!=] ' "$USERSPACE_GPL_CACHE/port/range-diff")" = 4 ]
		"$repo/series/facts/treewide" --check
		[ ! -e "$USERSPACE_GPL_CACHE/port/begun" ]
		restore
		as_before
	done
	# The new patches are beside the old ones then, under names that do not count.
	# shellcheck disable=SC2016 # the script's
	killed_at 'echo "$3" >"$2"' lib.sh
	run port BASE=7.3.9-1
	[ "$status" -eq 137 ]
	[ -n "$(find "$repo/patches" -name '.*.new')" ]
	cp "$top/series/lib.sh" "$repo/series/lib.sh"
	port
	[ "$(cat "$repo/series/base/base.version")" = 7.3.9 ]
	restore
	# Of two imports of one kernel the newest is taken, put aside or not.
	git -C "$USERSPACE_GPL_CACHE/base.git" branch -q unfit/7.3.4-2 7.3.4-1
	git -C "$USERSPACE_GPL_CACHE/base.git" branch -q unfit/7.3.4-10 7.3.4-1
	[ "$(bash -c ". $top/series/lib.sh; imported 7.3.4")" = 7.3.4-10 ]
	git -C "$USERSPACE_GPL_CACHE/base.git" branch -q -D unfit/7.3.4-2 unfit/7.3.4-10
	killed_at report
	run port BASE=7.3.9-1
	[ "$status" -eq 137 ]
	cp "$top/series/apply/port" "$repo/series/apply/port"
	port BACK=1
	"$repo/series/apply/tree"
	as_before
}

# Nothing shows that a rebase which a person gave up was done.
@test "port: a rebase that was given up by hand begins anew" {
	newer 9 's/^20$/XX/' kernel/module/main.c
	run port BASE=7.3.9-1
	[ "$status" -eq 1 ]
	plain_git -C "$USERSPACE_GPL_CACHE/port/tree" reset -q --hard
	plain_git -C "$USERSPACE_GPL_CACHE/port/tree" rebase --quit
	fails_with 'a person has to decide' port
	as_before
}

@test "port: what was edited since it began is not overwritten" {
	newer 9 's/^20$/XX/' kernel/module/main.c
	run port BASE=7.3.9-1
	sed -i -e '/^<<<<<<</,/^=======/d' -e '/^>>>>>>>/d' "$USERSPACE_GPL_CACHE/port/tree/kernel/module/main.c"
	plain_git -C "$USERSPACE_GPL_CACHE/port/tree" add kernel/module/main.c
	echo '/* mine */' >>"$repo/new.h"
	fails_with 'were edited since it began: keep that, then make port BACK=1, and begin again' port
	plain_git -C "$repo" commit -q -a -m mine
	fails_with 'were edited since it began' port
	port BACK=1
	grep -q mine "$repo/new.h"
	[ -z "$(git -C "$repo" status --porcelain)" ]
}

@test "port: a generated commit that cannot be made stops it, and goes on when it can" {
	newer 9 's/EXPORT_SYMBOL(give)/EXPORT_SYMBOL_FOR_MODULES(give, "x")/' drivers/exp.c
	run port BASE=7.3.9-1
	echo "$output"
	[ "$status" -eq 1 ]
	grep -q 'drivers/exp.c: could not gate give' <<<"$output"
	grep -q 'mend that in series/facts/, or in .*, then make port goes on; make port BACK=1 goes back' <<<"$output"
	as_before
	sed -i '/symbol = "give"/,/reason/d' "$repo/series/facts/gate.toml"
	sed -i '0,/\[\[export\]\]/{/\[\[export\]\]/d}' "$repo/series/facts/gate.toml"
	port
	[ "$(cat "$repo/series/base/base.version")" = 7.3.9 ]
	grep -q 'EXPORT_SYMBOL_USERSPACE_GPL(more)' "$repo"/patches/01-all/*-gate.patch
}

@test "port: to a commit of a git tree to which something is brought, and back" {
	backports=$repo/series/base/backports
	rm -rf "$backports"
	mkdir -p "$backports/7.2"
	sed -i -e 's/^PATCHLEVEL = 3/PATCHLEVEL = 2/' "$linux/Makefile"
	sed -i '20d' "$linux/kernel/module/main.c"
	plain_git -C "$linux" commit -q -a -m older
	git -C "$linux" show HEAD~:kernel/module/main.c >"$linux/kernel/module/main.c"
	plain_git -C "$linux" commit -q -a -m 'bring 20'
	plain_git -C "$linux" format-patch -q -o "$backports/7.2" HEAD~
	plain_git -C "$linux" reset -q --hard HEAD~
	plain_git -C "$repo" add -A
	plain_git -C "$repo" commit -q -m backports
	older=$(git -C "$linux" rev-parse HEAD)
	(cd "$linux/.." && port KERNEL=linux)
	[ "$(head -n 1 "$repo/series/base/archive")" = "- $older" ]
	[ "$(cat "$repo/series/base/base.version")" = 7.2.4 ]
	KERNEL=$linux BASE=$older "$repo/series/facts/treewide" --check
	plain_git -C "$repo" commit -q -a -m ported
	port KERNEL="$linux" BASE=7.3.4-1
	diff -r "$BATS_TEST_TMPDIR/before" "$repo/patches"
}

@test "port: a release candidate of which nobody knows the suite" {
	sed -i -e 's/= 4/= 0/' -e 's/^EXTRAVERSION =.*/EXTRAVERSION = -rc7/' "$linux/Makefile"
	plain_git -C "$linux" commit -q -a -m rc7
	plain_git -C "$linux" push -q "$USERSPACE_GPL_CACHE/base.git" HEAD:refs/heads/7.3_rc7-1_exp1
	fails_with 'which suite has 7.3_rc7-1_exp1? BASE=SUITE/linux-source-7.3 says so' port BASE=7.3_rc7-1_exp1
	as_before
	git -C "$USERSPACE_GPL_CACHE/base.git" config import.7.3_rc7-1_exp1.suite experimental
	port BASE=7.3_rc7-1_exp1
	[ "$(cat "$repo/series/base/archive")" = 'experimental linux-source-7.3
sid linux-source-7.2' ]
	"$repo/series/apply/tree"
	plain_git -C "$repo" commit -q -a -m ported
	git -C "$USERSPACE_GPL_CACHE/base.git" config import.7.3.4-1.suite trixie-backports
	port BASE=7.3.4-1
	plain_git -C "$repo" diff --exit-code HEAD~
}

@test "port: killed while it wrote patches/: make tree says so, both ways lead out" {
	newer 9 's/^18$/eighteen/' kernel/module/main.c
	for way in on back; do
		# shellcheck disable=SC2016 # the script's
		killed_at 'printf '\''%s\n'\'' "$version" >"$top/series/base/base.version"'
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
	# Alone, in any place, it is what it is; and another port does not become its row.
	newer 11 's/^20$/XX/' kernel/module/main.c
	fails_with 'make port BASE=7.3.11-1 stopped: decide there, and call this again' "$repo/series/checks/bases" 7.3.11-1
	newer 12 's/^XX$/20/' kernel/module/main.c
	run "$repo/series/checks/bases" 7.3.12-1
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c '^| 7.3.12 *| 4 *| 3, 1, 0, 0 ' <<<"$output")" = 1 ]
	rm -r "$repo/results"
	as_before
}
