# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Guests of static busybox: what the demo, the benchmark and the tests share.

# add <path in the guest> <file>: a line of the list for gen_init_cpio
add() { echo "file $1 $2 0755 0 0"; }

# guest_base <init>: what every guest has
guest_base()
{
	local dir

	for dir in dev proc sys tmp bin sbin; do echo "dir /$dir 0755 0 0"; done
	echo "nod /dev/console 0600 0 0 c 5 1"
	add /init "$1"
	add /bin/busybox "$(command -v busybox)"
}

# guest_kmod: the kmod of this machine, as insmod and modprobe. Busybox has its
# own, but that one tries twice when the kernel refuses.
guest_kmod()
{
	local kmod lib dir

	kmod=$(readlink -f "$(PATH=$PATH:/sbin:/usr/sbin command -v modprobe)")
	ldd "$kmod" | grep -o '/[^ ]*' | while read -r lib; do
		dir=${lib%/*}
		while [ -n "$dir" ]; do
			echo "dir $dir 0755 0 0"
			dir=${dir%/*}
		done
		add "$lib" "$(readlink -f "$lib")"
	done | sort -u
	add /sbin/modprobe "$kmod"
	add /sbin/insmod "$kmod"
}

# run_um <kernel build> <initramfs> <directory for UML> <timeout> <parameter>...
run_um()
{
	local O=$1 initramfs=$2 dir=$3 seconds=$4
	shift 4

	# Lines get lost when UML writes to a file by itself, hence the cat.
	(cd "$dir" && TMPDIR=$dir timeout -k 5 "$seconds" "$O/linux" mem=256M \
		initrd="$initramfs" uml_dir="$dir/uml" con=null con0=null,fd:1 \
		console=tty0 "$@" < /dev/null 2>&1) | cat
}

# run_qemu <kernel build> <initramfs> <timeout> <kernel parameters> <option>...
# $GUEST_ARCH can be arm64.
run_qemu()
{
	local O=$1 initramfs=$2 seconds=$3 parameters=$4 console=ttyS0
	local -a machine=(qemu-system-x86_64 -machine q35 -cpu max -kernel "$O/arch/x86/boot/bzImage")
	shift 4

	if [ "${GUEST_ARCH:-x86}" = arm64 ]; then
		machine=(qemu-system-aarch64 -machine virt -cpu cortex-a57 -kernel "$O/arch/arm64/boot/Image")
		console=ttyAMA0
	fi
	# TCG is forced: a /dev/kvm that opens need not work. Of several -accel, the
	# first counts.
	timeout -k 5 "$seconds" "${machine[@]}" "$@" -accel tcg -nographic -no-reboot \
		-initrd "$initramfs" -append "console=$console panic=-1 $parameters" < /dev/null 2>&1
}
