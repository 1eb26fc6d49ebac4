#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# An editor that asks clangd has nothing to say about a declaration or a gated export.
# shellcheck disable=SC2154,SC2164 # helper.bash sets the variables; bats ends a test

load helper

setup_file() {
	cd "$BATS_FILE_TMPDIR"
	cat > ok.c <<-'END'
		// SPDX-License-Identifier: GPL-2.0-only
		#include <linux/dma-buf.h>
		#include <linux/module.h>

		void ok_put(struct dma_buf *buf);
		void ok_put(struct dma_buf *buf)
		{
			dma_buf_put(buf);
		}
		EXPORT_SYMBOL_USERSPACE_GPL(ok_put);

		void ok_none(void);
		void ok_none(void) { }
		EXPORT_SYMBOL_NS_USERSPACE_GPL(ok_none, "OK");

		MODULE_DESCRIPTION("ok");
		MODULE_LICENSE("GPL");
		MODULE_IMPORT_NS("DMA_BUF");
		MODULE_USERSPACE("https://example.org/ok", "MIT");
		MODULE_USERSPACE("https://example.org/too", "GPL-2.0-only OR MIT");
	END
	sed '/MODULE_USERSPACE/d' ok.c > library.c
	echo 'MODULE_USERSPACE_LIBRARY();' >> library.c
	sed 's/, "MIT");/);/' ok.c > typing.c
	echo 'obj-m := ok.o library.o' > Kbuild
	make -s ARCH=um LOCALVERSION= "${cc[@]}" -C "$um" M="$PWD" modules compile_commands.json < /dev/null
	# What clang does not know, of the options that gcc was given.
	cat > .clangd <<-'END'
		CompileFlags:
		  Add: [-Werror, -Wno-unknown-warning-option]
		  Remove: [-fno-allow-store-data-races, -fconserve-stack, -fasan*, -ftrivial-auto-var-init*]
	END
}

# check CLANGD FILE: what it says of it
check()
{
	cd "$BATS_FILE_TMPDIR"
	"$1" --check="$2" 2>&1 | sed -n -e 's/^E\[[0-9:.]*\] //p' -e 's/^I.*\(All checks completed\)/\1/p'
}

@test "editor: clangd has nothing to say about declarations and gated exports" {
	is "$(check clangd-19 ok.c)" "All checks completed, 0 errors"
	is "$(check clangd-19 library.c)" "All checks completed, 0 errors"
	# That of bookworm.
	! command -v clangd-14 || is "$(check clangd-14 ok.c)" "All checks completed, 0 errors"
}

@test "editor: clangd says it of a declaration that lacks its license" {
	[[ $(check clangd-19 typing.c) = "[too_few_args_in_macro_invoc] Line "* ]]
}
