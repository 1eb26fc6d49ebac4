# shellcheck shell=bash disable=SC2034,SC2154 # bats sets status and lines, and takes the rest
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds userspace-audit where a kernel tree would have it, and makes modules of
# a few bytes: the program sees no difference.

top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

build_audit() {
	local tree=${TREE:-$("$top/series/apply/tree" | tail -n 1)}
	"$top/tests/audit/build" "$tree" "$BATS_FILE_TMPDIR/linux"
}

setup_audit() {
	audit=$BATS_FILE_TMPDIR/linux/tools/module/userspace-audit
	schema=$audit.schema.json
	dir=$BATS_TEST_TMPDIR/modules
	mkdir -p "$dir"
	printf 'gated\tgated_1\ngated\tgated_2\ndeclared\tin-tree\nnone-known\tsix\n' >"$BATS_TEST_TMPDIR/list"
}

# module NAME [WORD...]: makes $dir/NAME.ko. A WORD is the name of an import, or
#	weak:NAME		a weak reference
#	export:NAME[=FLAGS]	an export, and the byte that __kflagstab has for it
#	tag=value		an entry of .modinfo, license=GPL if there is none
#	as=PROGRAM		the assembler of another architecture
#	-kflagstab		a module of a kernel that has no __kflagstab
#	-this_module		the object file from which modpost makes a module
module() {
	local name=$1 word as=as flags=1 this=1 tags=() imports=() exports=() license=license=GPL

	shift
	for word; do
		case $word in
		as=*) as=${word#as=} ;;
		-kflagstab) flags= ;;
		-this_module) this= ;;
		export:*) exports+=("${word#export:}") ;;
		license=*) license=$word ;;
		*=*) tags+=("$word") ;;
		*) imports+=("$word") ;;
		esac
	done
	[ "$license" = license= ] || tags+=("$license")
	{
		echo '.section .modinfo,"a"'
		printf '.asciz "%s"\n' "name=$name" "${tags[@]}"
		[ -z "$this" ] || printf '.section .gnu.linkonce.this_module,"aw"\n.zero 64\n'
		for word in "${exports[@]}"; do
			printf '.section __ksymtab,"a"\n__ksymtab_%s: .long 0, 0, 0\n' "${word%=*}"
			[ -z "$flags" ] || [[ $word = *= ]] ||
				printf '.section __kflagstab,"a"\n__flags_%s: .byte %s\n' "${word%=*}" \
					"$([[ $word = *=* ]] && echo "${word#*=}" || echo 0)"
			printf '.data\n.globl %s\n%s: .long 0\n' "${word%=*}" "${word%=*}"
		done
		printf '.data\ninit: .long 0\n'
		for word in "${imports[@]}"; do
			[[ $word != weak:* ]] || echo ".weak ${word#weak:}"
			echo ".long ${word#weak:}"
		done
	} | "$as" -o "$dir/$name.ko" -
}

# The verdict and the lender of a module in $dir.
verdict() {
	"$audit" --tsv --all -g "$BATS_TEST_TMPDIR/list" "$dir" 2>/dev/null |
		awk -F'\t' -v m="$1" '$2 == m { print $4 ($6 == "" ? "" : " " $6) }'
}

# is MODULE VERDICT [LENDER]
is() {
	local got

	got=$(verdict "$1")
	[ "$got" = "$2${3:+ $3}" ] || {
		echo "$1: got \"$got\", expected \"$2${3:+ $3}\""
		return 1
	}
}

audit() {
	run "$audit" -g "$BATS_TEST_TMPDIR/list" "$@"
	echo "status $status: $output"
}
