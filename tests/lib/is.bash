# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For the suites of bats in which one kernel serves many tests.

top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
# shellcheck source=/dev/null
. "$top/series/lib.sh"
# bats does not know the latter two.
set +uo pipefail

# is GOT EXPECTED
is()
{
	[ "$1" != "$2" ] || return 0
	printf '%s\n' "got:" "$1" "expected:" "$2"
	return 1
}
