#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The check in the build of a kernel: as it was built, and linked again with another
# system_heap in it. All in one copy of the tree and of the build, one after the other.
# shellcheck disable=SC2154,SC2164 # helper.bash sets the variables; bats ends a test

load helper

system_heap=drivers/dma-buf/heaps/system_heap
gated="dma_buf_export, dma_heap_add, dma_heap_get_drvdata, dma_heap_get_name and 1 more symbol"
work=$BATS_FILE_TMPDIR
farm=$work/tree
out=$work/um

# shellcheck source=tests/lib/links.sh
. "$top/tests/lib/links.sh"

setup_file() {
	make_farm "$farm" "$system_heap.c"
	copy_build "$um" "$out" "$farm"
	[ -e "$out/vmlinux" ]
	cp -p "$out/.config" "$work/config"
}

# As series/kernels/build does it: another command would build all again.
kmake()
{
	KBUILD_BUILD_USER=user KBUILD_BUILD_HOST=host \
	KBUILD_BUILD_TIMESTAMP='1970-01-01 00:00:00' \
		make -s -C "$farm" O="$out" ARCH=um LOCALVERSION= -j"$jobs" \
		--no-print-directory "${cc[@]}" "$@" < /dev/null
}

# link: what make returns is in $work/status
link()
{
	local status=0

	kmake vmlinux > "$work/stdout" 2> "$work/stderr" || status=$?
	echo $status > "$work/status"
}

# says [LINE]: system_heap declares that instead
says()
{
	local mod=$farm/$system_heap.c

	rm -f "$mod"
	perl -0777 -pe 's/^MODULE_USERSPACE.*?;\n//smg' "$tree/$system_heap.c" > "$mod"
	printf '%s\n' "$@" >> "$mod"
	stat -c %Y.%y "$out/.vmlinux.userspace" > "$work/stamp" 2>&1 || :
	link
}

# What make returned, and what the check says, among what make says
said() { echo "$(< "$work/status") $(grep -v '^make' "$work/stderr")"; }

# refused WHY
refused() { is "$(said)" "2 $(message $system_heap "$gated" "$1")"; }

# Nothing says that the check has passed.
not_passed() { is "$(stat -c %Y.%y "$out/.vmlinux.userspace" 2>&1)" "$(< "$work/stamp")"; }

passed() { [ "$out/.vmlinux.userspace" -nt "$out/modules.builtin.modinfo" ]; }

# The build as it is, and that what is asked of the others has a meaning.
@test "kbuild: stock: system_heap declares a userspace" {
	is "$(grep -c '^MODULE_USERSPACE("' "$tree/$system_heap.c")" 1
}

@test "kbuild: stock: the check has passed" {
	[ -e "$um/.vmlinux.userspace" ]
	[ ! "$um/modules.builtin.modinfo" -nt "$um/.vmlinux.userspace" ]
}

@test "kbuild: stock: system_heap is a module that is built in" {
	grep -x "kernel/$system_heap.ko" "$um/modules.builtin"
}

@test "kbuild: stock: it uses a gated symbol" {
	is "$(nm -u "$um/$system_heap.o" | grep -cw dma_buf_export)" 1
	grep -x dma_buf_export "$um/.vmlinux.gated"
}

@test "kbuild: stock: so does udmabuf, which can't be a module, and nobody asks" {
	is "$(nm -u "$um/drivers/dma-buf/udmabuf.o" | grep -cw dma_buf_export)" 1
	is "$(grep "/udmabuf.ko" "$um/modules.builtin")" ""
}

@test "kbuild: stock: modpost trims all exports when there are no modules" {
	mkdir "$work/trim"
	ln -s "$um/vmlinux.o" "$work/trim/"
	cd "$work/trim"
	"$um/scripts/mod/modpost" -t -M -o symvers vmlinux.o
	is "$(grep -c '^[^/]*SYMBOL_FLAGS' .vmlinux.export.c)" 0
}

@test "kbuild: stock: system_heap would be asked all the same" {
	tr '\0' '\n' < "$um/modules.builtin.modinfo" | grep '\.file=' | tr '\n' '\0' > "$work/modinfo"
	cd "$um"
	is "$(nm -A -g built-in-fixup.a 2>/dev/null |
		scripts/mod/builtin-userspace "$work/trim/.vmlinux.gated" "$work/modinfo" 2>&1)" \
		"$(message $system_heap "$gated" "$none")"
}

@test "kbuild: undeclared: the build fails" {
	says
	is "$(< "$work/status")" 2
}

@test "kbuild: undeclared: one message, word for word" {
	refused "$none"
}

@test "kbuild: undeclared: make fails again when it is run again" {
	link
	refused "$none"
}

@test "kbuild: undeclared: nothing says that the check has passed" {
	not_passed
}

malformed='its declaration of a userspace is not valid: "MIT or ISC" is no SPDX license expression'

@test "kbuild: malformed: the build fails" {
	says 'MODULE_USERSPACE("https://example.org/u", "MIT or ISC");'
	is "$(< "$work/status")" 2
}

@test "kbuild: malformed: one message, word for word" {
	refused "$malformed"
}

@test "kbuild: malformed: make fails again when it is run again" {
	link
	refused "$malformed"
}

@test "kbuild: malformed: nothing says that the check has passed" {
	not_passed
}

@test "kbuild: library: builds, and nothing is said" {
	says 'MODULE_USERSPACE_LIBRARY();'
	is "$(said)" "0 "
}

@test "kbuild: library: the check has passed" {
	passed
}

@test "kbuild: relaxed: builds" {
	"$tree/scripts/config" --file "$out/.config" -e MODULE_ALLOW_MISSING_USERSPACE
	says
	cp "$work/config" "$out/.config"
	is "$(< "$work/status")" 0
}

@test "kbuild: relaxed: a warning, word for word" {
	is "$(said)" "0 $(message $system_heap "$gated" "$none" WARNING)"
}

@test "kbuild: relaxed: the check has passed" {
	passed
}

@test "kbuild: declared: builds, and nothing is said" {
	says 'MODULE_USERSPACE("https://example.org/u", "MIT");'
	is "$(said)" "0 "
}

@test "kbuild: declared: the check has passed" {
	passed
}
