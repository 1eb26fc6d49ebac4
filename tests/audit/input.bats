#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Files that are not what they say: each is named, and the rest goes on.

# shellcheck disable=SC2154 # helper.bash sets the variables
load helper

setup_file() { build_audit; }

setup() {
	setup_audit
	module undeclared gated_1
	good=$dir/undeclared.ko
}

# The file $1 is named with a reason, and the good module judged all the same.
unread() {
	audit --tsv "$dir"
	[ "$status" = 2 ]
	[[ $output = *"$1: "$2* ]]
	[[ $output = *undeclared$'\t'N$'\trefused\tgated_1'* ]]
}

@test "compressed: .gz, .xz and .zst, and several streams in a file" {
	local half=$(($(stat -c %s "$good") / 2)) file

	mkdir "$BATS_TEST_TMPDIR/c"
	gzip -c "$good" >"$BATS_TEST_TMPDIR/c/a.ko.gz"
	xz -c "$good" >"$BATS_TEST_TMPDIR/c/b.ko.xz"
	zstd -qc "$good" >"$BATS_TEST_TMPDIR/c/c.ko.zst"
	for file in 'gzip d.ko.gz' 'xz e.ko.xz' 'zstd f.ko.zst'; do
		{ head -c "$half" "$good" | ${file% *} -c; tail -c +$((half + 1)) "$good" | ${file% *} -c; } \
			>"$BATS_TEST_TMPDIR/c/${file#* }"
	done
	# The suffix is not believed.
	cp "$BATS_TEST_TMPDIR/c/b.ko.xz" "$BATS_TEST_TMPDIR/c/g.ko"
	cp "$good" "$BATS_TEST_TMPDIR/c/h.ko.zst"
	audit --tsv "$BATS_TEST_TMPDIR/c"
	[ "$status" = 1 ]
	[ "$(grep -c $'\trefused\tgated_1' <<<"$output")" = 8 ]
}

@test "compressed: cut short, damaged, and no module inside" {
	local how size

	for how in 'gzip gz' 'xz xz' 'zstd zst'; do
		${how% *} -c "$good" >"$BATS_TEST_TMPDIR/whole"
		size=$(stat -c %s "$BATS_TEST_TMPDIR/whole")
		head -c $((size / 2)) "$BATS_TEST_TMPDIR/whole" >"$dir/cut.ko.${how#* }"
		head -c $((size - 1)) "$BATS_TEST_TMPDIR/whole" >"$dir/last.ko.${how#* }"
		{ head -c $((size / 2)) "$BATS_TEST_TMPDIR/whole"; printf XXXXXXXX; tail -c +$((size / 2 + 9)) "$BATS_TEST_TMPDIR/whole"; } >"$dir/damaged.ko.${how#* }"
		echo text | ${how% *} -c >"$dir/text.ko.${how#* }"
		unread "cut.ko.${how#* }"
		unread "last.ko.${how#* }"
		unread "damaged.ko.${how#* }"
		unread "text.ko.${how#* }" "what is compressed is no ELF file"
	done
}

@test "compressed: a bomb is stopped at the limit, and takes no more memory" {
	local how

	for how in gzip:gz xz:xz zstd:zst; do
		{ cat "$good"; head -c 512M /dev/zero; } | "${how%:*}" -1 -c >"$dir/bomb.ko.${how#*:}"
	done
	run /usr/bin/env bash -c 'ulimit -v 600000; exec "$@"' - "$audit" -J 1 -l 64 -g "$BATS_TEST_TMPDIR/list" "$dir"
	echo "$output"
	[ "$status" = 2 ]
	[ "$(grep -c 'bomb.*: more than 67108864 bytes when decompressed' <<<"$output")" = 3 ]
	[[ $output = *refused* ]]
}

@test "ELF: cut anywhere, it is never taken for one that is not refused" {
	local size n

	size=$(stat -c %s "$good")
	mkdir "$BATS_TEST_TMPDIR/cut"
	for ((n = 0; n < size; n += 7)); do
		head -c "$n" "$good" >"$BATS_TEST_TMPDIR/cut/$n.ko"
	done
	audit --tsv --all "$BATS_TEST_TMPDIR/cut"
	[ "$status" = 2 ]
	[ "$(grep -c ': ' <<<"$output")" = $(((size + 6) / 7)) ]
	[ "$(grep -cE $'\t(accepted|unconcerned)\t' <<<"$output")" = 0 ]
}

@test "ELF: other classes and byte orders that lie, sizes that lie" {
	local n b

	mkdir "$BATS_TEST_TMPDIR/lie"
	# Each byte of the header, and of the section headers, in turn.
	for ((n = 4; n < 64; n++)); do
		for b in 000 377 001; do
			cp "$good" "$BATS_TEST_TMPDIR/lie/$n-$b.ko"
			printf %b "\\0$b" | dd of="$BATS_TEST_TMPDIR/lie/$n-$b.ko" bs=1 seek="$n" conv=notrunc status=none
		done
	done
	audit --tsv --all "$BATS_TEST_TMPDIR/lie"
	[ "$status" = 1 ] || [ "$status" = 2 ]
	[ "$(grep -c "/lie/" <<<"$output")" = 180 ]
	[ "$(grep -cE $'\t(accepted|unconcerned)\t' <<<"$output")" = 0 ]
}

@test "ELF: not a module: an object file, a program, a library, a text" {
	echo 'label: nop' | as -o "$dir/object.ko" -
	cp /bin/true "$dir/program.ko"
	echo text >"$dir/text.ko"
	: >"$dir/empty.ko"
	unread object.ko "an object file, but no module"
	unread program.ko
	unread text.ko "neither an ELF file nor compressed"
	unread empty.ko empty
}

@test "ELF: exports whose names were stripped, or whose flags do not fit" {
	module exporter export:g3=3
	strip --strip-unneeded "$dir/exporter.ko"
	unread exporter.ko "the labels of its exports have been stripped"
	module exporter export:g3=3 export:g4=
	unread exporter.ko
	module exporter export:g3=3
	objcopy --remove-section .modinfo "$dir/exporter.ko"
	unread exporter.ko "an object file, but no module"
	module exporter export:g3=3
	printf 'userspace=x' >"$BATS_TEST_TMPDIR/s"
	objcopy --update-section .modinfo="$BATS_TEST_TMPDIR/s" "$dir/exporter.ko"
	unread exporter.ko ".modinfo does not end with a NUL"
}

@test "files: a fifo, a device, a directory, links in a loop and into nothing" {
	mkfifo "$dir/fifo.ko"
	mkdir "$dir/directory.ko"
	ln -s loop.ko "$dir/loop.ko"
	ln -s nothing "$dir/dangling.ko"
	ln -s "$dir" "$dir/up"
	ln -s /dev/zero "$dir/zero.ko"
	ln -s "$good" "$dir/link.ko"
	audit --tsv "$dir"
	[ "$status" = 2 ]
	[[ $output = *"fifo.ko: not a regular file"* ]]
	[[ $output = *"zero.ko: not a regular file"* ]]
	[[ $output = *"loop.ko: Too many levels of symbolic links"* ]]
	[[ $output = *"dangling.ko: No such file or directory"* ]]
	[[ $output != *directory.ko* ]]
	[ "$(grep -c $'\trefused\t' <<<"$output")" = 2 ]
}

@test "files: no permission" {
	cp "$good" "$dir/secret.ko"
	chmod 0 "$dir/secret.ko"
	mkdir -m 0 "$dir/secrets"
	chmod -R go+rX "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR"
	chmod 0 "$dir/secret.ko" "$dir/secrets"
	if [ "$(id -u)" = 0 ]; then
		run setpriv --reuid=65534 --regid=65534 --clear-groups "$audit" -g "$BATS_TEST_TMPDIR/list" "$dir"
	else
		audit "$dir"
	fi
	echo "$output"
	chmod 700 "$dir/secrets"
	[ "$status" = 2 ]
	[[ $output = *"secret.ko: Permission denied"* ]]
	[[ $output = *"secrets: Permission denied"* ]]
	[[ $output = *refused* ]]
}

@test "files: newlines, control characters and no UTF-8 in a name" {
	cp "$good" "$dir/"$'new\nline\033[31m\tx\377\\.ko'
	: >"$dir/"$'empty\n.ko'
	audit --tsv "$dir"
	[[ $output = *'new\x0aline\x1b[31m\x09x\xff\\.ko'$'\tundeclared\t'* ]]
	[[ $output = *'empty\x0a.ko: empty'* ]]
	[ "${#lines[@]}" = 4 ]
	"$audit" -g "$BATS_TEST_TMPDIR/list" --json "$dir" 2>/dev/null | /usr/bin/python3 -m json.tool >/dev/null
}

@test "files: the names of a module and its symbols may be anything" {
	module "bad" gated_1 $'name2=x'
	printf 'name=a\tb\nc\0license=GPL\0' >"$BATS_TEST_TMPDIR/s"
	objcopy --update-section .modinfo="$BATS_TEST_TMPDIR/s" "$dir/bad.ko"
	audit --tsv "$dir"
	[[ $output = *$'bad.ko\ta\\x09b\\x0ac\tN\trefused\tgated_1'* ]]
	[ "${#lines[@]}" = 3 ]
}

@test "files: 100,000 of them" {
	mkdir "$BATS_TEST_TMPDIR/many"
	(cd "$BATS_TEST_TMPDIR/many" && seq -f '%06.0f.ko' 100000 | xargs -n 1000 touch &&
		for n in 000007 050000 099999; do cat "$good" >"$n.ko"; done)
	status=0
	"$audit" -g "$BATS_TEST_TMPDIR/list" --tsv "$BATS_TEST_TMPDIR/many" >"$BATS_TEST_TMPDIR/out" 2>&1 || status=$?
	[ "$status" = 2 ]
	[ "$(grep -c ': empty$' "$BATS_TEST_TMPDIR/out")" = 99997 ]
	[ "$(grep -c $'\trefused\t' "$BATS_TEST_TMPDIR/out")" = 3 ]
}

@test "lists and rules that are not readable end it" {
	audit -T "$BATS_TEST_TMPDIR/no-rules" "$dir"
	[ "$status" = 2 ]
	printf 'gated\tx\0y\n' >"$BATS_TEST_TMPDIR/list"
	audit "$dir"
	[ "$status" = 2 ]
	printf 'gatd\tx\n' >"$BATS_TEST_TMPDIR/list"
	audit "$dir"
	[ "$status" = 2 ]
	run "$audit" -l 0 "$dir"
	[ "$status" = 2 ]
	run "$audit" -J 1x "$dir"
	[ "$status" = 2 ]
}
