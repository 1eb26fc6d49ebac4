#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What modpost says of vmlinux.o: of symbol_get() in code that is built in. The code is
# compiled as kbuild has compiled an object of the kernel, linked to the real vmlinux.o,
# and given to modpost with the command of the real build, with a module that exports.
# shellcheck disable=SC2154,SC2164 # helper.bash sets the variables; bats ends a test

load helper

bats_require_minimum_version 1.5.0

setup_file() {
	compile module -DMODULE <<-'END'
		#include <linux/module.h>
		void of_module(void);
		void of_module(void) { }
		EXPORT_SYMBOL_USERSPACE_GPL(of_module);
		void gpl_of_module(void);
		void gpl_of_module(void) { }
		EXPORT_SYMBOL_GPL(gpl_of_module);
		MODULE_DESCRIPTION("test");
		MODULE_LICENSE("GPL");
	END
}

# compile NAME [FLAG...]: C on stdin, as system_heap was compiled
compile()
{
	local out=$BATS_FILE_TMPDIR/$1 command
	shift

	cat > "$out.c"
	command=$(sed -n 's/^savedcmd_[^ ]* := \(.*\) -Wp,-MMD,[^ ]* \(.*\) -c -o .*/\1 \2/p' \
		"$um/drivers/dma-buf/heaps/.system_heap.o.cmd")
	(cd "$um" && eval "$command $* -c -o $out.o $out.c")
}

# asks SYMBOL...: modpost's words and its exit status for a vmlinux.o in which somebody
# calls symbol_get() for these
asks()
{
	local dir=$BATS_TEST_TMPDIR command

	{
		echo '#include <linux/module.h>'
		printf 'extern void %s(void);\n' "$@"
		echo 'bool ust_ask(void);'
		echo 'bool ust_ask(void) { return'
		printf '\tsymbol_get(%s) &&\n' "$@"
		echo $'\ttrue; }'
	} | compile asks
	ln -s "$um/.vmlinux.objs" "$um"/*/ "$dir"
	ld -r -o "$dir/vmlinux.o" "$um/vmlinux.o" "$BATS_FILE_TMPDIR/asks.o"
	cp "$BATS_FILE_TMPDIR/module.o" "$dir"
	echo module.o | tee "$dir/modules.order" > "$dir/module.mod"
	printf '\n#SYMVER %s 0x00000001\n' of_module gpl_of_module > "$dir/.module.o.cmd"
	command=$(sed -n 's/^savedcmd_Module.symvers := //p' "$um/.Module.symvers.cmd")
	(cd "$dir" && eval "$command ${relax:-}" 2>&1; echo "exit $?")
}

# message SYMBOLS [WARNING]
message()
{
	printf '%s: modpost: vmlinux: uses symbol_get() for %s, exported only to modules with a free userspace.\n' \
		"${2:-ERROR}" "$1"
	printf 'Code that is built in has to refer to the symbol itself.\n'
	printf 'See https://docs.kernel.org/core-api/symbol-userspace.html\n'
}

@test "vmlinux: the command is that of modpost on vmlinux.o and modules.order, and does not relax" {
	is "$(sed -n 's/^savedcmd_Module.symvers := *\([^ ]*\) .* -T \([^ ]*\) \([^ ]*\) *$/\1 \2 \3/p' "$um/.Module.symvers.cmd")" \
		"./scripts/mod/modpost modules.order vmlinux.o"
	run ! grep -q -- ' -U' "$um/.Module.symvers.cmd"
}

@test "vmlinux: symbol_get() of what is GPL-only: passes" {
	is "$(asks gpl_of_module no_such_symbol)" "exit 0"
}

@test "vmlinux: symbol_get() of what a module exports gated: refused, word for word" {
	is "$(asks of_module gpl_of_module)" "$(message of_module)"$'\nexit 1'
}

@test "vmlinux: symbol_get() of what is built in and gated: refused as well" {
	is "$(asks dma_buf_put)" "$(message dma_buf_put)"$'\nexit 1'
}

@test "vmlinux: symbol_get() of several: one message" {
	# In which order is the compiler's choice.
	words() { tr -d , | tr ' ' '\n' | sort; }
	is "$(asks of_module dma_buf_put dma_buf_get of_module | words)" \
		"$( (message "of_module, dma_buf_put and dma_buf_get"; echo "exit 1") | words)"
}

@test "vmlinux: -U: only a warning" {
	relax=-U
	is "$(asks of_module)" "$(message of_module WARNING)"$'\nexit 0'
}
