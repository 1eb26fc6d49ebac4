#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Whoever in the tree calls symbol_get() is answered as before.
# shellcheck disable=SC2154,SC2164 # helper.bash sets the variables; bats ends a test

load helper

@test "symbol-get: nobody in the tree asks for what is gated" {
	TREE=$tree run "$top/series/checks/symbol-get"
	echo "$output"
	[ "$status" = 0 ]
	[ "${#lines[@]}" -gt 300 ]
	# One that is asked by name, by a wrapper, and by a name that is made up.
	grep -qxF $'drivers/vfio/vfio_main.c\tkvm_put_kvm\tEXPORT_SYMBOL_GPL' <<< "$output"
	grep -qxF $'drivers/media/v4l2-core/tuner-core.c\txc5000_attach\tEXPORT_SYMBOL_GPL' <<< "$output"
	grep -qxF $'drivers/mtd/chips/gen_probe.c\t-\tmade at run time' <<< "$output"
}

@test "symbol-get: one that does is found, in a comment it is none" {
	mkdir "$BATS_TEST_TMPDIR/tree"
	cd "$BATS_TEST_TMPDIR/tree"
	printf '%s\n' 'EXPORT_SYMBOL_NS_USERSPACE_GPL(gated, "NS");' 'EXPORT_SYMBOL_GPL(gpl);' > a.c
	printf '%s\n' '/* symbol_get(gated) */' 'x = symbol_get(gpl);' > b.c
	git init -q
	git add .
	TREE=$PWD run "$top/series/checks/symbol-get"
	is "$status $output" $'0 b.c\tgpl\tEXPORT_SYMBOL_GPL'
	echo 'y = symbol_request(gated);' >> b.c
	TREE=$PWD run "$top/series/checks/symbol-get"
	is "$status $output" $'1 b.c\tgated\tEXPORT_SYMBOL_NS_USERSPACE_GPL\nb.c\tgpl\tEXPORT_SYMBOL_GPL'
}
