#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The series itself, on the real kernel: applies, agrees with the whole files,
# carries nothing that it must not.
# shellcheck disable=SC2030,SC2031,SC2154 # bats: each test is a subshell, and sets status and lines

load helper

setup_file() {
	TREE=$("$BATS_TEST_DIRNAME/../../series/apply/tree")
	export TREE
}

setup() {
	patches=$top/patches
	mapfile -t series <"$patches/series"
	# The base on which the series was made; on another one, lines move.
	version=$(awk '$2 == "=" && $1 ~ /^(VERSION|PATCHLEVEL|SUBLEVEL)$/ { v = v sep $3; sep = "." } END { print v }' "$TREE/Makefile")
}

# Patches are applied to an index alone; the one and only way that git apply
# takes them, a context that differs is an error. Moved lines are reported.
@test "series: applies with no fuzz, and no offset on its own base" {
	export GIT_INDEX_FILE=$BATS_TEST_TMPDIR/index
	git -C "$TREE" read-tree worktree/base
	for patch in "${series[@]}"; do
		git -C "$TREE" apply --cached --verbose "$patches/$patch" 2>>"$BATS_TEST_TMPDIR/log"
	done
	[ "$(git -C "$TREE" write-tree)" = "$(git -C "$TREE" rev-parse "worktree/series^{tree}")" ]
	run grep -i 'offset\|fuzz' "$BATS_TEST_TMPDIR/log"
	echo "$output"
	[ "$version" != "$(cat "$top/series/base/base.version")" ] || [ -z "$output" ]
}

# What is brought to an older base is in this one already, word for word.
@test "series: the base has what the backports bring" {
	export GIT_INDEX_FILE=$BATS_TEST_TMPDIR/index
	git -C "$TREE" read-tree worktree/base
	n=0
	for patch in "$top"/series/base/backports/*/*.patch; do
		git -C "$TREE" apply --cached --check --reverse "$patch"
		n=$((n + 1))
	done
	[ $n -gt 0 ]
}

# The keywords of the entry in MAINTAINERS.
@test "series: a declaration and a gated export are sent to linux-modules, others are not" {
	for line in 'MODULE_USERSPACE("https://example.org/x", "MIT");' 'MODULE_USERSPACE_LIBRARY();' \
		'EXPORT_SYMBOL_USERSPACE_GPL(x);' 'EXPORT_SYMBOL_NS_USERSPACE_GPL(x, "NS");' 'EXPORT_SYMBOL_GPL(x);'; do
		printf -- '--- a/drivers/vfio/vfio_main.c\n+++ b/drivers/vfio/vfio_main.c\n@@ -1,1 +1,2 @@\n MODULE_LICENSE("GPL");\n+%s\n' "$line" >"$BATS_TEST_TMPDIR/patch"
		to=$(cd "$TREE" && perl scripts/get_maintainer.pl --nogit --nogit-fallback --no-rolestats "$BATS_TEST_TMPDIR/patch")
		grep -x kvm@vger.kernel.org <<<"$to"
		if [[ $line = EXPORT_SYMBOL_GPL* ]]; then
			! grep -x linux-modules@vger.kernel.org <<<"$to" || return 1
		else
			grep -x linux-modules@vger.kernel.org <<<"$to"
		fi
	done
}

# bats test_tags=long
@test "series: plain git am, as anybody would run it, gives the same tree" {
	export GIT_CONFIG_GLOBAL=/dev/null GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@example.org
	cd "$BATS_TEST_TMPDIR"
	git init -q .
	(cd "$TREE" && git rev-parse --path-format=absolute --git-common-dir | sed 's,$,/objects,') >.git/objects/info/alternates
	git config core.sparseCheckout true
	echo /.nothing >.git/info/sparse-checkout
	git update-ref --no-deref HEAD "$(git -C "$TREE" rev-parse worktree/base)"
	git read-tree -m -u HEAD
	# The command of the README.
	git am -q --empty=drop "$patches"/*/0*.patch
	[ "$(git rev-parse "HEAD^{tree}")" = "$(git -C "$TREE" rev-parse "worktree/series^{tree}")" ]
}

@test "series: patches/series lists every patch, in order" {
	[ ${#series[@]} -gt 0 ]
	[ "$(find "$patches" -name '*.patch' ! -name 0000-cover-letter.patch -printf '%P\n' | sort)" = "$(cat "$patches/series")" ]
	# Each part counts its own.
	for dir in "$patches"/*/; do
		dir=$(basename "$dir") n=0
		count=$(grep -c "^$dir/" "$patches/series")
		[ -e "$patches/$dir/0000-cover-letter.patch" ]
		for patch in "$patches/$dir"/*.patch; do
			[[ ${patch##*/} == "$(printf %04d $n)-"* ]]
			grep -q "^Subject: \[PATCH\( 0*$n/$count\)\?\] " "$patch"
			n=$((n + 1))
		done
		[ $n = $((count + 1)) ]
	done
}

# A person reads the letter of a part in two minutes.
@test "series: the parts are as large as one that is posted may be" {
	while IFS=$'\t' read -r dir _ _ squash _; do
		echo "$dir"
		[ "$squash" = squash ] || [ "$(grep -c "^$dir/" "$patches/series")" -le 15 ]
		[ "$(sed -e '1,/^$/d' -e '/^[^ ].* ([0-9]*):$/,$d' "$patches/$dir/0000-cover-letter.patch" | wc -w)" -le 450 ]
	done < <("$top/series/facts/parts.py" list)
	[ "$(grep -c ^02-core/ "$patches/series")" -le 12 ]
	grep -q '^+EXPORT_SYMBOL.*USERSPACE_GPL(' "$patches/$(grep ^02-core/ "$patches/series" | tail -n 1)"
}

# Built behind them they are by make parts.
# bats test_tags=long
@test "series: each part applies behind exactly those that it needs" {
	"$top/series/posting/parts" --apply >"$BATS_TEST_TMPDIR/table"
	[ "$(tail -n +2 "$BATS_TEST_TMPDIR/table" | wc -l)" = "$("$top/series/facts/parts.py" list | wc -l)" ]
}

@test "series: there is a cover letter, with the count of the series" {
	grep -q "^Subject: \[PATCH 0*/${#series[@]}\] " "$patches/0000-cover-letter.patch"
}

@test "series: the whole files equal the patches" {
	n=0
	while IFS=$'\t' read -r ours theirs; do
		echo "$ours"
		git -C "$TREE" cat-file blob "worktree/series:$theirs" | cmp - "$top/$ours"
		mode=$(git -C "$TREE" ls-tree --format='%(objectmode)' worktree/series -- "$theirs")
		[ "$([ -x "$top/$ours" ] && echo 100755 || echo 100644)" = "$mode" ]
		n=$((n + 1))
	done < <(grep -v '^#' "$top/series/apply/files")
	[ $n -gt 0 ]
}

@test "series: every file that it adds is a whole file here, too" {
	git -C "$TREE" diff --no-renames --name-only --diff-filter=A worktree/base worktree/series | sort >"$BATS_TEST_TMPDIR/added"
	grep -v '^#' "$top/series/apply/files" | cut -f2 | sort >"$BATS_TEST_TMPDIR/listed"
	diff "$BATS_TEST_TMPDIR/added" "$BATS_TEST_TMPDIR/listed"
}

@test "series: every file that it adds says its license" {
	git -C "$TREE" diff --no-renames --name-only --diff-filter=A worktree/base worktree/series >"$BATS_TEST_TMPDIR/added"
	[ -s "$BATS_TEST_TMPDIR/added" ]
	while read -r file; do
		echo "$file"
		grep -q 'SPDX-License-Identifier: ' <<<"$(git -C "$TREE" show "worktree/series:$file" | head -n 3)"
	done <"$BATS_TEST_TMPDIR/added"
}

# What is built on one machine for another has modpost linked again there.
@test "series: install-extmod-build links all objects of modpost" {
	objects() { sed -n "s/.*modpost-objs[^=]*= *//p" "$TREE/$1" | grep -oE '[a-z0-9]+\.o'; }
	[ -n "$(objects scripts/mod/Makefile)" ]
	[ "$(objects scripts/package/install-extmod-build)" = "$(objects scripts/mod/Makefile)" ]
}

@test "series: signed off by nobody, written by nobody in particular" {
	run grep -rlE '^(Signed-off|Reviewed|Acked|Tested|Co-developed)-by:' "$patches"
	[ -z "$output" ]
	[ "$(awk '/^From: / && !seen[FILENAME]++' "$patches"/*.patch "$patches"/*/*.patch | sort -u)" = "From: userspace-gpl series <series@userspace-gpl.invalid>" ]
	run grep -lE '^[0-9]+\.[0-9]+\.[0-9]+$' -r "$patches"
	[ -z "$output" ]
}

@test "series: make refresh changes not a byte" {
	cp -a "$top" "$BATS_TEST_TMPDIR/repo"
	rm -rf "$BATS_TEST_TMPDIR/repo/.git"
	# If it does change one, that must not move the tree which people work in:
	# another one, with the same commits, and of files only what is changed.
	head=$(git -C "$TREE" rev-parse HEAD)
	own=$BATS_TEST_TMPDIR/tree
	plain_git init -q "$own"
	git -C "$TREE" rev-parse --path-format=absolute --git-common-dir | sed 's,$,/objects,' >"$own/.git/objects/info/alternates"
	for ref in base series; do
		git -C "$own" update-ref "refs/worktree/$ref" "$(git -C "$TREE" rev-parse "worktree/$ref")"
	done
	git -C "$own" update-ref --no-deref HEAD "$(git -C "$TREE" rev-parse worktree/series)"
	git -C "$own" read-tree HEAD
	git -C "$own" ls-files -z | git -C "$own" update-index -z --skip-worktree --stdin
	bash -c '. "$0/series/lib.sh" && printf "%s %s\n" "$(git -C "$1" rev-parse worktree/base)" "$(patches_key)"' \
		"$top" "$TREE" >"$own/.git/series-key"
	TREE=$own "$BATS_TEST_TMPDIR/repo/series/apply/refresh"
	[ "$(git -C "$TREE" rev-parse HEAD)" = "$head" ]
	diff -r --exclude=.git "$top" "$BATS_TEST_TMPDIR/repo"
}

# bats test_tags=long
@test "series: checkpatch.pl --strict has nothing to say" {
	"$top/series/checks/checkpatch" --quick
}

# bats test_tags=long
@test "series: the generated commits are what the tables give" {
	"$top/series/facts/treewide" --check
}
