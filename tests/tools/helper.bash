# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2034 # what is set is for the suites
#
# What the suites of the tools share.

load ../lib/is

um=$UST_BUILD_UM
tree=$(realpath "$um/source")
