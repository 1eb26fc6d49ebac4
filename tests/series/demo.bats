#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What a person sees: the demo, as the README has it, and how far a step is.
# shellcheck disable=SC2030,SC2031,SC2154 # bats: each test is a subshell, and sets status and lines

load helper

# The block behind "This is what `make demo` printed".
in_readme() { awk '/make demo. printed/ { on = 1 } on && /^```/ { if (n++) exit; next } n' "$top/README.md"; }

# On the kernel that the tests boot, so that none is built for it. It fails by itself if
# something is not as it should be.
@test "demo: prints what the README says" {
	tree=$("$top/series/apply/tree")
	made_on=$(cat "$top/series/base/base.version")
	"$top/series/demo/demo" um >"$BATS_TEST_TMPDIR/demo"
	# On another base, lines of the Makefile move.
	[[ $(make -s -C "$tree" kernelversion) != "$made_on" ]] || diff <(in_readme) "$BATS_TEST_TMPDIR/demo"
}

# with_progress SECONDS: a script whose step takes so long and fails with 7
with_progress() {
	cat >"$BATS_TEST_TMPDIR/it" <<-EOF
		. "$top/series/lib.sh"
		done_so_far() { wc -l <"\$log"; }
		work() { for i in \$(seq $1); do echo \$i; sleep 1; done; return 7; }
		progress "counting" "$BATS_TEST_TMPDIR/log" 8 " lines" done_so_far work || echo "status \$?"
	EOF
	echo "bash $BATS_TEST_TMPDIR/it"
}

@test "progress: a log gets one line, of a step that takes no time none" {
	export USERSPACE_GPL_CACHE=$BATS_TEST_TMPDIR/cache
	unset USERSPACE_GPL_WATCHED
	run $(with_progress 4)
	[ "$output" = "it: counting (log: $BATS_TEST_TMPDIR/log)
status 7" ]
	run $(with_progress 1)
	[ "$output" = "status 7" ]
	[ "$(cat "$BATS_TEST_TMPDIR/log")" = 1 ]
}

@test "progress: a terminal gets how much is done, how long it took and will take" {
	export USERSPACE_GPL_CACHE=$BATS_TEST_TMPDIR/cache
	script -qefc "$(with_progress 6)" "$BATS_TEST_TMPDIR/tty" >/dev/null </dev/null
	tr '\r' '\n' <"$BATS_TEST_TMPDIR/tty" >"$BATS_TEST_TMPDIR/lines"
	cat "$BATS_TEST_TMPDIR/lines"
	[ "$(grep -cE 'it: counting, [3-6] of 8 lines, 0:0[2-7], about 0:0[0-9] still$' "$BATS_TEST_TMPDIR/lines")" -ge 2 ]
	grep -q 'status 7' "$BATS_TEST_TMPDIR/lines"
}

@test "progress: whoever is interrupted leaves nothing that runs" {
	export USERSPACE_GPL_CACHE=$BATS_TEST_TMPDIR/cache
	command=$(with_progress 30)
	(timeout -s INT 4 setsid -w script -qefc "$command" /dev/null >/dev/null </dev/null) || :
	sleep 2
	[ -z "$(pgrep -f "$BATS_TEST_TMPDIR/it")" ]
}

@test "picture: is made from its source" {
	sum=$(sha256sum <"$top/Documentation/core-api/symbol-userspace.dot" | cut -d' ' -f1)
	grep -q "sha256 of the source: $sum" "$top/symbol-userspace.svg"
	python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$top/symbol-userspace.svg"
}
