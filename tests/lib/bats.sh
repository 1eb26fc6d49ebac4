# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # $cache is of series/lib.sh, which whoever sources this has
#
# Suites of bats with files in the cache.

# run_bats DIRECTORY FILE...: what the tests keep is in DIRECTORY of the cache, where
# one run at a time has it. What a killed run left goes.
run_bats()
{
	dir=$cache/$1
	shift

	mkdir -p "$dir"
	hold "$dir/lock" "$dir"
	rm -rf "$dir/run"
	mkdir "$dir/run"
	trap 'rm -rf "$dir/run"' EXIT
	TMPDIR=$dir/run bats --timing --formatter tap "$@"
}
