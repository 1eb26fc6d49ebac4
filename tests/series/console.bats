#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What tests/lib makes of a guest's console, on the console of a guest that was
# well (tests/lib/consoles/well), and on what happens to such a one.
# shellcheck disable=SC2154 # bats sets status and lines

setup() {
	lib=$(cd "$BATS_TEST_DIRNAME/../lib" && pwd)
	console=$BATS_TEST_TMPDIR/console
	cp "$lib/consoles/well" "$console"
}

# answer WANT QUESTION...
answer() {
	local want=$1

	shift
	run "$lib/console" "$console" "$@"
	echo "$output"
	[ "$status" -eq 0 ] && [ "$output" = "$want" ]
}

silence="(the guest did not say)"

@test "console: a guest that was well" {
	answer yes "done"
	answer "" splat
	answer $'one\ntwo' fact two out
	answer 0 fact two exit
	answer "" fact silent out
	answer ENOENT fact none errno
	answer absent fact none proc
	answer "3 mine: refused" records speaks
}

@test "console: what a guest's terminal adds does not matter" {
	sed -i 's/$/\r/' "$console"
	answer yes "done"
	answer $'one\ntwo' fact two out
	answer "3 mine: refused" records speaks
}

@test "console: that a module taints is not what the kernel says of it" {
	answer "" records late
	answer 3 fact late exit
}

@test "console: a message of several lines" {
	sed -i 's/^@kmsg 3 mine: refused$/@kmsg 3 mine: refused\\x0aSee there/' "$console"
	answer $'3 mine: refused\nSee there' records speaks
}

@test "console: a guest that died in a step" {
	sed -i '/^@kmsg 3 mine/,$d' "$console"
	answer "$silence" "done"
	answer $'one\ntwo' fact two out
	answer "$silence" fact speaks exit
	answer "$silence" records speaks
	answer "$silence" fact late exit
	answer "the log has 0 lines" splat
}

@test "console: a step that is not there, and one that is another's" {
	answer "$silence" fact nobody out
	answer "$silence" records nobody
	sed -i 's/^@end silent$/@end other/' "$console"
	answer "$silence" fact silent exit
}

@test "console: a log that is cut short is no log without a splat" {
	grep '^@log' "$lib/consoles/well" | head -n 20 >"$console"
	answer "the log has 20 lines" splat
}

# The list does not say by itself what has to be in it.
@test "console: every splat of the list is one" {
	local n=0 line

	while IFS= read -r line; do
		n=$((n + 1))
		{ head -n -3 "$lib/consoles/well"; echo "@log [   1.0] $line"; } >"$console"
		answer "[   1.0] $line" splat
	done <<-'END'
		BUG: KASAN: slab-use-after-free in f+0x1/0x2
		BUG kmalloc-64 (Not tainted): Poison overwritten
		WARNING: CPU: 0 PID: 1 at kernel/module/main.c:1 f+0x1/0x2
		WARNING: possible circular locking dependency detected
		Oops: 0000 [#1] SMP
		UBSAN: array-index-out-of-bounds in f.c:1:2
		KASAN: null-ptr-deref in range [0x0-0x7]
		INFO: task insmod:1 blocked for more than 120 seconds.
		Call Trace:
		Kernel panic - not syncing: Attempted to kill init!
		------------[ cut here ]------------
		general protection fault, probably for non-canonical address
		suspicious: RCU used illegally from idle CPU!
	END
	[ "$n" -gt "$(grep -c '^[^#]' "$lib/../../series/kernels/splats")" ]
}

@test "console: what only resembles a splat is none" {
	sed -i '0,/^@log random.*/s//@log debug: no warning here, INFORMATION, bug 7, call traces/' "$console"
	answer "" splat
}

@test "console: without a list of splats, or with an empty one, nothing is well" {
	mkdir -p "$BATS_TEST_TMPDIR/series/kernels"
	cp -r "$lib" "$BATS_TEST_TMPDIR/tests_lib"
	mkdir "$BATS_TEST_TMPDIR/tests"
	mv "$BATS_TEST_TMPDIR/tests_lib" "$BATS_TEST_TMPDIR/tests/lib"
	run "$BATS_TEST_TMPDIR/tests/lib/console" "$console" splat
	[ "$status" -ne 0 ]
	[[ $output = *"series/kernels/splats"* ]]
	echo '# nothing' >"$BATS_TEST_TMPDIR/series/kernels/splats"
	run "$BATS_TEST_TMPDIR/tests/lib/console" "$console" splat
	[ "$status" -eq 0 ]
	[ -n "$output" ]
}

@test "console: no file, or a question that there is not: an error" {
	run "$lib/console" "$BATS_TEST_TMPDIR/none" splat
	[ "$status" -ne 0 ]
	run "$lib/console" "$console" whatever
	[ "$status" -ne 0 ]
	run "$lib/console" "$console" fact two
	[ "$status" -ne 0 ]
}
