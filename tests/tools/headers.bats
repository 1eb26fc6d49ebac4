#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What scripts/package/install-extmod-build puts into the packages with headers is
# enough for an external module: modpost's message, the fixer, and a declaration.
# shellcheck disable=SC2154,SC2164 # helper.bash sets the variables; bats ends a test

load helper

x86=$UST_BUILD_X86
work=$BATS_FILE_TMPDIR

# What is built in is exported there as well. Nobody can link a kernel with it.
setup_file() { cp "$UST_BUILD_UM/Module.symvers" "$UST_BUILD_X86/"; }

# package DIRECTORY CC HOSTCC: as the package for a build with these
package()
{
	# shellcheck disable=SC2016 # make knows it
	make -s -C "$x86" ARCH=x86 LOCALVERSION= CC="$2" HOSTCC="$3" run-command \
		KBUILD_RUN_COMMAND='${srctree}/scripts/package/install-extmod-build '"$1" < /dev/null
}

# kmake DIRECTORY TARGET: in $work/m
kmake()
{
	make -s -C "$1" ARCH=x86 LOCALVERSION= "${cc[@]}" M="$work/m" "$2" < /dev/null 2> "$work/stderr"
}

module()
{
	rm -rf "$work/m"
	mkdir "$work/m"
	echo 'obj-m := user.o' > "$work/m/Kbuild"
	cat > "$work/m/user.c" <<-'END'
		// SPDX-License-Identifier: GPL-2.0-only
		#include <linux/dma-buf.h>
		#include <linux/module.h>
		void user(struct dma_buf *b);
		void user(struct dma_buf *b) { dma_buf_put(b); }
		MODULE_DESCRIPTION("user");
		MODULE_LICENSE("GPL");
		MODULE_IMPORT_NS("DMA_BUF");
	END
}

# works DIRECTORY
works()
{
	local message="user.ko: uses dma_buf_put, exported only to modules with a free userspace, but declares none.
Add this line: MODULE_USERSPACE(\"<url>\", \"<SPDX license>\");
See https://docs.kernel.org/core-api/symbol-userspace.html"

	module
	! kmake "$1" modules || return 1
	is "$(grep -v '^make' "$work/stderr")" "ERROR: modpost: $message"
	USERSPACE="https://example.org/u MIT" kmake "$1" userspacedeps
	is "$(grep USERSPACE "$work/m/user.c")" 'MODULE_USERSPACE("https://example.org/u", "MIT");'
	kmake "$1" modules
	is "$(cat "$work/stderr")" ""
	is "$(PATH=$PATH:/sbin:/usr/sbin modinfo -F userspace "$work/m/user.ko")" "https://example.org/u MIT"
	# Neither the source nor the build was there for it.
	! grep -Fl -e "$tree/" -e "$x86/" "$work"/m/.*.cmd
}

@test "headers: the package is enough for the message, the fixer and a declaration" {
	package "$work/native" "${cc[0]#CC=}" "${cc[0]#CC=}"
	works "$work/native"
}

@test "headers: so is one whose host programs are built again, as CC is not HOSTCC" {
	package "$work/other" "gcc -pipe" gcc
	[ "$work/other/scripts/mod/modpost" -nt "$x86/scripts/mod/modpost" ]
	works "$work/other"
}

@test "headers: with a cross compiler, modpost is of the other machine" {
	package "$work/cross" aarch64-linux-gnu-gcc gcc
	readelf -h "$work/cross/scripts/mod/modpost" | grep 'Machine: *AArch64'
	aarch64-linux-gnu-nm "$work/cross/scripts/mod/modpost" | grep ' T userspace_check$'
}
