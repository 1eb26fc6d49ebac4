#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The project's own scripts and text.
# shellcheck disable=SC2030,SC2031,SC2154 # bats: each test is a subshell, and sets status and lines

load helper

# What belongs to the project; the whole files and patches are the kernel's.
ours() {
	cd "$top" || return
	find Makefile .ci series tests -type f ! -name '*~'
}

scripts() {
	ours | while read -r file; do
		if grep -qE '^#! ?(/usr)?/bin/(env )?(ba|da)?(sh|bats)\b' <<<"$(head -n 1 "$file" | tr -d '\0')"; then
			printf '%s\n' "$file"
		fi
	done
}

@test "style: shellcheck has nothing to say about our scripts" {
	cd "$top"
	[ "$(scripts | wc -l)" -gt 10 ]
	. series/lib.sh
	words=("$(shellcheck --version)" "$(ours | sort | xargs cat .shellcheckrc)")
	was_good "${words[@]}" || scripts | xargs shellcheck
	is_good "${words[@]}"
}

# Under pipefail it fails although it matches, when there is more to read.
piped_into_grep_q() {
	perl -0777 -ne 'print "$ARGV\n" if /(?<![|])[|]\s*(\w+=\S*\s+)*[ef]?grep\s+(-\S+\s+)*-[a-zA-Z]*q/' "$@"
}

@test "style: make check installs each compiler that it asks for its version" {
	cd "$top"
	export PATH=$BATS_TEST_TMPDIR/bin:$PATH
	mkdir "$BATS_TEST_TMPDIR/bin"
	# As on a machine that has no other.
	while read -r prefix; do
		grep -q "^gcc-${prefix%-}	check	" series/packages || printf '#!/bin/sh\nexit 127\n' >"$BATS_TEST_TMPDIR/bin/${prefix}gcc"
	done < <(awk -F'\t' '!/^#/ { print $3 }' series/checks/not-x86 | sort -u)
	chmod +x "$BATS_TEST_TMPDIR"/bin/*
	bash -c '. series/checks/touched.sh; compilers' >"$BATS_TEST_TMPDIR/said"
	cat "$BATS_TEST_TMPDIR/said"
	[ "$(grep -c '^[a-z0-9-]*gcc (' "$BATS_TEST_TMPDIR/said")" = 2 ]
}

@test "style: nothing is piped into grep -q" {
	cd "$top"
	printf 'a 2>&1 |\n\tLC_ALL=C grep -F -xq b\n' >"$BATS_TEST_TMPDIR/it"
	[ "$(piped_into_grep_q "$BATS_TEST_TMPDIR/it")" = "$BATS_TEST_TMPDIR/it" ]
	mapfile -t files < <(ours)
	[ -z "$(piped_into_grep_q "${files[@]}" | tee /dev/stderr)" ]
}

@test "style: each of our sources says its license" {
	cd "$top"
	missing=$(ours | grep -E '\.(c|h|sh|py|bats|bash|cocci|S|rs)$|/run$|/Kbuild$|^Makefile$|^series/([a-z]+/)?[a-z-]+$' |
		grep -v '^series/apply/files$\|^series/packages$\|^series/checks/not-x86$\|^series/checks/checkpatch-exceptions$\|^series/base/archive$' |
		xargs grep -L 'SPDX-License-Identifier: ' || :)
	echo "$missing"
	[ -z "$missing" ]
}

@test "style: every target of the Makefile is in make help, in one line" {
	targets=$(sed -n 's/^\([a-z0-9]*\):.*/\1/p' "$top/Makefile" | sort)
	# They are indented, below the headings of their groups.
	[ "$(make -s -C "$top" help | sed -n 's/^  \([a-z0-9]*\) .*/\1/p' | sort)" = "$targets" ]
	[ "$(make -s -C "$top" help | grep -c '^[A-Z]')" = "$(grep -c '^##@ ' "$top/Makefile")" ]
}

@test "style: codespell has nothing to say" {
	cd "$top"
	# A variable of the kernel's Makefile, "\tthe", and names of drivers.
	codespell -L extraversion,parm,tthe,synopsys,gud Makefile .ci series tests
}

# What series/clean does not know, it leaves in the cache for ever.
@test "style: all that is put into the cache is in cache_names" {
	cd "$top"
	sed -n '/^cache_names=(/,/)/p' series/lib.sh | sed 's/cache_names=//' | tr -s '() \t' '\n' >"$BATS_TEST_TMPDIR/names"
	printf '%s\n' linux linux- lock >>"$BATS_TEST_TMPDIR/names"
	# shellcheck disable=SC2016 # what stands there
	ours | grep -v '\.bats$' | xargs grep -IohE '(\$cache|\$\{cache\}|CACHE)"?( / "|/)[a-z][a-z.-]*' | sed 's/.*[/"]//' | sort -u >"$BATS_TEST_TMPDIR/used"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/used")" -gt 15 ]
	run grep -vxF -f "$BATS_TEST_TMPDIR/names" "$BATS_TEST_TMPDIR/used"
	echo "$output"
	[ -z "$output" ]
}

@test "style: one list says what of the environment must not reach kbuild" {
	cd "$top"
	[ -z "$(ours | grep -v '\.bats$' | xargs grep -IlE 'unset.*(MAKEFLAGS|KBUILD_|KCFLAGS)')" ]
	[ "$(ours | grep -v '\.bats$' | xargs grep -Il 'compgen -e')" = series/lib.sh ]
}

# names_of SUITE: the names of its tests, as far as they can be read from it
names_of() {
	case $1 in
	audit/* | builtin/* | livepatch/* | tools/*)
		sed -n 's/^@test "\(.*\)" {$/\1/p' "$top/tests/$1.bats" | sed 's/\\\(["\\]\)/\1/g' ;;
	modpost) "$top/tests/modpost/run" --list ;;
	# The name of a case of KUnit stands behind that of its suite and function.
	kunit)	grep -o '"[^"]*"' "$top/tests/kunit/userspace_kunit.c" | tr -d '"' ;;
	fuzz)	sed -n 's/^result "\([^"]*\)".*/\1/p' "$top/tests/fuzz/run" ;;
	esac
}

# A mutant whose test is gone would be noticed only by make mutate, which takes hours.
@test "style: the tests that mutants name are there" {
	declare -A names
	n=0
	while IFS=' ' read -r suite name; do
		n=$((n + 1))
		[ -x "$top/tests/${suite%%/*}/run" ] || { echo "no suite $suite"; false; }
		names[$suite]=${names[$suite]-$(names_of "$suite")}
		case $suite in
		boot/*)	continue ;; # its rows make the names: tests/mutation/run compares them
		kunit)	name=${name#* * } ;;
		esac
		grep -qxF -e "$name" <<<"${names[$suite]}" || { echo "no $suite $name"; false; }
	done < <(sed -nE 's/^(test|keeps)\t//p' "$top"/tests/mutation/mutants/*)
	[ "$n" -gt 150 ]
}

# An edit of the kernel takes the text away that a mutant replaces; make mutate would be
# the first to say so.
@test "style: all mutants apply to the kernel" {
	[ -n "${TREE:-}" ] || TREE=$("$top/series/apply/tree")
	export TREE
	run "$top/tests/mutation/run" --apply
	echo "$output"
	[ "$status" = 0 ]
	[ -z "$output" ]
}

@test "style: reuse lint knows the license of every file" {
	"$top/series/checks/reuse"
}
