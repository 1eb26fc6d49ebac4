#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The records of facts against what real builds import: does every module that
# uses a gated symbol declare something?
# shellcheck disable=SC2030,SC2031,SC2154 # bats: each test is a subshell, and sets status and lines

load helper

setup() {
	facts=$top/series/facts/facts.py
	importers=$BATS_TEST_TMPDIR/importers.tsv
	known=$BATS_TEST_TMPDIR/known
	undeclared=$BATS_TEST_TMPDIR/undeclared
	grep -v '^#' "$top/series/facts/importers.tsv" >"$importers"
	"$facts" undeclared >"$undeclared"
	{ "$facts" modules && cat "$undeclared"; } >"$known"
}

# The rows of $importers without a line in $known: of a module of that name, whose
# file lies in the directory of the module or below.
missing() {
	awk -F'\t' '
		NR == FNR { files[$1] = files[$1] " " $2; next }
		FNR > 1 {
			dir = $3
			sub("[^/]*$", "", dir)
			if (!index(files[$2], " " dir))
				print $1, $2
		}' "$known" "$importers"
}

@test "facts: each module of Debian that uses a gated symbol declares something, or is known not to" {
	[ "$(tail -n +2 "$importers" | cut -f1 | sort -u | xargs)" = "amd64 arm64" ]
	run missing
	echo "$output"
	[ "$status" -eq 0 ] && [ -z "$output" ]
}

@test "facts: a module of Debian that does not is noticed" {
	printf 'amd64\tplanted\tdrivers/x/planted.ko\tdma_buf_get\tGPL\n' >>"$importers"
	# The name is that of one which declares something.
	printf 'arm64\tvgem\tdrivers/x/vgem.ko\tdma_buf_get\tGPL\n' >>"$importers"
	run missing
	echo "$output"
	[ "$output" = $'amd64 planted\narm64 vgem' ]
	sed -i /^habanalabs/d "$known"
	run missing
	[ "$output" = $'amd64 habanalabs\namd64 planted\narm64 vgem' ]
}

@test "facts: what Debian's modules import was asked of all gated symbols" {
	{
		tail -n +2 "$importers" | cut -f4 | tr , '\n'
		sed -n 's/^# unused: //p' "$top/series/facts/importers.tsv"
	} | sort -u >"$BATS_TEST_TMPDIR/asked"
	"$facts" exports | awk -F'\t' '$2 == "gate" { print $1 }' | sort -u |
		diff - "$BATS_TEST_TMPDIR/asked"
}

@test "facts: a module that is known to declare nothing is in the tree, and declares nothing" {
	TREE=$("$top/series/apply/tree")
	n=0
	while IFS=$'\t' read -r module file _; do
		echo "$module"
		run grep -rl '^MODULE_USERSPACE' "$TREE/${file%/*}"
		[ "$status" -eq 1 ]
		[ -e "$TREE/$file" ]
		[ "$(cut -f1 "$known" | grep -cxF "$module")" = 1 ]
		n=$((n + 1))
	done <"$undeclared"
	[ "$n" -gt 0 ]
}

# relaxed DIR: the configurations in DIR that relax the check
relaxed() {
	local option='^CONFIG_MODULE_(ALLOW_MISSING_USERSPACE=y|REFUSE_MISSING_USERSPACE=n)$'

	grep -rlE "$option" "$1"/arch/*/configs "$1"/{kernel/configs,tools/testing}
}

# modpost goes by the name of the module, and knows these: they build in any
# configuration, so none has to relax the check for them.
@test "facts: a module that is known to declare nothing is made under this name" {
	TREE=$("$top/series/apply/tree")
	while IFS=$'\t' read -r module file _; do
		dir=${file%/*}
		found=
		while [ "$dir" != drivers ] && [ -z "$found" ]; do
			found=$(sed -nE "s/^obj-\\$\((CONFIG_[A-Z0-9_]+)\)[[:space:]]*[+:]?=[[:space:]]*([^#]* )?$module\.o( .*)?$/\1/p" \
				"$TREE/$dir/Makefile")
			dir=${dir%/*}
		done
		echo "$module: $found"
		[ -n "$found" ]
	done <"$undeclared"
	"$facts" none | cmp - "$TREE/scripts/mod/userspace-none.h"
}

@test "facts: no configuration of the tree relaxes the check" {
	TREE=$("$top/series/apply/tree")
	run relaxed "$TREE"
	echo "$output"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	# One is noticed.
	mkdir -p "$BATS_TEST_TMPDIR"/t/{arch/a/configs,kernel/configs,tools/testing}
	echo CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y >"$BATS_TEST_TMPDIR/t/arch/a/configs/b_defconfig"
	run relaxed "$BATS_TEST_TMPDIR/t"
	[ "$output" = "$BATS_TEST_TMPDIR/t/arch/a/configs/b_defconfig" ]
}
