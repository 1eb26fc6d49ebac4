# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # tests/boot/run has what this uses, and uses what it sets
# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced by tests/boot/run: bytes that change, and two loaders at once.

build_tool()
{
	gcc -static -O2 -Wall -o "$work/$1" "$here/guest/$1.c" || bail "$1.c does not build"
}

# ---------------------------------------------------------------- bytes

# range <file> <section>: its offset in the file and its length
range()
{
	local out

	out=$(readelf -SW "$1" |
		sed -nE "s/^ *\[ *[0-9]+\] ${2//./\\.} +[A-Z]+ +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+) .*/0x\1 0x\2/p")
	[ -n "$out" ] || bail "$1 has no $2"
	echo $((${out% *})) $((${out#* }))
}

# modpost as the kernel builds it, but with an eye on every access to memory
build_modpost()
{
	local O=$1 src=$1/source

	gcc -O1 -g -fsanitize=address -std=gnu11 -I"$O/scripts/mod" -I"$src/scripts/include" \
		-o "$work/modpost" "$src"/scripts/mod/{modpost,file2alias,sumversion,symsearch,userspace}.c \
		> "$work/quiet" 2>&1 || { cat "$work/quiet" >&2; bail "modpost does not build"; }
}

# run_modpost <directory> <file>...: each is a module of its own, out of tree.
# Adds to crashes what is no verdict.
crashes=
run_modpost()
{
	local dir=$1 status=0
	shift

	(cd "$dir" && ASAN_OPTIONS=detect_leaks=0:exitcode=99 "$work/modpost" -M -e \
		-i "$symvers" -o out.symvers "$@" > /dev/null 2> log) || status=$?
	case $status in
	0|1)	;;
	*)	crashes+="modpost: status $status: $(grep -m1 ERROR: "$dir/log")"$'\n' ;;
	esac
}

# flip_modinfo <case>: each change of its .modinfo, through modpost and through
# the loader; the numbers of those that were accepted in modpost_ok and loader_ok
random=400
flip_modinfo()
{
	local name=$1 dir=$work/flips/$1 where files=()

	mkdir -p "$dir"
	where=$(range "$cache/boot/um-stress/$name.o" .modinfo)
	# shellcheck disable=SC2086 # two words
	"$work/flip" write "$cache/boot/um-stress/$name.o" $where $random "$dir" ||
		bail "can't write the changed $name.o"
	mapfile -t files < <(cd "$dir" && ls -v ./*.o)
	run_modpost "$dir" "${files[@]}"
	comm -23 <(printf '%s\n' "${files[@]}" | sed 's:^\./::; s/\.o$//' | sort) \
		<(sed -nE 's:^ERROR\: modpost\: (\./)?([0-9]+)\.ko\: .*:\2:p' "$dir/log" | sort -u) |
		sort -n > "$work/modpost_ok"
	awk -v id="flip_$name" '
		{ sub("\r$", "") }
		$1 == "@begin" { here = $2 == id }
		here && $1 == "@out" && $2 == "flip" { n++; if ($4 == "0") print $3 }
		END { print n + 0 > "/dev/stderr" }' "$work/console" > "$work/loader_ok" 2> "$work/loader_nr"
	nr_files=${#files[@]}
}

suite_um_flip()
{
	local O name arch=um names where dir bad i line index
	local nr_files symvers=$work/flip.symvers
	local flipped=(declared undeclared other_tag not_free)

	O=$("$top/series/kernels/build" um | tail -n 1) || bail "series/kernels/build um failed"
	[ -x "$O/linux" ] || bail "series/kernels/build um failed"
	build_stress_cases "$O"
	build_tool flip
	build_modpost "$O"
	# What the kernel and gated.ko export; the rest is changed, and has to come
	# from the file itself.
	awk -F '\t' '$3 == "gated"' "$cache/boot/um-stress/Module.symvers" > "$work/gated.symvers"
	cat "$O/Module.symvers" "$work/gated.symvers" > "$symvers"

	# The part of .modinfo that comes from the source is the same in the object
	# that modpost reads, and so are the changes.
	{
		echo "load gated $guest_mods/gated.ko"
		for name in "${flipped[@]}"; do
			where=$(range "$cache/boot/um-stress/$name.o" .modinfo)
			get "$cache/boot/um-stress/$name.o" .modinfo > "$work/part"
			get "$mods/$name.ko" .modinfo > "$work/whole"
			i=$(offset "$work/part" "$work/whole") || bail "$name.ko has not the .modinfo of $name.o"
			line=$(range "$mods/$name.ko" .modinfo)
			echo "exec flip_$name /flip load $guest_mods/$name.ko $((${line% *} + i)) ${where#* } $random"
		done
		where=$(range "$mods/lender.ko" __kflagstab)
		echo "exec flags_lender /flip load $guest_mods/lender.ko $where 40 $guest_mods/lender_user_not.ko"
		echo "unload -gated gated"
		where=$(range "$mods/gated.ko" __kflagstab)
		echo "exec flags_gated /flip load $guest_mods/gated.ko $where 0 $guest_mods/undeclared.ko"
		echo "read modules /proc/modules"
	} > "$work/steps"
	initramfs "$O" "$work/steps" "$work/root-um-stress"
	boot_um "$O"
	check_guest um-flip

	for name in "${flipped[@]}"; do
		crashes=
		flip_modinfo "$name"
		is "$crashes" "" "$name: modpost reads $nr_files changed .modinfo and doesn't crash"
		is "$(get_fact "flip_$name/exit") $(< "$work/loader_nr")" "0 $nr_files" \
			"$name: the loader reads them, too"
		is "$(diff "$work/modpost_ok" "$work/loader_ok")" "" \
			"$name: both have the same verdict on each, $(wc -l < "$work/loader_ok") are accepted"
		if [ "$name" = declared ]; then
			[ "$(wc -l < "$work/loader_ok")" -gt 100 ] && [ "$(wc -l < "$work/loader_ok")" -lt $((nr_files - 100)) ]
			is $? 0 "$name: many of the changes matter, and many don't"
		else
			is "$(< "$work/loader_ok")" "" "$name: none makes it acceptable"
		fi
	done

	# .export_symbol is for modpost alone. One module each time: they all
	# export the same.
	for name in lender gated; do
		dir=$work/flips/export_$name
		mkdir -p "$dir"
		where=$(range "$cache/boot/um-stress/$name.o" .export_symbol)
		# The first two of gated.o are like the rest.
		[ "${where#* }" -le 48 ] || where="${where% *} 48"
		# shellcheck disable=SC2086 # two words
		"$work/flip" write "$cache/boot/um-stress/$name.o" $where 0 "$dir" ||
			bail "can't write the changed $name.o"
		crashes='' bad='' nr_files=0
		[ "$name" = lender ] || symvers=$O/Module.symvers
		for i in "$dir"/*.o; do
			nr_files=$((nr_files + 1))
			mv "$i" "$dir/flipped.o"
			rm -f "$dir/out.symvers"
			run_modpost "$dir" flipped.o
			grep -q '^ERROR: modpost: .*flipped' "$dir/log" && continue
			case $name in
			lender)	bad+="${i##*/} " ;;
			gated)	[ "$(cut -f 2,4 "$dir/out.symvers")" = "$(cut -f 2,4 "$work/gated.symvers")" ] ||
					bad+="${i##*/} " ;;
			esac
		done
		is "$crashes" "" "$name: modpost reads $nr_files changed .export_symbol and doesn't crash"
		if [ "$name" = lender ]; then
			is "$bad" "" "$name: none makes what it exports acceptable"
		else
			is "$bad" "" "$name: none changes the class of a symbol without an error"
		fi
	done

	# The flags of a lender don't matter. Those of the exporter are its say,
	# so one bit out of 80 does: that of the symbol which is asked for.
	index=$(readelf -sW "$mods/gated.ko" |
		awk '$4 == "NOTYPE" && $8 ~ /^__ksymtab_/ { print $2, $8 }' | sort |
		awk '$2 == "__ksymtab_gated_1" { print NR - 1 }')
	bad=$(flags_log flags_lender | awk '$3 != "0" || $4 != "EACCES"')
	is "$(get_fact flags_lender/exit) $(flags_log flags_lender | wc -l) $bad" "0 48 " \
		"lender: whatever its __kflagstab says, its user is refused"
	is "$(get_fact flags_gated/exit) $(flags_log flags_gated | wc -l)" "0 80" \
		"gated: loads whatever its __kflagstab says"
	is "$(flags_log flags_gated | awk '$3 != "0" || $4 != "EACCES" { print $2, $3, $4 }')" \
		"$((8 * index + 1)) 0 0" \
		"gated: its user is refused unless that one flag is gone"
	is "$(get_fact modules/text)" "" "um-flip: nothing is left in /proc/modules"
	read_cases policy.cases
}

# flags_log <id>: "flip <number> <errno> <errno of the user>", as the guest said
flags_log()
{
	awk -v id="$1" '
		{ sub("\r$", "") }
		$1 == "@begin" { here = $2 == id }
		here && $1 == "@out" && $2 == "flip" { sub("^@out ", ""); print }' "$work/console"
}

# offset <part> <whole>: where the one is in the other, once
offset()
{
	local part whole

	part=$(od -An -v -tx1 "$1" | tr -d ' \n')
	whole=$(od -An -v -tx1 "$2" | tr -d ' \n')
	[[ $whole = *"$part"* && $whole != *"$part"*"$part"* ]] || return 1
	whole=${whole%%"$part"*}
	echo $((${#whole} / 2))
}

# ---------------------------------------------------------------- two loaders

# UML on two CPUs is no help: with lockdep it complains of itself as it boots
# ("Callback enqueued on offline CPU"). On one, a loader makes way for the other
# wherever it waits for a lock, for RCU or for memory. In QEMU each has a CPU.
rounds=${ROUNDS:-1000}
# What each module may meet, while another loader does the same: it may be there
# already (EEXIST), be on its way (EBUSY), or what it uses may be gone (ENOENT).
declare -A may=(
	[gated]="0 EBUSY EEXIST"
	[lender]="0 EBUSY EEXIST ENOENT"
	[declared]="0 EBUSY EEXIST ENOENT"
	[lender_user]="0 EBUSY EEXIST ENOENT"
	[lender_user_not]="EACCES EBUSY ENOENT"
	[undeclared]="EACCES EBUSY ENOENT"
	[not_free]="EACCES EBUSY ENOENT"
	[ns_declared_not]="EINVAL EBUSY ENOENT"
	[failing]="ENODEV EBUSY ENOENT"
	[failing_lender]="ENODEV EBUSY ENOENT"
)
order=(gated lender declared undeclared lender_user lender_user_not not_free
	ns_declared_not failing failing_lender)

# counted <module>: "<errno>=<count> ..." of what stress.c has counted
counted()
{
	local word

	for word in $(get_fact stress/out); do
		[ "${word%%:*}" != "$1" ] || echo "${word#*:}" | tr , ' '
	done
}

# in_list <word> <list>
in_list() { [[ " $2 " = *" $1 "* ]]; }

# How many objects each slab cache has, and how many areas vmalloc(). Twice, as
# what KASAN keeps for a while is only freed on the way to the first.
#
# kmemleak names the culprit, but in UML it finds no leak, not even that of
# modules/broken.c: there, this is all there is.
# shellcheck disable=SC2016 # for the guest
settle='for i in 1 2; do for f in /sys/kernel/slab/*/shrink; do echo 1 > $f; done; sleep 1; done; { tail -n +3 /proc/slabinfo | while read -r name n rest; do echo $name $n; done; echo vmalloc $(wc -l < /proc/vmallocinfo); }'
# One for every round would be a leak; less than a tenth of that is noise.
# shellcheck disable=SC2016 # for the guest
grown='while read -r name n; do while read -r name2 n2; do [ $name = $name2 ] && [ $((n2 - n)) -ge '$((rounds / 10))' ] && echo -n "$name $n $n2 "; done < /tmp/slabs_after; done < /tmp/slabs_before; echo; true'

# What kmemleak has found since it was told to forget, all on one line. It says
# nothing about what is younger than five seconds, or was not the same when it
# looked before.
# shellcheck disable=SC2016 # for the guest
forget='k=/sys/kernel/debug/kmemleak; sleep 6; echo scan > $k && echo scan > $k && echo clear > $k'
# shellcheck disable=SC2016 # for the guest
leaked='k=/sys/kernel/debug/kmemleak; sleep 6; echo scan > $k && echo scan > $k && cat $k > /tmp/leaked && { grep -c ^unreferenced /tmp/leaked; head -n 40 /tmp/leaked; } | tr "\n" " "; echo'

# What there is of modules, but for what changes by itself.
snapshot='{ cat /proc/modules; find /sys/module /sys/kernel/debug /sys/kernel/slab 2>/dev/null | sort; }'

suite_um_stress()
{
	local O arch=um

	O=$("$top/series/kernels/build" um | tail -n 1) || bail "series/kernels/build um failed"
	[ -x "$O/linux" ] || bail "series/kernels/build um failed"
	two_loaders um-stress "$O" boot_um "0=$((2 * rounds))"
}

suite_x86_stress()
{
	local O arch=x86

	O=$("$top/series/kernels/build" x86-smp | tail -n 1) || bail "series/kernels/build x86-smp failed"
	[ -r "$O/arch/x86/boot/bzImage" ] || bail "series/kernels/build x86-smp failed"
	two_loaders x86-stress "$O" boot_x86 "0=$rounds 1=$rounds"
}

# boot_x86 <kernel build> <kernel parameter>...: two CPUs, each a thread of QEMU
boot_x86()
{
	local O=$1
	shift
	run_qemu "$O" "$work/initramfs" 3000 "loglevel=4 reboot=triple $*" \
		-accel tcg,thread=multi -smp 2 -m 1024 > "$work/console"
	read_console
}

# two_loaders <suite> <kernel build> <how to boot it> <rounds that end on each CPU>
two_loaders()
{
	local suite=$1 O=$2 boot=$3 cpus=$4 name names count errno bad kmemleak=
	# A cache that loses something each round grows by that many objects; by a
	# few dozen they all do.
	[ "$rounds" -ge 400 ] || bail "ROUNDS=$rounds is too few to tell a leak from caches that fill"
	# The kernel writes megabytes about what it refuses, which must not push
	# out what a checker has said before.
	local log_all=log_buf_len=4M

	! grep -q '^CONFIG_DEBUG_KMEMLEAK=y' "$O/.config" || kmemleak=1
	build_stress_cases "$O" "$suite"
	build_tool stress
	{
		# Once before, so that what comes into being with the first is there.
		for name in "${order[@]}"; do
			echo "load first_$name $guest_mods/$name.ko"
		done
		for name in lender_user declared lender gated; do
			echo "unload -first_$name $name"
		done
		echo "exec before $snapshot > /tmp/before"
		# The first rounds fill caches.
		echo "exec warm /stress $((rounds / 10)) 7 $guest_mods ${order[*]}"
		[ -z "$kmemleak" ] || echo "exec forget $forget"
		echo "exec slabs_before $settle > /tmp/slabs_before"
		echo "exec stress /stress $rounds 1 $guest_mods ${order[*]}"
		echo "exec after $snapshot > /tmp/after; diff /tmp/before /tmp/after"
		echo "exec slabs_after $settle > /tmp/slabs_after"
		echo "exec leaks $grown"
		# Have these looked at anything?
		echo "exec slabs wc -l < /tmp/slabs_after"
		[ -z "$kmemleak" ] || echo "exec kmemleak $leaked"
		echo "exec lockdep grep -o 'debug_locks: *1$' /proc/lockdep_stats"
		# All that has been refused does not stand in the way of what is not.
		echo "load gated $guest_mods/gated.ko"
		echo "load declared $guest_mods/declared.ko"
		echo "unload -declared declared"
		echo "unload -gated gated"
	} > "$work/steps"
	initramfs "$O" "$work/steps" "$work/root-$suite"
	"$boot" "$O" "$log_all"
	check_guest "$suite"
	[[ ${log[0]-} = *"Linux version "* ]]
	is $? 0 "$suite: those were all ${#log[@]} lines of it, from the first"
	is "$(get_fact lockdep/exit)" 0 "$suite: lockdep is still on"
	is "$(get_fact stress/exit)" 0 "$suite: two loaders, $rounds rounds each, come to their end"
	is "$(counted cpus)" "$cpus" "$suite: rounds on each CPU: $cpus"
	for name in "${order[@]}"; do
		bad='' count=0
		for errno in $(counted "$name"); do
			in_list "${errno%=*}" "${may[$name]}" || bad+="$errno "
			# What it comes to when nobody is in the way.
			[ "${errno%=*}" != "${may[$name]%% *}" ] || count=${errno#*=}
		done
		if [ -z "$bad" ] && [ "$count" -gt $((rounds / 20)) ]; then
			ok "$suite, $name: $count times ${may[$name]%% *}, and nothing that may not be"
		else
			not_ok "$suite, $name: ${may[$name]%% *}, and nothing that may not be" \
				"$(counted "$name")"
		fi
	done
	bad=
	for name in "${order[@]}"; do
		for errno in $(counted "-$name"); do
			# Not there, in use, or somebody else removes it.
			in_list "${errno%=*}" "0 ENOENT EAGAIN EBUSY" || bad+="$name: $errno "
		done
	done
	is "$bad" "" "$suite: modules go, or are in use, or are not there"
	is "$(get_fact after/exit) $(get_fact after/out)" "0 (the guest did not say)" \
		"$suite: /proc/modules, /sys/module, debugfs and the slab caches are as before"
	is "$(get_fact leaks/exit) $(get_fact leaks/out)" "0 " \
		"$suite: no slab cache has grown, and nothing of vmalloc() is left"
	[ "$(get_fact slabs/out)" -gt 30 ]
	is $? 0 "$suite: those were $(get_fact slabs/out) caches"
	[ -z "$kmemleak" ] ||
		is "$(get_fact forget/exit) $(get_fact kmemleak/exit) $(get_fact kmemleak/out)" "0 0 0 " \
			"$suite: kmemleak has found nothing"
	is "$(get_fact gated/errno) $(get_fact declared/errno) $(get_fact -declared/errno) $(get_fact -gated/errno)" \
		"0 0 0 0" "$suite: a declared module loads as before"

	# All that would not mean much if nobody noticed.
	{
		echo "exec slabs_before $settle > /tmp/slabs_before"
		echo "load broken $guest_mods/broken.ko"
		echo "exec slabs_after $settle > /tmp/slabs_after"
		echo "exec leaks $grown"
		[ -z "$kmemleak" ] || echo "exec kmemleak $leaked"
	} > "$work/steps"
	initramfs "$O" "$work/steps" "$work/root-$suite"
	"$boot" "$O" "$log_all"
	name=$(printf '%s\n' "${log[@]}")
	[[ $name = *"possible circular locking dependency"* ]]
	is $? 0 "a module that takes locks in both orders: lockdep says so"
	[[ $name = *"KASAN: "*"use-after-free in broken_init"* ]]
	is $? 0 "a module that reads what it has freed: KASAN says so"
	[[ $(get_fact leaks/out) = *"kmalloc-128 "* ]]
	is $? 0 "a module that loses memory: a slab cache has grown"
	if [ -n "$kmemleak" ]; then
		name=$(get_fact kmemleak/out)
		# The init function is gone, so its address has no name.
		[[ ${name%% *} =~ ^[0-9]+$ && ${name%% *} -gt 900 &&
			$name = *"(size 128)"*"comm \"guest\""*" do_init_module+"* ]]
		is $? 0 "a module that loses memory: kmemleak has found ${name%%[!0-9]*} of its 1000 losses"
	fi
	read_cases policy.cases
}
