#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# make userspacedeps: which modules it lists, and into which file the line goes.
# shellcheck disable=SC2154,SC2164 # helper.bash sets the variables; bats ends a test

load helper
# shellcheck source=tests/lib/links.sh
. "$top/tests/lib/links.sh"

work=$BATS_FILE_TMPDIR
placeholder='MODULE_USERSPACE("<url>", "<SPDX license>");'

kmake()
{
	make -s ARCH=um LOCALVERSION= -j"$jobs" --no-print-directory "${cc[@]}" "$@" \
		< /dev/null 2> "$work/stderr"
}

# c_file FILE [LINE...]: a function with the name of the file that uses a gated symbol
c_file()
{
	local file=$1 name=${1##*/}

	name=${name%.c}
	shift
	printf '%s\n' '// SPDX-License-Identifier: GPL-2.0-only' \
		'#include <linux/dma-buf.h>' '#include <linux/module.h>' \
		"void $name(struct dma_buf *b);" \
		"void $name(struct dma_buf *b) { dma_buf_put(b); }" "$@" > "$file"
}

license='MODULE_LICENSE("GPL");'
ns='MODULE_IMPORT_NS("DMA_BUF");'
description='MODULE_DESCRIPTION("test");'

setup_file() {
	mkdir "$work/m" "$work/rounds"
	cd "$work/m"
	c_file one.c "$description" "$license" "$ns"
	# Of several objects one is right, in a directory, with the call on two lines.
	mkdir sub
	c_file parts_a.c
	c_file sub/parts_b.c "$description" $'MODULE_LICENSE(\n\t"GPL");' "$ns"
	# Nobody knows which is meant.
	c_file twice_a.c "$description" "$license" "$ns"
	c_file twice_b.c "$license"
	# The line would be in x and in y.
	c_file common.c "$description" "$license" "$ns"
	c_file x_main.c
	c_file y_main.c
	# These need no line.
	c_file declared.c "$description" "$license" "$ns" \
		'MODULE_USERSPACE("https://example.org/u", "MIT");'
	printf '%s\n' '#include <linux/module.h>' "$description" "$license" > unused.c
	# Nor is this one compiled.
	c_file off.c "$description" "$license" "$ns" '#if 0' \
		'MODULE_USERSPACE("https://example.org/u", "MIT");' '#endif'
	cat > Kbuild <<-'END'
		obj-m := one.o parts.o twice.o x.o y.o declared.o unused.o off.o
		parts-y := parts_a.o sub/parts_b.o
		twice-y := twice_a.o twice_b.o
		x-y := x_main.o common.o
		y-y := y_main.o common.o
		# a module's Makefile may use any name
		deps := -x
	END
	cp -r . ../before

	# A framework with an export of its own, and its driver, which uses nothing else.
	cd "$work/rounds"
	c_file fw.c 'EXPORT_SYMBOL(fw);' "$description" "$license" "$ns"
	printf '%s\n' '#include <linux/module.h>' 'struct dma_buf;' \
		'void fw(struct dma_buf *b);' 'void chip(void);' \
		'void chip(void) { fw(NULL); }' "$description" "$license" > chip.c
	echo 'obj-m := fw.o chip.o' > Kbuild
	cp chip.c ../rounds.chip
}

# changes DIR: the lines of the sources that are not as they were before
changes()
{
	local file

	for file in $(cd "$work/before" && find . -name '*.c' | sort); do
		diff -U0 --label "$file" "$work/before/$file" --label "$file" "$work/$1/$file" |
			grep '^[-+]' | grep -v '^---'
	done
}

@test "M=: a placeholder goes behind MODULE_LICENSE() in the one file that has it" {
	run kmake -C "$um" M="$work/m" userspacedeps
	is "$status" 2
	is "$(grep added <<< "$output")" "one.ko: added $placeholder to one.c, for dma_buf_put
parts.ko: added $placeholder to sub/parts_b.c, for dma_buf_put"
	is "$(changes m)" "+++ ./one.c
+$placeholder
+++ ./sub/parts_b.c
+$placeholder"
	is "$(sed -n '/MODULE_LICENSE/,/<url>/p' "$work/m/sub/parts_b.c")" \
		$'MODULE_LICENSE(\n\t"GPL");\n'"$placeholder"
}

@test "M=: where there is a choice, nothing is changed, and it is said why" {
	why() { echo "$1.ko: add $placeholder by hand, for dma_buf_put: $2"; }
	is "$(grep 'by hand' "$work/stderr")" "$(
		why twice 'which is the right MODULE_LICENSE()? twice_a.c:7 twice_b.c:6'
		why x 'no C file of this module alone has MODULE_LICENSE()'
		why y 'no C file of this module alone has MODULE_LICENSE()'
		why off 'off.c has a declaration that is not compiled')"
}

@test "M=: the list names each module that lacks a declaration, with its symbols" {
	is "$(sort "$work/m/modules.userspacedeps")" "off.ko: dma_buf_put
one.ko: dma_buf_put
parts.ko: dma_buf_put
twice.ko: dma_buf_put
x.ko: dma_buf_put
y.ko: dma_buf_put"
}

@test "M=: what has the placeholder is refused, and a second run adds nothing to it" {
	cp -r "$work/m" "$work/placeholder"
	sed -i 's/^obj-m.*/obj-m := one.o parts.o/' "$work/m/Kbuild"
	run kmake -C "$um" M="$work/m" modules
	is "$status" 2
	is "$(grep -c '^ERROR: .*"<url>" is no https, http or git URL' "$work/stderr")" 2
	run kmake -C "$um" M="$work/m" USERSPACE=library userspacedeps
	is "$status $output" "0 "
	is "$(cd "$work" && diff -r placeholder m | grep '^[<>]' | grep -v obj-m | grep '<url>\|LIBRARY')" ""
}

@test "M=: a framework and its driver build after one call with a value" {
	kmake -C "$um" M="$work/rounds" USERSPACE='https://example.org/fw MIT OR X11' userspacedeps
	kmake -C "$um" M="$work/rounds" modules
	is "$(modinfo -F userspace "$work/rounds/"{fw,chip}.ko)" \
		$'https://example.org/fw MIT OR X11\nhttps://example.org/fw MIT OR X11'
	cp "$work/rounds/"{fw,chip}.c "$work"
	run kmake -C "$um" M="$work/rounds" USERSPACE=library userspacedeps
	is "$status $output" "0 "
	cmp "$work/fw.c" "$work/rounds/fw.c"
	cmp "$work/chip.c" "$work/rounds/chip.c"
}

@test "M= in the tree: who uses only what is lent there is not listed, out of it he is" {
	make_farm "$work/lent" drivers/Makefile
	mkdir "$work/lent/drivers/ust"
	cd "$work/lent/drivers/ust"
	c_file fw.c 'EXPORT_SYMBOL(fw);' "$description" "$license" "$ns" \
		'MODULE_USERSPACE("https://example.org/fw", "MIT");'
	cp "$work/rounds/Kbuild" .
	cp "$work/rounds.chip" chip.c
	cp -r . "$work/lent-out"
	kmake -C "$work/lent" O="$um" M="$PWD" userspacedeps
	is "$(cat modules.userspacedeps)" ""
	cmp "$work/rounds.chip" chip.c
	# modpost excuses it, and says what is missing all the same.
	is "$(grep modpost "$work/stderr" | grep -o '.*chip.ko: uses fw,')" "WARNING: modpost: chip.ko: uses fw,"
	kmake -C "$um" M="$work/lent-out" userspacedeps
	is "$(cat "$work/lent-out/modules.userspacedeps")" "chip.ko: fw"
}

@test "a value that would not be one declaration changes nothing" {
	mkdir "$work/value"
	cd "$work/value"
	printf 'one.ko: dma_buf_put\n' > modules.userspacedeps
	echo one.o > modules.order
	echo ./one.o > one.mod
	c_file one.c "$license"
	cp one.c one.before
	echo "source_one.o := one.c" > .one.o.cmd
	for value in MIT 'https://example.org/a "MIT' 'https://example.org/a\ MIT' \
		' https://example.org/a MIT' 'https://example.org/a ' 'https://example.org/a  MIT' \
		$'https://example.org/a\nMIT' $'https://example.org/a MIT\001'; do
		USERSPACE=$value run "$tree/scripts/userspacedeps"
		is "$status $output" '1 userspacedeps: USERSPACE= is "<url> <SPDX license>" or "library"'
		cmp one.c one.before
	done
	USERSPACE=library "$tree/scripts/userspacedeps"
	is "$(diff one.before one.c)" $'6a7\n> MODULE_USERSPACE_LIBRARY();'
}

@test "in tree: the line goes into the source, out of the directory of the build" {
	make_farm "$work/farm" drivers/Makefile
	copy_build "$um" "$work/um" "$work/farm"
	mkdir "$work/farm/drivers/ust"
	# shellcheck disable=SC2016 # it is the last line for sed
	sed -i '$a\obj-m += ust/' "$work/farm/drivers/Makefile"	# which makes it a file
	echo 'obj-m := ust_one.o' > "$work/farm/drivers/ust/Makefile"
	c_file "$work/farm/drivers/ust/ust_one.c" "$description" "$license" "$ns"
	run kmake -C "$work/farm" O="$work/um" USERSPACE='https://example.org/u MIT' userspacedeps
	is "$status" 0
	grep -qxF 'drivers/ust/ust_one.ko: dma_buf_put' "$work/um/modules.userspacedeps"
	is "$(sed -n '/MODULE_LICENSE/,+1p' "$work/farm/drivers/ust/ust_one.c")" \
		"$license"$'\nMODULE_USERSPACE("https://example.org/u", "MIT");'
}
