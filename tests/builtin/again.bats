#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# make, run again: nothing is made without need. In a copy of the tree and of the build,
# whose tests go on one after the other.
# shellcheck disable=SC2154,SC2164 # helper.bash sets the variables; bats ends a test

load helper

work=$BATS_FILE_TMPDIR
out=$work/um

# shellcheck source=tests/lib/links.sh
. "$top/tests/lib/links.sh"

# What make says, a line for each command that it runs.
kmake()
{
	KBUILD_BUILD_USER=user KBUILD_BUILD_HOST=host \
	KBUILD_BUILD_TIMESTAMP='1970-01-01 00:00:00' \
		make -C "$work/tree" O="$out" ARCH=um LOCALVERSION= -j"$jobs" \
		--no-print-directory "${cc[@]}" all < /dev/null 2>&1
}

setup_file() {
	make_farm "$work/tree" kernel/module/main.c
	copy_build "$um" "$out" "$work/tree"
	# That of the copy has another name in it.
	kmake
}

# ARCH=um makes its last link anew each time, with the series or without.
nothing="  LINK linux"

@test "again: a second make runs no command of ours, nor any other" {
	is "$(kmake)" "$nothing"
}

@test "again: the option that relaxes makes only what depends on it, and the links anew" {
	"$tree/scripts/config" --file "$out/.config" -e MODULE_ALLOW_MISSING_USERSPACE
	kmake > "$work/relaxed"
	grep -qxF CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y "$out/include/config/auto.conf"
	# The first has the whole configuration in it, the last the time of the link.
	is "$(grep -E '^  (HOST)?(CC|AS|RUSTC)|\[M\]' "$work/relaxed" | grep -v kallsyms)" \
		"  CC      arch/um/kernel/config.o
  CC      kernel/module/main.o
  CC      init/version-timestamp.o"
	is "$(grep -E '^  (MODPOST|CHKUSER)' "$work/relaxed")" \
		"  MODPOST Module.symvers
  CHKUSER built-in-fixup.a"
}

@test "again: ... and a further make nothing" {
	is "$(kmake)" "$nothing"
}
