#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
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

@test "runner: in CI a skip is a failure, unless its reason says that it may be" {
	export CI=true
	group a <<<'printf "1..2\nok 1 one\nok 2 two # skip no loop device\n"'
	says "1 passed, 1 failed, 0 skipped" 1 a
	group a <<<'printf "1..2\nok 1 one\nok 2 two # skip in CI as well: no loop device\n"'
	says "1 passed, 0 failed, 1 skipped" 0 a
	# The words alone are no reason.
	group a <<<'printf "1..2\nok 1 one\nok 2 two # skip in CI as well: \n"'
	says "1 passed, 1 failed, 0 skipped" 1 a
}

@test "runner: nested results of a group are not counted" {
	group a <<<'printf "1..1\n    1..2\n    ok 1 inner\n    not ok 2 inner\nok 1 outer\n"'
	says "1 passed, 0 failed, 0 skipped" 0 a
}

@test "runner: a group that plans more than it runs, or less" {
	group a <<<'printf "1..2\nok 1 one\n"'
	says "1 passed, 1 failed, 0 skipped" 1 a
	[[ $output == *"planned 2 tests but ran 1"* ]]
	group a <<<'printf "1..2\nok 1 one\nok 2 two\nok 3 three\n"'
	says "3 passed, 1 failed, 0 skipped" 1 a
	group a <<<'printf "1..2\nok 1 one\nok 1 one\n"'
	says "2 passed, 1 failed, 0 skipped" 1 a
}

@test "runner: a test that is to do has failed" {
	group a <<<'printf "1..2\nok 1 one\nnot ok 2 two # TODO later\n"'
	says "1 passed, 1 failed, 0 skipped" 1 a
}

@test "runner: a group that gives up" {
	group a <<<'printf "1..2\nok 1 one\nBail out! no kernel\n"; exit 1'
	says "1 passed, 2 failed, 0 skipped" 1 a
	[[ $output == *"no kernel"* ]]
}

@test "runner: two groups that run at once are not mixed up" {
	group a <<<'printf "1..2\nok 1 one\n"; sleep 0.3; echo "ok 2 two"'
	group b <<<'printf "1..2\nok 1 one\n"; sleep 0.2; echo "not ok 2 two"; exit 1'
	says "3 passed, 1 failed, 0 skipped" 1 a b
	[[ $output == *"FAILED b: not ok 2"* ]]
}

@test "runner: what has failed is said once more at the end" {
	group a <<<'printf "1..3\nnot ok 1 one\nok 2 two\nnot ok 3 three\n"; exit 1'
	says "1 passed, 2 failed, 0 skipped" 1 a
	[ "${lines[-3]}" = "# FAILED a: not ok 1 one" ]
	[ "${lines[-2]}" = "# FAILED a: not ok 3 three" ]
}
