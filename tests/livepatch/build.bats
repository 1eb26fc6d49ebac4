#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/livepatch/klp-build on each of patches/: what becomes of it. The tests of one
# patch come one after the other; the first of them runs klp-build.
# shellcheck disable=SC2154 # helper.bash sets the variables

load helper

# klp-build handles nothing but the tree that it is run in, and edits that.
setup_file() {
	need_space "$cache/livepatch" 4096 "the kernel for livepatches"
	mkdir -p "$k"
	rsync -a --delete --exclude=.git --exclude=/klp-tmp "$tree/" "$k/"
	cp -r "$here/drivers" "$k/drivers/klptest"
	echo 'obj-y += klptest/' >> "$k/drivers/Makefile"
	# Of another kernel.
	rm -f "$k/klp-tmp/1-orig/.complete"
	kmake ARCH=x86 KCONFIG_ALLCONFIG="$here/klp.config" allnoconfig
	# Kconfig drops without a word what it doesn't know or can't select.
	is "$(grep '^CONFIG_.*=[^n]' "$here/klp.config" | grep -vxF -f "$k/.config")" ""
}

# klp_build PATCH: the original kernel is built for the first one only.
klp_build()
{
	local from=()

	[ ! -e "$k/klp-tmp/1-orig/.complete" ] || from=(--short-circuit=patched)
	status=0
	in_kernel scripts/livepatch/klp-build --keep-tmp "${from[@]}" -j "$jobs" \
		-o "$work/livepatch-$1.ko" "$here/patches/$1.patch" || status=$?
	cp "$work/log" "$cache/livepatch/$1.log"
}

builds()
{
	klp_build "$1"
	is "$status $(grep -c '^SUCCESS$' "$work/log")" "0 1"
}

# relocations PATCH SYMBOL...: these symbols became klp relocations. post-link gives them
# the section index SHN_LIVEPATCH.
relocations()
{
	local patch=$1 symbol
	shift

	readelf -sW "$work/livepatch-$patch.ko" > "$BATS_TEST_TMPDIR/symbols"
	for symbol; do
		grep " OS \[0xff20\] \.klp\.sym\.vmlinux\.$symbol,0\$" "$BATS_TEST_TMPDIR/symbols"
	done
}

# no_other PATCH: no other way to refer to a gated symbol is left
no_other()
{
	nm -u "$work/livepatch-$1.ko" > "$BATS_TEST_TMPDIR/symbols"
	is "$(grep -c ' dma_' "$BATS_TEST_TMPDIR/symbols")" 0
}

not_built()
{
	klp_build "$1"
	[ "$status" != 0 ]
	[ ! -e "$work/livepatch-$1.ko" ]
}

# says PATCH MESSAGE
says() { grep -v '^make' "$cache/livepatch/$1.log" | grep -zF -- "$2"; }

@test "klp-build: declared: builds" {
	builds declared
}

@test "klp-build: declared: klp relocations for dma_buf_get dma_buf_put" {
	relocations declared dma_buf_get dma_buf_put
}

@test "klp-build: declared: no other reference to a gated symbol" {
	no_other declared
}

@test "klp-build: declared-new: builds" {
	builds declared-new
}

@test "klp-build: declared-new: klp relocations for dma_buf_get dma_buf_put dma_buf_begin_cpu_access" {
	relocations declared-new dma_buf_get dma_buf_put dma_buf_begin_cpu_access
}

@test "klp-build: declared-new: no other reference to a gated symbol" {
	no_other declared-new
}

@test "klp-build: library: builds" {
	builds library
}

@test "klp-build: library: klp relocations for dma_buf_get dma_buf_put" {
	relocations library dma_buf_get dma_buf_put
}

@test "klp-build: library: no other reference to a gated symbol" {
	no_other library
}

@test "klp-build: vmlinux: builds" {
	builds vmlinux
}

@test "klp-build: vmlinux: klp relocations for dma_buf_export" {
	relocations vmlinux dma_buf_export
}

@test "klp-build: vmlinux: no other reference to a gated symbol" {
	no_other vmlinux
}

@test "klp-build: undeclared: does not build" {
	not_built undeclared
}

@test "klp-build: undeclared: modpost says why, word for word" {
	says undeclared "ERROR: modpost: drivers/klptest/klptest_undeclared.ko: $message"
}

@test "klp-build: builtin: does not build" {
	not_built builtin
}

@test "klp-build: builtin: the check of vmlinux says why, word for word" {
	says builtin "ERROR: modpost: drivers/klptest/klptest_builtin (built in): $message"
}

@test "klp-build: undeclared-declares: does not build" {
	not_built undeclared-declares
}

@test "klp-build: undeclared-declares: objtool says why, word for word" {
	says undeclared-declares "drivers/klptest/klptest_undeclared.o: error: objtool: new reference to dma_buf_get, exported only to modules with a free userspace, but the original module declares none"
}
