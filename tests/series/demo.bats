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
	cast_says "${USERSPACE_GPL_CACHE:-$HOME/.cache/userspace-gpl}/demo.cast" | cmp - "$BATS_TEST_TMPDIR/demo"
}

# As any player reads it: a header, and then what is printed and when.
cast_says() {
	/usr/bin/python3 -c '
import json, sys
header, *events = map(json.loads, sys.stdin)
assert header["version"] == 2
times = [t for t, kind, _ in events]
assert times == sorted(times) and {kind for _, kind, _ in events} == {"o"}
print("".join(text for *_, text in events).replace("\r\n", "\n"), end="")' <"$1"
}

@test "demo: the cast says what was printed, whatever is in it" {
	printf 'plain\n    $ grep "x\\" \ttab\n\n%%s é\n' >"$BATS_TEST_TMPDIR/in"
	"$top/series/demo/record" "$BATS_TEST_TMPDIR/cast" <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out"
	cmp "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
	cast_says "$BATS_TEST_TMPDIR/cast" | cmp - "$BATS_TEST_TMPDIR/in"
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

# A step of each command takes longer than ten seconds somewhere. What is a step is for
# whoever writes it; that a command has none at all is seen here.
@test "progress: every command of the Makefile that takes long shows its own" {
	for script in apply/refresh facts/treewide checks/{static,builtin-importers,bench,bisect,link-importers}; do
		grep -qE '^[^#]*\b(progress|watched) "' "$top/series/$script" || { echo "$script"; false; }
	done
	grep -q 'of_all ' "$top/series/checks/checkpatch"
}

@test "progress: a step that writes its log itself, and one that has none" {
	export USERSPACE_GPL_CACHE=$BATS_TEST_TMPDIR/cache
	unset USERSPACE_GPL_WATCHED
	echo before >"$BATS_TEST_TMPDIR/log"
	cat >"$BATS_TEST_TMPDIR/it" <<-EOF
		. "$top/series/lib.sh"
		log=$BATS_TEST_TMPDIR/log
		work() { echo said; echo to the log >>"\$log"; sleep 3; changed=yes; return 7; }
		watched "writing" "\$log" "" "" "" work || echo "status \$?, \$changed"
		watched "without" "" 5 "" "echo 2" sleep 3
		for i in 1 2; do of_all \$i 2 "the loop"; done
	EOF
	run bash "$BATS_TEST_TMPDIR/it"
	[ "$output" = "said
it: writing (log: $BATS_TEST_TMPDIR/log)
status 7, yes
it: without" ]
	[ "$(cat "$BATS_TEST_TMPDIR/log")" = "before
to the log" ]
	script -qefc "bash '$BATS_TEST_TMPDIR/it'" "$BATS_TEST_TMPDIR/tty" >/dev/null </dev/null
	tr '\r' '\n' <"$BATS_TEST_TMPDIR/tty" >"$BATS_TEST_TMPDIR/lines"
	cat "$BATS_TEST_TMPDIR/lines"
	grep -q 'it: writing, 0:02$' "$BATS_TEST_TMPDIR/lines"
	grep -qE 'it: without, 2 of 5, 0:02, about 0:0[3-4] still' "$BATS_TEST_TMPDIR/lines"
	grep -q 'it: the loop, 1 of 2, 0:' "$BATS_TEST_TMPDIR/lines"
}
