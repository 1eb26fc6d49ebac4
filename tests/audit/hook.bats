#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What is said when a kernel is installed, and that it never fails.

# shellcheck disable=SC2154 # helper.bash sets the variables
load helper

setup_file() { build_audit; }

setup() {
	setup_audit
	export USERSPACE_AUDIT=$audit MODULES_DIR=$BATS_TEST_TMPDIR/modules
	hook=$BATS_FILE_TMPDIR/linux/tools/module/userspace-audit.hook
	new=$MODULES_DIR/99.0 old=$MODULES_DIR/$(uname -r)
	mkdir -p "$new/build" "$new/updates/dkms" "$old/updates/dkms"
	printf '0x1\tgated_1\tvmlinux\tEXPORT_SYMBOL_USERSPACE_GPL\t\n' >"$new/build/Module.symvers"
}

@test "hook: a line for each module of DKMS that is refused, and none for others" {
	dir=$new/updates/dkms
	module undeclared gated_1
	module declared gated_1 "userspace=https://example.org/u MIT"
	module plain other
	run sh "$hook" 99.0 /boot/vmlinuz-99.0
	[ "$status" = 0 ]
	[ "$output" = "undeclared: Linux 99.0 will refuse it (refused), it uses gated_1; see userspace-audit(8)" ]
	# As kernel-install calls it
	run sh "$hook" add 99.0 /boot/entry /boot/vmlinuz-99.0
	[ "$status" = 0 ]
	[ "${#lines[@]}" = 1 ]
	run sh "$hook" remove 99.0 /boot/entry
	[ "$status" = 0 ]
	[ -z "$output" ]
}

@test "hook: what did not build for the new kernel, by what runs now" {
	dir=$old/updates/dkms
	module undeclared gated_1
	module mended gated_1
	module plain other
	# Those of a kernel without the series have no __kflagstab.
	module lends gated_1 -kflagstab export:lent
	module exports other -kflagstab export:not_lent
	dir=$new/updates/dkms
	module mended gated_1 "userspace=https://example.org/u MIT"
	run sh "$hook" 99.0
	[ "$status" = 0 ]
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[0]} = "lends: "*" (refused), "* ]]
	[[ ${lines[1]} = "undeclared: "* ]]
	: >"$new/updates/dkms/empty.ko"
	run sh "$hook" 99.0
	[ "$status" = 0 ]
	[[ $output = *"/empty.ko: empty: not judged"* ]]
}

@test "hook: silent for a kernel that refuses none, says what it cannot know, and never fails" {
	# shellcheck disable=SC2034 # for module()
	dir=$new/updates/dkms
	module undeclared gated_1
	printf '0x1\tgated_1\tvmlinux\tEXPORT_SYMBOL_GPL\t\n' >"$new/build/Module.symvers"
	run sh "$hook" 99.0
	[ "$status" = 0 ]
	[ -z "$output" ]
	# Silence would be taken for an answer.
	rm -r "$new/build"
	run sh "$hook" 99.0
	[ "$status" = 0 ]
	[[ $output = "userspace-audit: Linux 99.0 has no headers here, so "* ]]
	rm -r "$old/updates"
	run sh "$hook"
	[ "$status" = 0 ]
	[ -z "$output" ]
	run sh "$hook" no-such-release
	[ "$status" = 0 ]
	[ -z "$output" ]
	USERSPACE_AUDIT=/nonexistent run sh "$hook" 99.0
	[ "$status" = 0 ]
	[ -z "$output" ]
}

@test "hook: is installed by install-hook, and by nothing else" {
	make -s -C "$BATS_FILE_TMPDIR/linux/tools/module" install DESTDIR="$BATS_TEST_TMPDIR/root"
	[ ! -e "$BATS_TEST_TMPDIR/root/etc" ]
	[ -x "$BATS_TEST_TMPDIR/root/usr/sbin/userspace-audit" ]
	make -s -C "$BATS_FILE_TMPDIR/linux/tools/module" install-hook DESTDIR="$BATS_TEST_TMPDIR/root"
	[ -x "$BATS_TEST_TMPDIR/root/etc/kernel/postinst.d/zz-userspace-audit" ]
	[ -x "$BATS_TEST_TMPDIR/root/etc/kernel/install.d/95-userspace-audit.install" ]
}
