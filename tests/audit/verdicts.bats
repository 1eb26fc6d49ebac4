#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What is said of a module, and with which exit status.

# shellcheck disable=SC2154 # helper.bash sets the variables
load helper

setup_file() { build_audit; }
setup() { setup_audit; }

u=userspace=https://example.org/u\ MIT

@test "verdicts: out of tree" {
	module plain other
	module undeclared gated_1
	module weak weak:gated_1
	module declared gated_1 "$u"
	module library gated_1 userspace=library
	module unused "$u"
	module longer gated_1 "userspacex=https://example.org/u MIT"
	module within gated_1 "note=userspace=https://example.org/u MIT"
	module exporter export:gated_1=3 gated_2
	module get __symbol_get
	module get_declared __symbol_get gated_1 "$u"
	is plain unconcerned
	is undeclared refused
	is weak refused
	is declared accepted
	is library accepted
	is unused unconcerned
	is longer refused
	is within refused
	is exporter refused
	is get names-unknown
	is get_declared accepted
}

@test "verdicts: in the tree, on a kernel without the series, by what it declares" {
	module in_tree gated_1 intree=Y
	module six gated_1 intree=Y
	module other gated_1 intree=Y
	is in_tree accepted
	is six none-known
	is other refused
	# The list is no word for what is not of the tree.
	module in_tree gated_1
	module six gated_1
	is in_tree refused
	is six refused
}

@test "verdicts: in the tree, on a kernel with the series, by its tag" {
	module exporter intree=Y export:gated_3=3
	module in_tree gated_1 intree=Y
	module six gated_1 intree=Y 'userspace=none known'
	module tagged gated_3 intree=Y "$u"
	is in_tree refused
	is six none-known
	is tagged accepted
	is exporter unconcerned
}

@test "verdicts: the license, as kernel/module/main.c and include/linux/license.h have it" {
	local i=0 license

	for license in 'GPL' 'GPL v2' 'GPL and additional rights' 'Dual BSD/GPL' 'Dual MIT/GPL' 'Dual MPL/GPL'; do
		i=$((i + 1))
		module "free$i" gated_1 "$u" "license=$license"
		is "free$i" accepted
	done
	for license in Proprietary 'Dual Foo/GPL' gpl 'GPL ' ''; do
		i=$((i + 1))
		module "not$i" gated_1 "$u" "license=$license"
		is "not$i" gpl-incompatible
	done
	module intree gated_1 "$u" license=Proprietary intree=Y
	is intree gpl-incompatible
	module driverloader gated_1 "$u"
	is driverloader gpl-incompatible
	module prop_plain other license=Proprietary
	is prop_plain unconcerned
}

@test "verdicts: a weak reference to what is not found is none, to what is refused it counts" {
	module prop_weak weak:gated_1 license=Proprietary
	module prop_both weak:gated_1 gated_2 license=Proprietary
	module lender gated_1 "$u" export:lent
	module prop_lent weak:lent license=Proprietary
	# It uses none, so it lends none.
	module prop_exports weak:gated_1 license=Proprietary export:taken
	is prop_weak unconcerned
	is prop_both gpl-incompatible
	is prop_lent unconcerned lender
	# From then on, it is as one that is not compatible, in the order of its symbols.
	module first_taken taken weak:gated_1
	module first_gated weak:gated_1 taken
	module first_gated_tag weak:gated_1 weak:taken "$u"
	module first_gated_weak weak:gated_1 weak:taken
	is first_taken unconcerned
	is first_gated gpl-incompatible
	is first_gated_tag accepted
	is first_gated_weak refused
	is prop_exports unconcerned
}

@test "verdicts: modules of the tree are of one kernel, others need not be" {
	module in_tree gated_1 intree=Y "vermagic=7.3.4 SMP "
	module plain other intree=Y "vermagic=7.3.4 SMP preempt "
	module out gated_1 "vermagic=6.1.0 SMP "
	is out refused
	module in_tree_old other intree=Y "vermagic=6.1.0 SMP "
	audit --tsv "$dir"
	[ "$status" = 2 ]
	[[ $output = *"modules of the tree of Linux "*" and of Linux "*": name those of one kernel"* ]]
	[[ $output != *refused* ]]
}

@test "verdicts: the taint of a module that is not compatible with the GPL is inherited" {
	module taken license=Proprietary export:taken
	module middle taken export:middle
	module giver taken gated_1 "$u"
	module giver_2 middle gated_1 "$u"
	module only_takes taken
	is giver gpl-incompatible
	is giver_2 gpl-incompatible
	is only_takes unconcerned
}

@test "verdicts: what an out-of-tree module lends" {
	module lender gated_1 "$u" export:lent
	module user lent "$u"
	module user_not lent
	module user_weak_not weak:lent
	module user_prop lent "$u" license=Proprietary
	module user_intree lent intree=Y
	module user_intree_prop lent intree=Y license=Proprietary
	module no_lender other export:not_lent
	module no_user not_lent
	is user accepted lender
	is user_not lent lender
	is user_weak_not lent lender
	is user_prop gpl-incompatible lender
	is user_intree accepted lender
	is user_intree_prop gpl-incompatible lender
	is no_user unconcerned
}

@test "verdicts: lending goes on, through libraries, and in a ring" {
	module a gated_1 "$u" export:a1
	module b a1 userspace=library export:b1
	module c b1 "$u" export:c1
	module d c1
	module ring_1 ring2 export:ring1
	module ring_2 ring1 export:ring2
	is b accepted a
	is c accepted b
	is d lent c
	is ring_1 unconcerned
	is ring_2 unconcerned
	module ring_2 ring1 c1 export:ring2
	is ring_1 lent ring_2
	is ring_2 lent c,ring_1
}

@test "verdicts: modules of the tree lend nothing, and what is gated is not lent" {
	module intree gated_1 intree=Y "$u" export:wrapper
	module user wrapper
	is user unconcerned
	module out gated_1 "$u" export:gated_own=3
	module user_own gated_own
	is user_own refused
}

@test "verdicts: what an inline function uses on a kernel without the series" {
	printf 'inline\tgated_2\n' >>"$BATS_TEST_TMPDIR/list"
	module only gated_2
	module both gated_2 gated_1
	is only unconcerned
	is both refused
	module exporter export:x=3
	is only refused
}

@test "verdicts: modules of arm64, arm, ppc64el, ppc, riscv64 and s390x" {
	local as

	for as in aarch64-linux-gnu arm-linux-gnueabihf powerpc64le-linux-gnu \
		powerpc-linux-gnu riscv64-linux-gnu s390x-linux-gnu; do
		command -v "$as-as"
		rm -f "$dir"/*
		module undeclared as="$as-as" gated_1
		module declared as="$as-as" gated_1 "$u" export:lent
		module exporter as="$as-as" export:g3=3 export:g4=2 export:g5=1 intree=Y
		module user as="$as-as" lent
		module user_3 as="$as-as" g3
		module user_4 as="$as-as" g4
		module user_5 as="$as-as" g5
		is undeclared refused
		is declared accepted
		is user lent declared
		is user_3 refused
		is user_4 refused
		is user_5 unconcerned
	done
}

@test "gated: from Module.symvers, which is read as a whole or not at all" {
	printf '0x1\tg1\tvmlinux\tEXPORT_SYMBOL_USERSPACE_GPL\tNS\n0x2\tg2\tdrivers/x\tEXPORT_SYMBOL_GPL\t\n0x0\tg3\tvmlinux\tEXPORT_SYMBOL\n' >"$BATS_TEST_TMPDIR/list"
	module one g1
	module two g2 g3
	module in_tree g1 intree=Y
	is one refused
	is two unconcerned
	is in_tree refused
	printf '0x3\tg4\tvmlinux\tEXPORT_SYMBOL_OF_A_LATER_KERNEL\t\n' >>"$BATS_TEST_TMPDIR/list"
	audit "$dir"
	[ "$status" = 2 ]
	[[ $output = *list:4:* ]]
	printf '0x3\tg4\n' >"$BATS_TEST_TMPDIR/list"
	audit "$dir"
	[ "$status" = 2 ]
	[[ $output = *list:1:* ]]
}

@test "gated: what is lent, from Module.symvers of another build" {
	printf '0x1\tg1\tvmlinux\tEXPORT_SYMBOL_USERSPACE_GPL\t\n0x2\tl1\tshims/my-shim\tEXPORT_SYMBOL_LENT\tNS\n0x2\tl2\tmy-shim\tEXPORT_SYMBOL_GPL_LENT\t\n' >"$BATS_TEST_TMPDIR/list"
	module one l1 export:on
	module two l2 "$u"
	module three on
	module in_tree l1 intree=Y
	is one lent my_shim
	is two accepted my_shim
	is three lent one
	is in_tree accepted my_shim
}

@test "gated: from the headers that belong to a directory, if that kernel has the series" {
	mkdir "$dir/build"
	module one headers_gated
	module two dma_buf_get
	printf '0x1\theaders_gated\tvmlinux\tEXPORT_SYMBOL_USERSPACE_GPL\t\n' >"$dir/build/Module.symvers"
	run "$audit" --tsv "$dir"
	[ "$status" = 1 ]
	[[ $output = *$'\trefused\theaders_gated\t' ]]
	printf '0x1\theaders_gated\tvmlinux\tEXPORT_SYMBOL_GPL\t\n' >"$dir/build/Module.symvers"
	run "$audit" --tsv "$dir"
	[ "$status" = 1 ]
	[[ $output = *$'\trefused\tdma_buf_get\t' ]]
}

@test "gated: from __kflagstab of a vmlinux" {
	printf '.section __ksymtab,"a"\n__ksymtab_v1: .long 0,0,0\n__ksymtab_v2: .long 0,0,0\n.section __kflagstab,"a"\n.byte 0\n.text\n.globl _start\n_start: nop\n' |
		sed 's/^\.byte 0/__flags_v1: .byte 3\n__flags_v2: .byte 1/' | as -o "$BATS_TEST_TMPDIR/v.o" -
	ld -Ttext 0xffffffff81000000 -o "$BATS_TEST_TMPDIR/list" "$BATS_TEST_TMPDIR/v.o"
	module one v1
	module two v2
	is one refused
	is two unconcerned
}

@test "exit status: 0 if none is refused, 1 if some are, 2 if something was not read" {
	module plain other
	audit "$dir"
	[ "$status" = 0 ]
	module get __symbol_get
	audit "$dir"
	[ "$status" = 0 ]
	module undeclared gated_1
	audit "$dir"
	[ "$status" = 1 ]
	: >"$dir/empty.ko"
	audit "$dir"
	[ "$status" = 2 ]
	mkdir "$BATS_TEST_TMPDIR/none"
	audit "$BATS_TEST_TMPDIR/none"
	[ "$status" = 2 ]
	audit "$BATS_TEST_TMPDIR/not-there"
	[ "$status" = 2 ]
	audit
	[ "$status" = 2 ]
	: >"$BATS_TEST_TMPDIR/nothing"
	run "$audit" -g "$BATS_TEST_TMPDIR/nothing" "$dir"
	[ "$status" = 2 ]
	[[ $output = *"nothing in it"* ]]
	audit --no-such-option "$dir"
	[ "$status" = 2 ]
	audit --help
	[ "$status" = 0 ]
	rm "$dir/empty.ko"
	run bash -c '"$0" -g "$1" "$2" >/dev/full' "$audit" "$BATS_TEST_TMPDIR/list" "$dir"
	[ "$status" = 2 ]
}

@test "tolerate: by name and by verdict, counted, and a rule without effect is named" {
	module nv_a gated_1
	module nv_b gated_1 license=Proprietary
	printf '# why\nnv_* refused\n' >"$BATS_TEST_TMPDIR/rules"
	audit -T "$BATS_TEST_TMPDIR/rules" "$dir"
	[ "$status" = 1 ]
	[[ $output = *"1 refused, not compatible with the GPL; 1 tolerated"* ]]
	printf 'nv_*\nother refused\n' >"$BATS_TEST_TMPDIR/rules"
	audit -T "$BATS_TEST_TMPDIR/rules" "$dir"
	[ "$status" = 0 ]
	[[ $output = *"2 tolerated"* ]]
	[[ $output = *"nothing to tolerate: other refused"* ]]
}

@test "output: the columns of --tsv, and the schema of --json" {
	module lender gated_2 gated_1 gated_1 "$u" export:lent
	module user lent
	module plain other
	: >"$dir/empty.ko"
	audit --tsv "$dir"
	[ "${lines[0]}" = $'file\tmodule\tin-tree\tverdict\tsymbols\tlender' ]
	[ "${lines[1]}" = "$dir/lender.ko"$'\tlender\tN\taccepted\tgated_1,gated_2\t' ]
	[ "${lines[2]}" = "$dir/user.ko"$'\tuser\tN\tlent\tlent\tlender' ]
	"$audit" -g "$BATS_TEST_TMPDIR/list" --json --all "$dir" 2>/dev/null >"$BATS_TEST_TMPDIR/out.json" || :
	/usr/bin/python3 "$BATS_TEST_DIRNAME/schema.py" "$schema" \
		"$BATS_TEST_TMPDIR/out.json"
	[ "$(/usr/bin/python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(len(d["modules"]), d["modules"][2]["lenders"], d["unreadable"][0]["reason"], d["summary"]["lent"])' "$BATS_TEST_TMPDIR/out.json")" = "3 ['lender'] empty 1" ]
	sed -i 's/"lent",/"lend",/' "$BATS_TEST_TMPDIR/out.json"
	run /usr/bin/python3 "$BATS_TEST_DIRNAME/schema.py" "$schema" \
		"$BATS_TEST_TMPDIR/out.json"
	[ "$status" != 0 ]
}

@test "output: a table fits the terminal, and shows progress only when it takes long" {
	command -v script
	module undeclared gated_1 gated_2
	module a_module_with_a_very_long_name_that_goes_on_and_on gated_1 gated_2
	run script -qec "stty cols 60; '$audit' -g '$BATS_TEST_TMPDIR/list' '$dir'" /dev/null
	echo "$output"
	[[ $output = *undeclared* ]]
	[[ $output != *"of 2 modules"* ]]
	for line in "${lines[@]}"; do
		case $line in *" modules; "*) ;; *) [ "${#line}" -le 61 ] ;; esac
	done
}

@test "running: the modules that are loaded now, by the files that modules.dep has" {
	local modules own=()

	modules=$BATS_TEST_TMPDIR/lib/modules/$(uname -r)

	[ "$(id -u)" = 0 ] || own=(--map-root-user)
	module plain other
	module undeclared gated_1
	mkdir -p "$modules/extra"
	mv "$dir"/*.ko "$modules/extra/"
	printf '%s 16384 0 - Live 0x0000000000000000\n' plain undeclared lost >"$BATS_TEST_TMPDIR/proc"
	depmod=$(PATH=$PATH:/sbin:/usr/sbin command -v depmod)
	touch "$modules"/modules.{order,builtin}
	"$depmod" -b "$BATS_TEST_TMPDIR" "$(uname -r)"
	# shellcheck disable=SC2016 # for the inner shell
	run unshare "${own[@]}" --mount bash -c 'mount -t tmpfs none /proc && cp "$1/proc" /proc/modules &&
		mount --bind "$1/lib/modules" /lib/modules &&
		exec "$2" --running --tsv --all -g "$1/list"' - "$BATS_TEST_TMPDIR" "$audit"
	echo "$output"
	[ "$status" = 2 ]
	[[ $output = *"/extra/plain.ko"$'\t'plain$'\tN\tunconcerned\t'* ]]
	[[ $output = *"/extra/undeclared.ko"$'\t'undeclared$'\tN\trefused\tgated_1'* ]]
	[[ $output = *"lost: is loaded, and has no file under /lib/modules"* ]]
}

@test "list: is what the facts of the series say" {
	"$top/series/facts/facts.py" audit | diff - "$top/tools/module/userspace-audit.list"
}
