# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2034 # what is set is for the suites
#
# What the suites of the built-in check share.

load ../lib/is

um=$UST_BUILD_UM
tree=$(realpath "$um/source")
none="declares none"

# message WHO USES WHY [WARNING]: as it stands in the documentation
message()
{
	local hint="Write it as"

	[ "$3" != "declares none" ] || hint="Add this line"
	printf '%s: modpost: %s (built in): uses %s, exported only to modules with a free userspace, but %s.\n' \
		"${4:-ERROR}" "$1" "$2" "$3"
	printf '%s: MODULE_USERSPACE("<url>", "<SPDX license>");\n' "$hint"
	printf 'See https://docs.kernel.org/core-api/symbol-userspace.html\n'
}

# object OBJECT [MODULES]: what kbuild leaves beside an object
object()
{
	mkdir -p "${1%/*}"
	{
		printf 'savedcmd_%s := gcc -D__KERNEL__ ' "$1"
		[ -z "${2:-}" ] || printf -- "-DKBUILD_MODFILE='\"%s\"' " "$2"
		printf -- "-DKBUILD_BASENAME='\"x\"' -c -o %s x.c\n" "$1"
	} > "${1%/*}/.${1##*/}.cmd"
}
