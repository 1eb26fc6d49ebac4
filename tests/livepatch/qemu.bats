#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The livepatches that build.bats has made, and one by hand, loaded in QEMU. The guest
# runs once, before the first test.
# shellcheck disable=SC2154 # helper.bash sets the variables

load helper

# shellcheck source=series/kernels/guest.sh
. "$top/series/kernels/guest.sh"

console=$work/console

# uses ID DRIVER: a buffer for the driver; which function gets it?
uses() { echo "exec $1 /share /sys/module/klptest_$2/parameters/fd"; }

# patches ID LIVEPATCH: load it, and wait until all tasks use it
patches()
{
	echo "load $1 /m/$2.ko"
	echo "exec $1-done for i in \$(seq 100); do grep -qs 1 /sys/kernel/livepatch/*/transition || break; sleep 0.1; done; cat /sys/kernel/livepatch/${2//-/_}/enabled"
}

# A livepatch replaces those before it.
steps()
{
	local i

	for i in declared library undeclared; do
		echo "load load-$i /m/klptest_$i.ko"
		uses "original-$i" $i
	done
	for i in declared declared-new library vmlinux; do
		patches "patch-$i" "livepatch-$i"
		uses "patched-$i" "$([ $i = library ] && echo library || echo declared)"
	done
	# The driver comes when its livepatch is there already.
	echo "unload rmmod-driver klptest_declared"
	echo "unload rmmod-patch livepatch_declared"
	patches patch-late livepatch-declared
	echo "load load-late /m/klptest_declared.ko"
	uses patched-late declared

	patches hand-undeclared by_hand_undeclared
	uses used-undeclared undeclared
	patches hand-declared by_hand_declared
	uses used-declared undeclared
}

setup_file() {
	# The patches are not in the tree any more: what they are for.
	kmake bzImage modules
	# The modules by hand; modpost only warns: the loader must do without it.
	cp -r "$here/by-hand" "$work/by-hand"
	kmake M="$work/by-hand" CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y modules
	cp "$work/log" "$work/by-hand.log"
	gcc -static -O2 -Wall -o "$work/guest" "$top/tests/boot/guest/guest.c"
	gcc -static -O2 -Wall -idirafter "$k/include/uapi" -D__user= -o "$work/share" "$here/share.c"
	steps > "$work/steps"
	# Without ACPI there is no power to switch off.
	sed 's/^poweroff /reboot /' "$top/tests/boot/guest/init" > "$work/init"
	{
		guest_base "$work/init"
		add /guest "$work/guest"
		add /share "$work/share"
		add /steps "$work/steps"
		echo "dir /m 0755 0 0"
		for i in "$k"/drivers/klptest/*.ko "$work"/*.ko "$work"/by-hand/*.ko; do
			add "/m/${i##*/}" "$i"
		done
	} > "$work/list"
	"$k/usr/gen_init_cpio" "$work/list" > "$work/initramfs"
	run_qemu "$k" "$work/initramfs" 240 "loglevel=4 reboot=t" -m 512 > "$console" || :
	cp "$console" "$cache/livepatch/console"
}

fact() { "$top/tests/lib/console" "$console" fact "$@"; }

# said ID: the kernel's log, without what it says of every livepatch
said() { "$top/tests/lib/console" "$console" records "$1" | grep -v 'tainting kernel\|livepatch: '; }

# loads ID
loads() { is "$(fact "$1" errno) $(fact "$1" proc) $(said "$1")" "0 present "; }

# livepatched ID: it is loaded and enabled, and declares nothing itself
livepatched()
{
	loads "$1"
	is "$(fact "$1-done" out)" 1
	is "$(fact "$1" userspace)" ""
}

# ran ID TEXT
ran() { is "$(fact "$1" exit) $(said "$1")" "0 6 $2"; }

@test "by hand: modpost says it of the one that is undeclared, and nothing of the other" {
	is "$(grep -v '^make' "$work/by-hand.log")" "WARNING: modpost: by_hand_undeclared.ko: $message"
}

@test "QEMU: the guest did all its steps" {
	is "$("$top/tests/lib/console" "$console" "done")" yes
}

@test "QEMU: nothing in the kernel's log that doesn't belong there" {
	is "$("$top/tests/lib/console" "$console" splat)" ""
}

@test "QEMU: the driver klptest_declared loads" {
	loads load-declared
}

@test "QEMU: the driver klptest_library loads" {
	loads load-library
}

@test "QEMU: the driver klptest_undeclared loads" {
	loads load-undeclared
}

@test "QEMU: klptest_declared uses gated symbols" {
	ran original-declared "original: a buffer of 4096 bytes"
}

@test "QEMU: klptest_library uses gated symbols" {
	ran original-library "original: a buffer of 4096 bytes"
}

@test "QEMU: klptest_undeclared uses none" {
	ran original-undeclared "original: no buffer"
}

@test "QEMU: the livepatch \"declared\" loads, is enabled, and declares nothing itself" {
	livepatched patch-declared
}

@test "QEMU: the livepatch \"declared-new\" loads, is enabled, and declares nothing itself" {
	livepatched patch-declared-new
}

@test "QEMU: the livepatch \"library\" loads, is enabled, and declares nothing itself" {
	livepatched patch-library
}

@test "QEMU: the livepatch \"vmlinux\" loads, is enabled, and declares nothing itself" {
	livepatched patch-vmlinux
}

@test "QEMU: klptest_declared runs the patched function, with the gated symbols" {
	ran patched-declared "patched: a buffer of 4096 bytes"
}

@test "QEMU: klptest_declared runs the patched function, with another gated symbol" {
	ran patched-declared-new "patched: a buffer of 4096 bytes, 0"
}

@test "QEMU: klptest_library runs the patched function, with the gated symbols" {
	ran patched-library "patched: a buffer of 4096 bytes"
}

@test "QEMU: the built-in heap runs the patched function, which exports the buffer" {
	ran patched-vmlinux $'patched: system_heap_allocate\n6 original: a buffer of 4096 bytes'
}

@test "QEMU: the driver and a livepatch that was replaced can be unloaded" {
	is "$(fact rmmod-driver errno) $(fact rmmod-patch errno)" "0 0"
}

@test "QEMU: the livepatch \"declared\", without the driver, loads" {
	loads patch-late
}

@test "QEMU: the driver, after its livepatch, loads" {
	loads load-late
}

@test "QEMU: ... and runs the patched function" {
	ran patched-late "patched: a buffer of 4096 bytes"
}

@test "QEMU: a livepatch by hand that brings gated symbols and declares nothing is refused" {
	is "$(fact hand-undeclared errno) $(fact hand-undeclared proc)" "EACCES absent"
}

@test "QEMU: ... and the kernel says why, word for word" {
	is "$(said hand-undeclared | sed 's/ dma_buf_[a-z_]*,/ SYMBOL,/')" \
		"4 by_hand_undeclared: uses SYMBOL, exported by kernel only to modules with a free userspace, but has no valid declaration."
}

@test "QEMU: ... and the driver is as it was" {
	ran used-undeclared "original: no buffer"
}

@test "QEMU: the same livepatch, declared, loads" {
	loads hand-declared
}

@test "QEMU: ... and sysfs shows that" {
	is "$(fact hand-declared userspace)" 'https://example.org/u MIT\n'
}

@test "QEMU: ... and the driver runs it" {
	ran used-declared "by hand: a buffer of 4096 bytes"
}
