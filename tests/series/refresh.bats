#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# make refresh, on a small kernel: what goes where, and that nothing else moves.
# shellcheck disable=SC2030,SC2031,SC2154 # bats: each test is a subshell, and sets status and lines

load helper

setup() {
	setup_fixture refresh_fixture
}

refresh_fixture() {
	make_series
	plain_git -C "$repo" init -q
	plain_git -C "$repo" add -A
	plain_git -C "$repo" commit -q -m all
}

changed() {
	plain_git -C "$repo" status --porcelain | sed 's/^...//' | sort
}

# The patches as they are give the tree as it is, and one more run nothing.
consistent() {
	"$repo/series/apply/tree"
	cp -r "$repo/patches" "$BATS_TEST_TMPDIR/patches.before"
	"$repo/series/apply/refresh"
	diff -r "$BATS_TEST_TMPDIR/patches.before" "$repo/patches"
	cmp "$repo/new.h" "$TREE/include/linux/new.h"
}

@test "refresh: without an edit not a byte changes" {
	"$repo/series/apply/refresh"
	[ -z "$(changed)" ]
	consistent
}

@test "refresh: the same patches from another clone, with other objects and configuration" {
	plain_git clone -q "$KERNEL" "$BATS_TEST_TMPDIR/linux2"
	hostile_config "$BATS_TEST_TMPDIR/config"
	cat "$BATS_TEST_TMPDIR/config" >>"$BATS_TEST_TMPDIR/linux2/.git/config"
	export KERNEL=$BATS_TEST_TMPDIR/linux2 TREE=$BATS_TEST_TMPDIR/tree2
	"$repo/series/apply/tree"
	"$repo/series/apply/refresh"
	[ -z "$(changed)" ]
}

@test "refresh: the same patches with an environment and attributes against it" {
	sed -i 's/twenty/TWENTY/' "$TREE/kernel/module/main.c"
	plain_git -C "$TREE" commit -q -a --fixup HEAD~
	"$repo/series/apply/refresh"
	plain_git -C "$repo" commit -q -a -m fixed
	# Nothing is left of what was made without it, so all is made anew.
	rm -rf "$TREE" "$USERSPACE_GPL_CACHE" "$repo"/patches/*
	plain_git -C "$KERNEL" worktree prune
	(
		hostile_environment
		"$repo/series/apply/tree"
	)
	echo '/* new */' >"$TREE/include/linux/new.h"
	plain_git -C "$TREE" add -f include
	commit_all "one: add a header"
	sed -i 's/^20$/twenty/' "$TREE/kernel/module/main.c"
	commit_all "two: change a line"
	echo '/* and more */' >>"$TREE/include/linux/new.h"
	sed -i 's/^40$/forty/' "$TREE/kernel/module/main.c"
	commit_all "three: change both"
	sed -i 's/twenty/TWENTY/' "$TREE/kernel/module/main.c"
	plain_git -C "$TREE" commit -q -a --fixup HEAD~
	(
		hostile_environment
		"$repo/series/apply/refresh"
		"$repo/series/apply/tree"
		TREE=$BATS_TEST_TMPDIR/other "$repo/series/apply/tree"
	) 2>"$BATS_TEST_TMPDIR/said"
	cat "$BATS_TEST_TMPDIR/said"
	! grep trace: "$BATS_TEST_TMPDIR/said" || false
	git -C "$repo" diff
	[ -z "$(changed)" ]
	[ "$(git -C "$BATS_TEST_TMPDIR/other" rev-parse HEAD)" = "$(git -C "$TREE" rev-parse HEAD)" ]
}

@test "refresh: no hash of a commit, no version of git, no sign-off in a patch" {
	grep -q '^From 0000000000000000000000000000000000000000 ' "$repo"/patches/01-all/0001-*
	run grep -rE 'Signed-off-by|^-- $|^2\.[0-9]+|somebody@|other@' "$repo/patches"
	[ -z "$output" ]
	grep -q '^Subject: \[PATCH 2/3\] two: change a line$' "$repo"/patches/01-all/0002-*
}

@test "refresh: a whole file edited here goes into the patch, and into no other" {
	sed -i 's,/\* new \*/,/* newer */,' "$repo/new.h"
	"$repo/series/apply/refresh"
	grep -q newer "$TREE/include/linux/new.h"
	# The end of the file came with the third patch, and so this is its.
	[ "$(changed)" = "new.h
patches/01-all/0003-three-change-both.patch" ]
	consistent
}

@test "refresh: the edited file's own patch, when no later one touches it" {
	echo '/* alone */' >"$TREE/include/linux/alone.h"
	commit_all "four: alone"
	echo x >>"$TREE/Makefile"
	commit_all "five: something else"
	printf 'alone.h\tinclude/linux/alone.h\n' >>"$repo/series/apply/files"
	"$repo/series/apply/refresh"
	[ "$(cat "$repo/alone.h")" = '/* alone */' ]
	echo '/* edited */' >>"$repo/alone.h"
	cp -r "$repo/patches" "$BATS_TEST_TMPDIR/old"
	"$repo/series/apply/refresh"
	run diff -rq "$BATS_TEST_TMPDIR/old" "$repo/patches"
	[ ${#lines[@]} -eq 1 ]
	[[ $output == *0004-four-alone.patch* ]]
	[ "$(git -C "$TREE" log -1 --format='%an %ad' --date=short HEAD)" = "userspace-gpl series 2026-01-01" ]
	consistent
}

@test "refresh: a whole file edited in the tree comes back" {
	echo '/* from the tree */' >>"$TREE/include/linux/new.h"
	plain_git -C "$TREE" commit -q -a --amend --no-edit
	"$repo/series/apply/refresh"
	grep -q 'from the tree' "$repo/new.h"
	consistent
}

@test "refresh: edited on both sides, differently, is an error and changes nothing" {
	echo '/* tree */' >>"$TREE/include/linux/new.h"
	plain_git -C "$TREE" commit -q -a --amend --no-edit
	echo '/* here */' >>"$repo/new.h"
	head=$(git -C "$TREE" rev-parse HEAD)
	fails_with 'new.h was edited here and in .*, differently' "$repo/series/apply/refresh"
	[ "$(changed)" = new.h ]
	[ "$(git -C "$TREE" rev-parse HEAD)" = "$head" ]
}

@test "refresh: a fixup! commit is squashed into the one it names" {
	sed -i 's/twenty/TWENTY/' "$TREE/kernel/module/main.c"
	plain_git -C "$TREE" commit -q -a --fixup HEAD~
	"$repo/series/apply/refresh"
	# The third patches the same file, whose hash it names.
	[ "$(changed)" = "$(cd "$repo" && ls patches/01-all/000[23]-*)" ]
	[ "$(git -C "$TREE" rev-list --count worktree/base..HEAD)" = 3 ]
	consistent
}

@test "refresh: a fixup! that does not squash by itself is an error and changes nothing" {
	sed -i 's/forty/FORTY/' "$TREE/kernel/module/main.c"
	plain_git -C "$TREE" commit -q -a --fixup HEAD~
	head=$(git -C "$TREE" rev-parse HEAD)
	fails_with 'fixups do not squash by themselves .*main.c' "$repo/series/apply/refresh"
	[ -z "$(changed)" ]
	[ "$(git -C "$TREE" rev-parse HEAD)" = "$head" ]
	[ -z "$(plain_git -C "$TREE" status --porcelain)" ]
}

@test "refresh: commits added, dropped and renamed" {
	plain_git -C "$TREE" reset -q --hard HEAD~
	plain_git -C "$TREE" commit -q --amend -m "two: another name"
	echo y >>"$TREE/Makefile"
	commit_all "three: new"
	echo z >>"$TREE/Makefile"
	commit_all "four: new"
	"$repo/series/apply/refresh"
	[ "$(cat "$repo/patches/series")" = "01-all/0001-one-add-a-header.patch
01-all/0002-two-another-name.patch
01-all/0003-three-new.patch
01-all/0004-four-new.patch" ]
	[ "$(find "$repo/patches" -name '*.patch' | wc -l)" = 4 ]
	[ "$(tail -n 1 "$repo/new.h")" = '/* new */' ]
	consistent
}

@test "refresh: edits that are not committed are refused" {
	echo edit >>"$TREE/Makefile"
	fails_with 'has edits that are not committed' "$repo/series/apply/refresh"
	[ -z "$(changed)" ]
}

@test "refresh: patches pulled meanwhile: taken without edits, refused with" {
	sed -i 's,and more,and much more,' "$repo"/patches/01-all/0003-* "$repo/new.h"
	"$repo/series/apply/refresh"
	grep -q 'much more' "$TREE/include/linux/new.h"
	sed -i 's,much more,much less,' "$repo"/patches/01-all/0003-* "$repo/new.h"
	echo mine >>"$TREE/Makefile"
	commit_all mine
	fails_with 'have changed since .* was made, and .* has commits of yours' "$repo/series/apply/refresh"
	grep -q 'much less' "$repo"/patches/01-all/0003-*
}

@test "refresh: killed after the patches were written, the next run ends the work" {
	echo '/* edit */' >>"$repo/new.h"
	before=$(git -C "$TREE" rev-parse HEAD)
	"$repo/series/apply/refresh"
	after=$(git -C "$TREE" rev-parse HEAD)
	gitdir=$(git -C "$TREE" rev-parse --absolute-git-dir)
	plain_git -C "$TREE" checkout -q --detach "$before"
	git -C "$TREE" update-ref refs/worktree/series "$before"
	echo "of the old patches" >"$gitdir/series-key"
	"$repo/series/apply/refresh"
	[ "$(git -C "$TREE" rev-parse HEAD)" = "$after" ]
	consistent
}

@test "refresh: killed while it wrote the patches, the next run ends the work" {
	cp -r "$repo/patches" "$BATS_TEST_TMPDIR/old"
	before=$(git -C "$TREE" rev-parse HEAD)
	echo '/* edit */' >>"$repo/new.h"
	sed -i 's/twenty/TWENTY/' "$TREE/kernel/module/main.c"
	plain_git -C "$TREE" commit -q -a --fixup HEAD~
	edited=$(git -C "$TREE" rev-parse HEAD)
	key=$(cat "$(git -C "$TREE" rev-parse --absolute-git-dir)/series-key")
	"$repo/series/apply/refresh"
	after=$(git -C "$TREE" rev-parse HEAD)
	cp -r "$repo/patches" "$BATS_TEST_TMPDIR/want"
	# As it was: one patch new, the others old, a temporary file half written.
	gitdir=$(git -C "$TREE" rev-parse --absolute-git-dir)
	plain_git -C "$TREE" checkout -q --detach "$edited"
	git -C "$TREE" update-ref refs/worktree/series "$before"
	echo "$key" >"$gitdir/series-key"
	echo "$after" >"$gitdir/refreshing"
	cp "$BATS_TEST_TMPDIR/old"/01-all/000[13]-* "$repo/patches/01-all/"
	head -n 5 "$repo"/patches/01-all/0003-* >"$repo/patches/01-all/.0003-three-change-both.patch.new"
	fails_with 'make refresh was interrupted while it wrote patches/: run it again' "$repo/series/apply/tree"
	"$repo/series/apply/refresh"
	[ "$(git -C "$TREE" rev-parse HEAD)" = "$after" ]
	diff -r "$BATS_TEST_TMPDIR/want" "$repo/patches"
	consistent
}

@test "refresh: where patches/ have no space, they stay as they were" {
	[ "$(id -u)" = 0 ] || skip "only root can mount a small file system"
	cp -r "$repo/patches" "$BATS_TEST_TMPDIR/old"
	mount -t tmpfs -o size=1m none "$repo/patches" || skip "no right to mount here"
	cp -r "$BATS_TEST_TMPDIR/old"/* "$repo/patches/"
	echo '/* edit */' >>"$repo/new.h"
	run "$repo/series/apply/refresh"
	diff -r "$BATS_TEST_TMPDIR/old" "$repo/patches" && same=y || same=
	umount "$repo/patches"
	echo "$output"
	[ "$status" -ne 0 ]
	[[ ${lines[-1]} =~ "not enough space in ".*"/patches for patches/: "[01]" MiB free, "[0-9]+" MiB needed"$ ]]
	[ "$same" = y ]
	# And it is as if nobody had tried.
	"$repo/series/apply/refresh"
	grep -q edit "$repo"/patches/01-all/0003-*
	consistent
}

@test "refresh: patches that are cut short: the way back is said" {
	rm "$repo"/patches/01-all/0002-*
	fails_with 'names 01-all/0002-two-change-a-line.patch, which is not there; .* checkout -- patches brings that back' "$repo/series/apply/refresh"
	plain_git -C "$repo" checkout -q -- patches
	sed -i '$d' "$repo/patches/series"
	fails_with 'does not name 01-all/0003-three-change-both.patch, which is there; .* checkout -- patches brings that back' "$repo/series/apply/tree"
	plain_git -C "$repo" checkout -q -- patches
	head -n 20 "$repo"/patches/01-all/0003-* >"$BATS_TEST_TMPDIR/cut"
	cp "$BATS_TEST_TMPDIR/cut" "$repo/patches/01-all/0003-three-change-both.patch"
	fails_with '0003-three-change-both.patch does not apply .* checkout -- patches brings that back' "$repo/series/apply/tree"
	plain_git -C "$repo" checkout -q -- patches
	"$repo/series/apply/tree"
	consistent
}

@test "refresh: the cover letter keeps its text and gets the new numbers" {
	cat >"$repo/patches/0000-cover-letter.patch" <<-'EOF'
		From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001
		From: userspace-gpl series <series@userspace-gpl.invalid>
		Date: Thu, 1 Jan 2026 00:00:00 +0000
		Subject: [RFC PATCH v2 00/99] a series

		A text about 0/99 things (7):

		  an indented line
		 | a table

		The last words.

		Somebody Else (1):
		  an old patch

		 old/file | 1 +

		-- 
		userspace-gpl
	EOF
	"$repo/series/apply/refresh"
	run cat "$repo/patches/0000-cover-letter.patch"
	[ "${lines[3]}" = "Subject: [RFC PATCH v2 0/3] a series" ]
	[ "${lines[4]}" = "A text about 0/99 things (7):" ]
	[[ $output == *"  an indented line"*"The last words."*"userspace-gpl series (3):
  one: add a header
  two: change a line
  three: change both

 include/linux/new.h "*" create mode 100644 include/linux/new.h

-- 
userspace-gpl" ]]
	[[ $output != *"old patch"* ]]
	[[ $output != *"old/file"* ]]
	consistent
}

@test "refresh: an executable whole file stays one" {
	printf '#!/bin/sh\n' >"$TREE/tool"
	chmod +x "$TREE/tool"
	commit_all "four: tool"
	printf 'tool\ttool\n' >>"$repo/series/apply/files"
	"$repo/series/apply/refresh"
	[ -x "$repo/tool" ]
	grep -q '^new file mode 100755' "$repo"/patches/01-all/0004-*
	consistent
}
