# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2034,SC2154 # what is set is for the suites; bats sets its own
#
# What the suites of livepatches share.

load ../lib/is

here=$BATS_TEST_DIRNAME
# The kernel is kept, what is made for one run is not.
k=$cache/livepatch/tree
work=$cache/livepatch/run

# Without this machine in it, and with ccache for klp-build, which has no
# variable for a compiler. What it says is in $work/log.
in_kernel()
{
	(
		cd "$k" || exit 1
		[ ! -d /usr/lib/ccache ] || PATH=/usr/lib/ccache:$PATH
		export PATH CCACHE_BASEDIR=$k LOCALVERSION=
		export KBUILD_BUILD_USER=user KBUILD_BUILD_HOST=host
		export KBUILD_BUILD_TIMESTAMP='1970-01-01 00:00:00'
		"$@" < /dev/null > "$work/log" 2>&1
	) || {
		status=$?
		tail -n 20 "$work/log"
		return $status
	}
}

# As klp-build does it.
kmake() { in_kernel make -s -j"$jobs" KLP_SYMIDS=1 KCFLAGS="-ffunction-sections -fdata-sections" "$@"; }

message="uses dma_buf_get and dma_buf_put, exported only to modules with a free userspace, but declares none.
Add this line: MODULE_USERSPACE(\"<url>\", \"<SPDX license>\");
See https://docs.kernel.org/core-api/symbol-userspace.html"
