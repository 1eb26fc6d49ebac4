#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# depmod, modinfo, modprobe and insmod make of modules with gated symbols what they
# make of the same modules without: the same source with EXPORT_SYMBOL_GPL() and no
# declaration. The tag is all that is new. The kmod is this machine's, or that in the
# directory UST_KMOD, see tests/tools/run.
# shellcheck disable=SC2154,SC2164 # helper.bash sets the variables; bats ends a test

load helper
# shellcheck source=series/kernels/guest.sh
. "$top/series/kernels/guest.sh"

work=$BATS_FILE_TMPDIR
release=$(cat "$um/include/config/kernel.release")
forms="plain xz zst signed stripped"

# tool NAME ARGUMENT...: that of kmod
tool()
{
	local name=$1
	shift

	if [ -n "$UST_KMOD" ]; then
		"$UST_KMOD/ld.so" --library-path "$UST_KMOD/lib" --argv0 "$name" "$UST_KMOD/kmod" "$@"
	else
		PATH=$PATH:/sbin:/usr/sbin "$name" "$@"
	fi
}

# each COMMAND...: it says the same for both, in every form. It finds the tree of modules
# in $root, and what depmod makes in $dir; what it says goes to $work/<which>.<form>.
each()
{
	local form which root dir

	for form in $forms; do
		for which in with without; do
			root=$work/$which/$form
			dir=$root/lib/modules/$release
			{
				"$@" || echo "exit status $?"
			} 2>&1 | sed "s,$work/$which/,," > "$work/$which.$form"
		done
		diff -u "$work/without.$form" "$work/with.$form" || return 1
	done
}

setup_file() {
	local which form ko dir

	mkdir "$work/source.without"
	cat > "$work/source.without/giver.c" <<-'END'
		// SPDX-License-Identifier: GPL-2.0-only
		#include <linux/module.h>
		void given(void);
		void given(void) { }
		EXPORT_SYMBOL_GPL(given);
		void given_too(void);
		void given_too(void) { }
		EXPORT_SYMBOL_NS_GPL(given_too, "GIVER");
		MODULE_DESCRIPTION("giver");
		MODULE_LICENSE("GPL");
	END
	cat > "$work/source.without/taker.c" <<-'END'
		// SPDX-License-Identifier: GPL-2.0-only
		#include <linux/dma-buf.h>
		#include <linux/module.h>
		void given(void);
		void given_too(void);
		void *taken[] = { given, given_too, dma_buf_get, dma_buf_put };
		MODULE_DESCRIPTION("taker");
		MODULE_LICENSE("GPL");
		MODULE_IMPORT_NS("DMA_BUF");
		MODULE_IMPORT_NS("GIVER");
		MODULE_ALIAS("taker-alias");
	END
	echo 'obj-m := giver.o taker.o' > "$work/source.without/Kbuild"
	cp -r "$work/source.without" "$work/source.with"
	sed -i 's/^EXPORT_SYMBOL\(.*\)_GPL/EXPORT_SYMBOL\1_USERSPACE_GPL/' "$work/source.with/giver.c"
	cat >> "$work/source.with/taker.c" <<-'END'
		MODULE_USERSPACE("https://example.org/u", "MIT");
		MODULE_USERSPACE("https://example.org/v", "ISC");
	END
	gcc -idirafter "$tree/include/uapi" -o "$work/sign-file" "$tree/scripts/sign-file.c" -lcrypto
	openssl req -new -x509 -newkey rsa:2048 -nodes -batch -subj /CN=test -days 36500 \
		-keyout "$work/key" -out "$work/cert" 2> /dev/null

	for which in with without; do
		dir=$work/source.$which
		# modpost would refuse the taker without.
		make -s ARCH=um LOCALVERSION= "${cc[@]}" -C "$um" M="$dir" \
			CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y modules < /dev/null
		for form in $forms; do
			mkdir -p "$work/$which/$form/lib/modules/$release/extra"
			cd "$work/$which/$form/lib/modules/$release"
			touch modules.order modules.builtin
			cp "$dir"/*.ko extra
			for ko in extra/*.ko; do
				case $form in
				xz) xz --check=crc32 "$ko" ;;
				zst) zstd -q --rm "$ko" ;;
				signed) "$work/sign-file" sha256 "$work/key" "$work/cert" "$ko" ;;
				stripped) strip --strip-debug "$ko" ;;
				esac
			done
		done
	done
	cp "$dir/Module.symvers" "$work/of-modules"
}

@test "kmod: the version that is tested" {
	echo "# $(tool modprobe --version | head -n 1)" >&3
	tool modprobe --version | grep '^kmod'
}

@test "kmod: depmod finds the same dependencies, symbols and aliases" {
	make_lists() { tool depmod -b "$root" "$release" && cat "$dir"/modules.{dep,symbols,alias,softdep}; }
	each make_lists
	for form in $forms; do
		grep '^extra/taker\.ko.*: extra/giver\.ko' "$work/with.$form"
		grep '^alias symbol:given_too giver$' "$work/with.$form"
	done
	lists() { cat "$dir"/modules.*.bin; }
	each lists
}

@test "kmod: depmod -e -F System.map knows every symbol" {
	by_map() { tool depmod -n -e -F "$um/System.map" -b "$root" "$release" > /dev/null; }
	each by_map
	is "$(cat "$work"/with.*)" ""
	# One that is not there it misses.
	grep -v '__ksymtab_dma_buf_put$' "$um/System.map" > "$work/map"
	is "$(tool depmod -n -e -F "$work/map" -b "$work/with/xz" "$release" 2>&1 > /dev/null)" \
		"depmod: WARNING: $work/with/xz/lib/modules/$release/extra/taker.ko.xz needs unknown symbol dma_buf_put"
}

@test "kmod: depmod -e -E Module.symvers takes the classes" {
	grep EXPORT_SYMBOL_USERSPACE_GPL "$um/Module.symvers" "$work/of-modules" | cut -f 4 | sort | uniq -c
	by_symvers() { tool depmod -n -e -E "$um/Module.symvers" -b "$root" "$release" > /dev/null; }
	each by_symvers
	is "$(cat "$work"/with.*)" ""
	sed '/\tdma_buf_put\t/d' "$um/Module.symvers" > "$work/symvers"
	is "$(tool depmod -n -e -E "$work/symvers" -b "$work/with/plain" "$release" 2>&1 > /dev/null)" \
		"depmod: WARNING: $work/with/plain/lib/modules/$release/extra/taker.ko needs unknown symbol dma_buf_put"
}

@test "kmod: modinfo shows the tag, and else the same" {
	# The signatures are of different files.
	info() {
		tool modinfo "$dir"/extra/giver.ko* | sed '/^signature:/,$d'
		tool modinfo "$dir"/extra/taker.ko* | sed -e '/^signature:/,$d' -e '/^userspace:/d'
	}
	each info
	for form in $forms; do
		grep '^import_ns: *DMA_BUF' "$work/with.$form"
		[ "$form" != signed ] || grep '^sig_hashalgo: *sha256' "$work/with.$form"
		is "$(tool modinfo -F userspace "$work/with/$form/lib/modules/$release"/extra/taker.ko* | sort)" \
			$'https://example.org/u MIT\nhttps://example.org/v ISC'
		is "$(tool modinfo -F userspace "$work/without/$form/lib/modules/$release"/extra/taker.ko*)" ""
	done
}

@test "kmod: modprobe --show-exports, --show-modversions and --show-depends" {
	exports() { tool modprobe --show-exports "$dir"/extra/giver.ko*; }
	each exports
	is "$(cut -f 2 "$work/with.zst" | sort)" $'given\ngiven_too'
	versions() { tool modprobe --show-modversions "$dir"/extra/taker.ko*; }
	each versions
	[ "$(grep -c 'dma_buf_put\|given' "$work/with.zst")" = 3 ]
	depends() { tool modprobe -d "$root" -S "$release" --show-depends taker-alias; }
	each depends
	is "$(sed 's/ *$//; s/.*\///' "$work/with.plain")" $'giver.ko\ntaker.ko'
}

@test "kmod: insmod loads the declared in every form, and says why not" {
	local which form ko lib

	cat > "$work/init" <<-'END'
		#!/bin/busybox sh
		/bin/busybox mount -t proc proc /proc
		for which in with without; do
			for form in plain xz zst signed stripped; do
				for ko in /m/$which/$form/giver.ko* /m/$which/$form/taker.ko*; do
					echo "@ $form $(/sbin/insmod $ko 2>&1)"
				done
				/bin/busybox rmmod taker 2> /dev/null
				/bin/busybox rmmod giver
			done
		done
		/bin/busybox sleep 0.3
		/bin/busybox poweroff -f
	END
	{
		guest_base "$work/init"
		if [ -n "$UST_KMOD" ]; then
			printf '%s\n' '#!/bin/busybox sh' \
				'exec /kmod/ld.so --library-path /kmod/lib --argv0 insmod /kmod/kmod "$@"' > "$work/insmod"
			add /sbin/insmod "$work/insmod"
			printf 'dir %s 0755 0 0\n' /kmod /kmod/lib
			add /kmod/kmod "$UST_KMOD/kmod"
			add /kmod/ld.so "$UST_KMOD/ld.so"
			for lib in "$UST_KMOD"/lib/*; do add "/kmod/lib/${lib##*/}" "$(readlink -f "$lib")"; done
		else
			guest_kmod
		fi
		echo 'dir /m 0755 0 0'
		for which in with without; do
			echo "dir /m/$which 0755 0 0"
			for form in $forms; do
				echo "dir /m/$which/$form 0755 0 0"
				for ko in "$work/$which/$form/lib/modules/$release"/extra/*; do
					add "/m/$which/$form/${ko##*/}" "$ko"
				done
			done
		done
	} > "$work/list"
	"$um/usr/gen_init_cpio" "$work/list" > "$work/initramfs"
	mkdir "$work/uml"
	run_um "$um" "$work/initramfs" "$work/uml" 60 loglevel=1 > "$work/console"
	is "$(sed -n 's/^@ //p' "$work/console" | tr -d '\r' | sed 's/ *$//')" "$(
		for form in $forms; do printf '%s\n' "$form" "$form"; done
		for form in $forms; do
			ko=/m/without/$form/taker.ko
			case $form in xz | zst) ko+=.$form ;; esac
			printf '%s\n' "$form" "$form insmod: ERROR: could not insert module $ko: Permission denied"
		done)"
}
