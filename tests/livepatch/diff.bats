#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# "objtool klp diff" on pairs of small objects, made from object.c.
# shellcheck disable=SC2154 # helper.bash sets the variables

load helper

setup_file() {
	mkdir -p "${objtool%/*}"
	make -s -C "$tree/tools/objtool" O="${objtool%/*}" ARCH=x86 -j"$jobs" "${cc[@]}" \
		--no-print-directory </dev/null
	if "$objtool" klp 2>&1 | grep "not implemented"; then
		echo "objtool was built without klp, install libxxhash-dev"
		return 1
	fi
}

objtool=$cache/livepatch/objtool/objtool
klp_gated=.klp.sym.vmlinux.gated,0

# What the build of a kernel would have left there.
symvers()
{
	local symbol module class ns

	while read -r symbol module class ns; do
		printf '0x00000000\t%s\t%s\t%s\t%s\n' "$symbol" "$module" "$class" "$ns"
	done <<-'END'
	gated vmlinux EXPORT_SYMBOL_USERSPACE_GPL
	gated_ns vmlinux EXPORT_SYMBOL_USERSPACE_GPL NS
	gated_weak vmlinux EXPORT_SYMBOL_USERSPACE_GPL
	gated_lib drivers/lib/lib EXPORT_SYMBOL_USERSPACE_GPL
	gpl vmlinux EXPORT_SYMBOL_GPL
	plain vmlinux EXPORT_SYMBOL
	plain_lib drivers/lib/lib EXPORT_SYMBOL
	for_modules vmlinux EXPORT_SYMBOL_GPL module:m
	END
}

url="userspace=https://example.org/u MIT"

# Everything that may be defined; a case changes what it is about.
declare -gA d

# case_of [KEY=VALUE]...: diff the two objects. FIRST and LAST are strings of
# .modinfo, or of .userspace if they declare, P_INFO is one that the patch adds; the other keys are what object.c
# knows, each a symbol. object=vmlinux makes it vmlinux.o.
case_of()
{
	local i key value
	local -a define

	object=m
	d=([FIRST]=description=first [LAST]=description=last [OTHER]=plain
	   [ORIGINAL]=plain [ADDED]=plain)
	for i; do
		case $i in
		object=*)	object=${i#*=} ;;
		*)		d[${i%%=*}]=${i#*=} ;;
		esac
	done
	mkdir -p "$BATS_TEST_TMPDIR/case/orig" "$BATS_TEST_TMPDIR/case/patched" "$BATS_TEST_TMPDIR/case/out"
	cd "$BATS_TEST_TMPDIR/case" || exit 1
	symvers > orig/Module.symvers
	for i in orig patched; do
		define=()
		for key in "${!d[@]}"; do
			value=${d[$key]}
			case $key in
			FIRST | LAST | P_INFO)
				# Where MODULE_USERSPACE() puts it, unless it is told otherwise.
				case ${d[IN]:-} in
				"")	case $value in
					userspace=*) define+=("-D${key}_SECTION=\".userspace\"") ;;
					*)	define+=("-D${key}_SECTION=\".modinfo\"") ;;
					esac ;;
				*)	define+=("-D${key}_SECTION=\"${d[IN]}\"") ;;
				esac
				value=\"$value\" ;;
			esac
			define+=("-D$key=$value")
		done
		[ $i = orig ] || define+=(-DPATCHED)
		[ "$object" != vmlinux ] || define+=(-DVMLINUX)
		gcc -c -O2 -Wall -mcmodel=kernel -fno-pic -fcf-protection=none \
			-fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections \
			"${define[@]}" -o "$i/$object.o" "$here/object.c"
	done
	if [ "$object" = vmlinux ]; then
		# Only its table of symbols is read.
		printf '%016d' 0 > symid
		objcopy --add-section .klp.symid=symid orig/vmlinux.o orig/vmlinux
	fi
	for i in orig patched; do
		"$objtool" klp checksum "$i/$object.o"
	done
	status=0
	(cd orig && "$objtool" klp diff "$object.o" "../patched/$object.o" "../out/$object.o") > said 2>&1 || status=$?
}

# Symbols of the output that stay undefined: a klp relocation, or a reference
# that modpost and the loader see. A tombstone is where the former will be put.
undefined()
{
	nm -u "$BATS_TEST_TMPDIR/case/out/$object.o" 2>&1 | awk '{ print $2 }' |
		grep -v '^\.klp\.tombstone\.' | sort | xargs
}

# patched UNDEFINED: there is a livepatch, and it needs these symbols
patched()
{
	is "$status $(undefined) $(grep -v 'changed function: \|new function: ' "$BATS_TEST_TMPDIR/case/said")" \
		"0 $1 "
}

# refused SYMBOL: and there is no output
refused()
{
	is "$status $(grep -v 'changed function: \|new function: ' "$BATS_TEST_TMPDIR/case/said")" \
		"255 $object.o: error: objtool: new reference to $1, exported only to modules with a free userspace, but the original module declares none"
	[ ! -e "$BATS_TEST_TMPDIR/case/out/$object.o" ]
}

@test "klp diff: a change that has nothing to do with gated symbols" {
	case_of ADDED=gpl
	patched "gpl plain"
}

@test "klp diff: EXPORT_SYMBOL_FOR_MODULES is as before" {
	case_of ADDED=for_modules
	patched ".klp.sym.vmlinux.for_modules,0 plain"
}

# The module used it before
@test "klp diff: declared, the changed function used the symbol" {
	case_of LAST="$url" ORIGINAL=gated
	patched "$klp_gated plain"
}

@test "klp diff: declared, another function used the symbol" {
	case_of LAST="$url" OTHER=gated ADDED=gated
	patched "$klp_gated plain"
}

@test "klp diff: library, the changed function used the symbol" {
	case_of LAST=userspace=library ORIGINAL=gated
	patched "$klp_gated plain"
}

@test "klp diff: undeclared, let in by its kernel, the changed function used the symbol" {
	case_of ORIGINAL=gated
	patched "$klp_gated plain"
}

@test "klp diff: declared, a symbol with a namespace" {
	case_of LAST="$url" ORIGINAL=gated_ns
	patched ".klp.sym.vmlinux.gated_ns,0 plain"
}

@test "klp diff: declared, a weak reference" {
	case_of LAST="$url" ORIGINAL=gated_weak
	patched ".klp.sym.vmlinux.gated_weak,0 plain"
}

@test "klp diff: declared, a symbol of another module" {
	case_of LAST="$url" ORIGINAL=gated_lib
	patched ".klp.sym.lib.gated_lib,0 plain"
}

# The patch brings it
@test "klp diff: declared, the patch brings the symbol" {
	case_of LAST="$url" ADDED=gated
	patched "$klp_gated plain"
}

@test "klp diff: ... the declaration is the first string of its object" {
	case_of FIRST="$url" ADDED=gated
	patched "$klp_gated plain"
}

@test "klp diff: library, the patch brings the symbol" {
	case_of LAST=userspace=library ADDED=gated
	patched "$klp_gated plain"
}

@test "klp diff: declared, the patch brings the symbol in a new function" {
	case_of LAST="$url" NEW=gated
	patched "$klp_gated plain"
}

@test "klp diff: declared, the patch brings the symbol of another module" {
	case_of LAST="$url" ADDED=gated_lib
	patched ".klp.sym.lib.gated_lib,0 plain"
}

@test "klp diff: undeclared, the patch brings the symbol: refused" {
	case_of ADDED=gated
	refused gated
}

@test "klp diff: undeclared, the patch brings the symbol in a new function: refused" {
	case_of NEW=gated
	refused gated
}

@test "klp diff: undeclared, a symbol with a namespace: refused" {
	case_of ADDED=gated_ns
	refused gated_ns
}

@test "klp diff: undeclared, a weak reference: refused" {
	case_of ADDED=gated_weak
	refused gated_weak
}

@test "klp diff: undeclared, a symbol of another module: refused" {
	case_of ADDED=gated_lib
	refused gated_lib
}

@test "klp diff: undeclared, let in by its kernel, the patch brings a second symbol: refused" {
	case_of ORIGINAL=gated ADDED=gated_ns
	refused gated_ns
}

@test "klp diff: the patch brings the symbol and the declaration: refused" {
	case_of ADDED=gated P_INFO="$url"
	refused gated
}

@test "klp diff: strings that only look like a declaration: refused" {
	case_of FIRST="xuserspace=https://example.org/u MIT" LAST="description=userspace=https://example.org/u MIT" ADDED=gated
	refused gated
}

# Only modpost writes the tag.
@test "klp diff: a tag that was written by hand: refused" {
	case_of LAST="$url" ADDED=gated IN=.modinfo
	refused gated
}

# vmlinux is no module. Its drivers were asked when it was linked.
@test "klp diff: vmlinux, the changed function used the symbol" {
	case_of object=vmlinux ORIGINAL=gated
	patched "$klp_gated plain"
}

@test "klp diff: vmlinux, another function uses the symbol" {
	case_of object=vmlinux ADDED=gated
	patched "$klp_gated plain"
}
