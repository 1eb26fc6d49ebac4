#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# make check's runner: what it must not take for a success.
# shellcheck disable=SC2030,SC2031,SC2154 # bats: each test is a subshell, and sets status and lines

load helper

setup() {
	setup_fixture
	"$repo/series/apply/tree"
}

# group NAME: its run is what comes on stdin.
group() {
	mkdir -p "$repo/tests/$1"
	{
		echo '#!/bin/sh'
		cat
	} >"$repo/tests/$1/run"
	chmod +x "$repo/tests/$1/run"
}

# says SUM STATUS GROUP...
says() {
	local sum=$1 want=$2

	shift 2
	run "$repo/tests/run" "$@"
	echo "$output"
	[ "${lines[-1]}" = "$sum" ]
	[ "$status" -eq "$want" ]
}

@test "runner: passed, failed, skipped with a reason" {
	group a <<<'printf "1..3\nok 1 one\nok 2 two # skip no such thing here\nok 3 three\n"'
	says "2 passed, 0 failed, 1 skipped" 0 a
	group b <<<'printf "1..2\nok 1 one\nnot ok 2 two\n"; exit 1'
	says "3 passed, 1 failed, 1 skipped" 1 a b
}

@test "runner: a failed test fails though its group exits 0" {
	group a <<<'printf "1..2\nok 1 one\nnot ok 2 two\n"'
	says "1 passed, 1 failed, 0 skipped" 1 a
}

@test "runner: a group that is not there, says nothing, or tests nothing" {
	says "0 passed, 1 failed, 0 skipped" 1 none
	group a <<<'exit 0'
	says "0 passed, 1 failed, 0 skipped" 1 a
	group a <<<'echo 1..0'
	says "0 passed, 1 failed, 0 skipped" 1 a
}

@test "runner: a group that dies before its plan, or after it" {
	group a <<<'echo ok 1 one; exit 1'
	says "1 passed, 1 failed, 0 skipped" 1 a
	group a <<<'printf "1..2\nok 1 one\n"; kill -9 $$'
	says "1 passed, 1 failed, 0 skipped" 1 a
	group a <<<'printf "1..1\nok 1 one\n"; exit 3'
	says "1 passed, 1 failed, 0 skipped" 1 a
}

@test "runner: a skip without a reason" {
	group a <<<'printf "1..2\nok 1 one\nok 2 two # skip\n"'
	says "1 passed, 1 failed, 1 skipped" 1 a
}

@test "runner: in CI a skip is a failure, unless it is listed" {
	export CI=true
	group a <<<'printf "1..2\nok 1 one\nok 2 two # skip no loop device\n"'
	says "1 passed, 1 failed, 0 skipped" 1 a
	printf 'a\ttwo\tthe reason\n' >"$repo/tests/skips"
	says "1 passed, 0 failed, 1 skipped" 0 a
}

@test "runner: nested results of a group are not counted" {
	group a <<<'printf "1..1\n    1..2\n    ok 1 inner\n    not ok 2 inner\nok 1 outer\n"'
	says "1 passed, 0 failed, 0 skipped" 0 a
}

# Another number than the one that is written down.
@test "runner: a group that plans what tests/counts says, and lost a case or has one more" {
	cp "$top/tests/tap.sh" "$repo/tests/"
	group a <<-'END'
		exec bash -c '. ./series/lib.sh; . ./tests/tap.sh; set +e; cd ..
		plan a s; for i in $CASES; do is 1 1 $i; done; finish'
	END
	cd "$repo"
	printf 'a\ts\t2\nb\ts\t1\n' >tests/counts
	CASES="one two" says "2 passed, 0 failed, 0 skipped" 0 a
	CASES="one" says "1 passed, 1 failed, 0 skipped" 1 a
	[[ $output == *"planned 2 tests and ran 1"* ]]
	CASES="one two three" says "3 passed, 1 failed, 0 skipped" 1 a
	# By itself, too.
	run env CASES=one "$repo/tests/a/run"
	[ "$status" -eq 1 ]
	[ "$output" = $'ok 1 - one\n1..2\n# 1 ran, and tests/counts has 2' ]
	sed -i /^a/d tests/counts
	CASES="one two" says "0 passed, 2 failed, 0 skipped" 1 a
	[[ $output == *"tests/counts has no s of a"* ]]
}
