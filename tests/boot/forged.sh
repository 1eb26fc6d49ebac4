# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # tests/boot/run has what this uses, and uses what it sets
# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced by tests/boot/run: forged sections, and what can only be seen when
# modules come and go in a certain order.

# build_stress_cases <kernel build> [<suite>]: the modules of stress.cases, in
# names[]; the suites that run UML share them
build_stress_cases()
{
	local O=$1 suite=${2:-um-stress}

	read_cases stress.cases
	build_cases "$O" "$cache/boot/$suite" "${names[@]}"
	install_modules "$O" "$work/root-$suite" "$cache/boot/$suite"
	quiet "$depmod" -b "$work/root-$suite" "$release"
}

# forge_flags <id> <module> <section> <flags of objcopy>: its contents stay
forge_flags()
{
	local out=$mods/forged/$1/$2.ko

	mkdir -p "${out%/*}"
	objcopy --set-section-flags "$3=$4" "$mods/$2.ko" "$out" || bail "can't forge $1"
}

# forge_type <id> <module> <section> <sh_type>
forge_type()
{
	local out=$mods/forged/$1/$2.ko

	mkdir -p "${out%/*}"
	cp "$mods/$2.ko" "$out"
	set_type "$out" "$3" "$4" || bail "can't forge $1"
}

# has_section <id> <module> <section> <type and flags as readelf prints them>:
# did the tool do what it was told? Else the test would be of something else.
has_section()
{
	is "$(readelf -SW "$mods/forged/$1/$2.ko" |
		sed -nE "s/^ *\[ *[0-9]+\] ${3//./\\.} +([A-Z]+) +[0-9a-f]+ [0-9a-f]+ [0-9a-f]+ [0-9a-f]+ +([A-Z]*) +.*/\1 \2/p")" \
		"$4" "$1: forged as meant"
}

suite_um_forged()
{
	local O id name text arch=um names

	O=$("$top/series/kernels/build" um | tail -n 1) || bail "series/kernels/build um failed"
	[ -x "$O/linux" ] || bail "series/kernels/build um failed"
	build_stress_cases "$O"

	# --- __kflagstab is read-only data, or its flags are not looked at
	forge_flags flags_write gated __kflagstab alloc,data,contents
	forge_flags flags_code gated __kflagstab alloc,readonly,code,contents
	forge_flags flags_noalloc gated __kflagstab readonly,contents
	forge_type flags_nobits gated __kflagstab 8
	forge_type flags_note gated __kflagstab 7

	# --- .modinfo of any flags says the same
	for name in declared undeclared not_free; do
		forge_flags "write_$name" "$name" .modinfo alloc,data,contents
		forge_flags "merge_$name" "$name" .modinfo alloc,readonly,merge,strings,contents
		forge_flags "noalloc_$name" "$name" .modinfo readonly,contents
	done
	# Nothing in the file, so nobody checks where it would be, and how much.
	forge_type nobits_far declared .modinfo 8
	# sh_offset and sh_size are 64 MiB.
	for id in 24 32; do
		poke "$mods/forged/nobits_far/declared.ko" .modinfo "$id" '\0\0\0\04\0\0\0\0' ||
			bail "can't forge nobits_far"
	done
	# Two sections of the name: a good declaration in one, none in the other.
	forge twice declared keep
	printf 'userspace=https://example.org/u MIT\0' > "$work/section"
	{
		objcopy --add-section .modinfo.2="$work/section" "$mods/undeclared.ko" "$work/twice" &&
		objcopy --rename-section .modinfo.2=.modinfo "$work/twice" \
			"$mods/forged/twice/undeclared.ko"
	} || bail "can't forge twice"

	{
		for id in write code noalloc nobits note; do
			echo "load flags_$id $guest_mods/forged/flags_$id/gated.ko"
			# In case it was not refused.
			echo "unload -flags_$id gated"
		done
		echo "read modules /proc/modules"

		# A reference that is weak, and a lender that isn't there yet.
		echo "load gated $guest_mods/gated.ko"
		echo "load before $guest_mods/lender_user_not.ko"
		echo "load before_weak $guest_mods/lender_user_weak.ko"
		echo "load lender $guest_mods/lender.ko"
		echo "load lender_user_not $guest_mods/lender_user_not.ko"
		echo "unload -before_weak lender_user_weak"
		echo "load after_weak $guest_mods/lender_user_weak.ko"
		echo "load lender_user $guest_mods/lender_user.ko"
		echo "unload lender_busy lender"
		echo "unload -lender_user lender_user"
		echo "unload -lender lender"
		# Gone, it lends nothing; back, it lends again.
		echo "load gone_weak $guest_mods/lender_user_weak.ko"
		echo "unload -gone_weak lender_user_weak"
		echo "load lender_again $guest_mods/lender.ko"
		echo "load again_user_not $guest_mods/lender_user_not.ko"
		echo "load again_user $guest_mods/lender_user.ko"
		echo "unload -again_user lender_user"
		echo "unload -lender_again lender"
		# One whose init failed lends nothing either.
		echo "load failing_lender $guest_mods/failing_lender.ko"
		echo "unload -gated gated"

		# Its only gated use is weak: without that symbol it uses none.
		echo "load weak_alone $guest_mods/lender_weak.ko"
		echo "load weak_alone_user $guest_mods/lender_weak_user_not.ko"
		echo "load gated_late $guest_mods/gated.ko"
		echo "unload -weak_alone_user lender_weak_user_not"
		echo "load weak_alone_user_2 $guest_mods/lender_weak_user_not.ko"
		echo "unload -weak_alone_user_2 lender_weak_user_not"
		echo "unload -weak_alone lender_weak"
		echo "load weak $guest_mods/lender_weak.ko"
		echo "load weak_user $guest_mods/lender_weak_user_not.ko"
		echo "unload -weak lender_weak"

		echo "load failing $guest_mods/failing.ko"
		echo "load thousands $guest_mods/thousands.ko"
		echo "exec thousands_lines sort -u /sys/module/thousands/userspace | wc -l"
		echo "exec thousands_size wc -l < /sys/module/thousands/userspace"
		echo "unload -thousands thousands"
		for name in declared undeclared not_free; do
			for id in write merge noalloc; do
				echo "load ${id}_$name $guest_mods/forged/${id}_$name/$name.ko"
				echo "unload -${id}_$name $name"
			done
		done
		echo "load nobits_far $guest_mods/forged/nobits_far/declared.ko"
		echo "load twice $guest_mods/forged/twice/undeclared.ko"

		for name in intree external; do
			echo "load got_$name $guest_mods/got_$name.ko"
			echo "load asker_$name $guest_mods/asker_$name.ko"
		done
		echo "load asker_for $guest_mods/asker_for.ko"
		echo "exec flood for i in 1 2 3 4 5 6 7 8 9 10 11 12; do insmod $guest_mods/getter.ko; done"
		for name in asker_for asker_intree got_intree got_external; do
			echo "unload -$name $name"
		done
		echo "read refcnt /sys/module/gated/refcnt"
		for id in vermagic modversion; do
			echo "exec force_$id /sbin/modprobe --force-$id undeclared 2>&1"
		done
		echo "unload -gated_late gated"
		echo "read modules_end /proc/modules"
	} > "$work/steps"
	initramfs "$O" "$work/steps" "$work/root-um-stress"
	boot_um "$O"
	check_guest um-forged

	has_section flags_write gated __kflagstab "PROGBITS WA"
	has_section flags_code gated __kflagstab "PROGBITS AX"
	has_section flags_noalloc gated __kflagstab "PROGBITS "
	has_section flags_nobits gated __kflagstab "NOBITS A"
	has_section flags_note gated __kflagstab "NOTE A"
	text="3 gated: the flags of exported symbols are not read-only data"
	refused flags_write gated "__kflagstab that can be written to" ENOEXEC "$text"
	refused flags_code gated "__kflagstab that can be executed" ENOEXEC "$text"
	refused flags_noalloc gated "__kflagstab that is not loaded" ENOEXEC "3 gated: 0 flags for 10 exported symbols"
	refused flags_nobits gated "__kflagstab without contents (NOBITS)" ENOEXEC "$text"
	refused flags_note gated "__kflagstab of another type (NOTE)" ENOEXEC "$text"
	is "$(get_fact modules/text)" "" "none of them is there"

	is "$(get_fact before/errno) $(records before)" \
		"ENOENT 4 lender_user_not: Unknown symbol lent (err -2)" \
		"before the lender is there, its symbol is unknown"
	is "$(get_fact before_weak/errno) $(records before_weak)" "0 " \
		"... and a weak reference to it is NULL"
	is "$(get_fact lender/errno)" 0 "the lender loads after that"
	refused lender_user_not lender_user_not "the user of what is lent" EACCES \
		"3 lender_user_not: $(expected_message lender_user_not)"
	is "$(get_fact -before_weak/errno)" 0 "who was there before can go"
	refused after_weak lender_user_weak "... but not come back" EACCES \
		"3 lender_user_weak: $(expected_message lender_user_weak)"
	is "$(get_fact lender_user/errno)" 0 "a user that declares something loads"
	is "$(get_fact lender_busy/errno)" EAGAIN "the lender can't go while it is used"
	is "$(get_fact -lender_user/errno) $(get_fact -lender/errno)" "0 0" "... and can then"
	is "$(get_fact gone_weak/errno) $(get_fact -gone_weak/errno)" "0 0" \
		"with the lender gone, a weak reference is NULL again"
	is "$(get_fact lender_again/errno)" 0 "the lender loads again"
	refused again_user_not lender_user_not "the user of what is lent again" EACCES \
		"3 lender_user_not: $(expected_message lender_user_not)"
	is "$(get_fact again_user/errno) $(get_fact -again_user/errno) $(get_fact -lender_again/errno)" \
		"0 0 0" "a user that declares something loads again"
	refused failing_lender failing_lender "a lender whose init fails" ENODEV ""
	is "$(get_fact -gated/errno)" 0 "the exporter can go, nobody uses it"

	is "$(get_fact weak_alone/errno) $(get_fact weak_alone_user/errno)" "0 0" \
		"a lender whose only gated use is weak has nothing to lend without that symbol"
	is "$(get_fact gated_late/errno) $(get_fact weak_alone_user_2/errno)" "0 0" \
		"... nor when the symbol comes later, which it doesn't get"
	is "$(get_fact -weak_alone_user_2/errno) $(get_fact -weak_alone/errno) $(get_fact weak/errno)" \
		"0 0 0" "... but has when it is loaded again"
	refused weak_user lender_weak_user_not "the user of what is lent by a weak use" EACCES \
		"3 lender_weak_user_not: $(expected_message lender_weak_user_not)"

	refused failing failing "declared, but its init fails" ENODEV ""
	is "$(get_fact thousands/errno) $(get_fact -thousands/errno)" "0 0" "4000 declarations: loads"
	# 25 bytes and a newline each, in a page less its NUL.
	is "$(get_fact thousands_lines/out) $(get_fact thousands_size/out)" "1 $((4095 / 26))" \
		"4000 declarations: sysfs shows a page of them, the last one whole"

	has_section write_declared declared .modinfo "PROGBITS WA"
	has_section merge_declared declared .modinfo "PROGBITS AMS"
	has_section noalloc_declared declared .modinfo "PROGBITS "
	for id in write merge noalloc; do
		accepted "${id}_declared" declared "$id .modinfo, declared"
		for name in undeclared not_free; do
			refused "${id}_$name" "$name" "$id .modinfo, $name" EACCES \
				"3 $name: $(expected_message "$name")"
		done
	done
	has_section nobits_far declared .modinfo "NOBITS A"
	refused nobits_far declared ".modinfo without contents, far behind the end of the file" ENOEXEC \
		"3 The .modinfo section must be of type PROGBITS and not empty."
	refused twice undeclared "two .modinfo, one of which has a declaration" ENOEXEC \
		"3 Only one .modinfo section must exist."

	is "$(get_fact got_intree/errno) $(get_fact asker_intree/errno) $(records asker_intree)" "0 0 " \
		"symbol_get() of what a module in the tree exports that uses gated symbols: given out, without a word"
	is "$(get_fact asker_for/errno) $(records asker_for)" "0 " "... also if it is exported for some modules"
	is "$(get_fact got_external/errno) $(get_fact asker_external/errno) $(records asker_external)" \
		"0 ENXIO 3 refusing symbol_get() of got_external, exported only to modules with a free userspace." \
		"symbol_get() of the same from a module out of tree: refused, and said so"
	is "${said[asker_external]-}" "uses symbol_get() for got_external, exported only to modules with a free userspace.\\nRefer to the symbol itself.\\nSee Documentation/core-api/symbol-userspace.rst" \
		"... and modpost says it of one that is built with it"
	# One of ten has been printed for asker_external.
	is "$(records flood | grep -c 'refusing symbol_get() of gated_1')" 9 "symbol_get() again and again: ten messages"
	is "$(get_fact -got_intree/errno) $(get_fact -got_external/errno) $(get_fact refcnt/text)" "0 0 0\\n" \
		"... and no reference is held after that"
	for id in vermagic modversion; do
		is "$(get_fact "force_$id/exit") $(records "force_$id")" \
			"1 3 undeclared: $(expected_message undeclared)" \
			"modprobe --force-$id: refused, with the message"
	done
	is "$(get_fact -gated_late/errno) $(get_fact modules_end/text)" "0 " "nothing is left in /proc/modules"

	# Of others with the same names.
	read_cases policy.cases
}
