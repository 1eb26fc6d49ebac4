# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # $top comes from series/lib.sh; the scripts use $failed
# SPDX-License-Identifier: GPL-2.0-only
#
# TAP, for the groups that make one assertion after the other; sourced. A failure
# is to be reported, not to end all: who sources this says "set +e".

nr=0
failed=0
planned=0

bail() { echo "Bail out! $*"; exit 1; }

ok() { nr=$((nr + 1)); echo "ok $nr - $1"; }

# not_ok WHAT DIAGNOSTICS...
not_ok()
{
	nr=$((nr + 1)) failed=$((failed + 1))
	echo "not ok $nr - $1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" | sed 's/^/# /'
}

# is GOT EXPECTED WHAT
is()
{
	if [ "$1" = "$2" ]; then ok "$3"; else not_ok "$3" "got:" "$1" "expected:" "$2"; fi
}

# plan GROUP SUITE: how many assertions it makes is written in tests/counts. A
# case that is lost, or a loop over nothing, has to be missed.
plan()
{
	local n

	n=$(awk -F'\t' -v g="$1" -v s="$2" '$1 == g && $2 == s { print $3 }' "$top/tests/counts")
	[ -n "$n" ] || bail "tests/counts has no $2 of $1"
	planned=$((planned + n))
}

# The plan, and the exit status.
finish()
{
	echo "1..$planned"
	[ "$failed" = 0 ] || echo "# $failed of $nr failed"
	[ "$nr" = "$planned" ] || echo "# $nr ran, and tests/counts has $planned"
	[ "$failed" = 0 ] && [ "$nr" = "$planned" ]
}
