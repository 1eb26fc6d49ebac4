#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# make treewide, on a small kernel: what the tables say becomes commits.
# shellcheck disable=SC2030,SC2031,SC2129,SC2154 # bats: each test is a subshell, and sets status and lines

load helper

setup() {
	setup_fixture
	mkdir -p "$repo/scripts/coccinelle/misc" "$KERNEL/drivers"
	cp "$top"/scripts/coccinelle/misc/*_userspace.cocci "$repo/scripts/coccinelle/misc/"
	for name in a b lib; do
		printf 'static int x;\n\nMODULE_DESCRIPTION("%s");\nMODULE_LICENSE("GPL");\n' $name >"$KERNEL/drivers/$name.c"
	done
	printf 'void give(void)\n{\n}\n%s\n\nvoid keep(void)\n{\n}\nEXPORT_SYMBOL(keep);\n\nvoid take(void)\n{\n}\nEXPORT_SYMBOL_NS_GPL(take, "NS");\n' \
		'EXPORT_SYMBOL(give);' >"$KERNEL/drivers/exp.c"
	plain_git -C "$KERNEL" add -A
	plain_git -C "$KERNEL" commit -q -m drivers
	make_series
	series=$repo/series
	tsv group kind subject why note >"$series/facts/groups.tsv"
	tsv one declare 'drivers: declare' 'Because.' '' >>"$series/facts/groups.tsv"
	tsv hand patch 'two: change a line' '' '' >>"$series/facts/groups.tsv"
	tsv two gate 'drivers: gate' 'Because.\nAnd also.' 'At last.' >>"$series/facts/groups.tsv"
	tsv class url license evidence_use evidence_license >"$series/facts/classes.tsv"
	tsv kms https://example.org/kms MIT 'seen in x.c' 'COPYING' >>"$series/facts/classes.tsv"
	tsv group module file kind url license evidence_use evidence_license >"$series/facts/declarations.tsv"
	tsv one a drivers/a.c userspace https://example.org/a MIT use lic >>"$series/facts/declarations.tsv"
	tsv one a drivers/a.c userspace https://example.org/z ISC use lic >>"$series/facts/declarations.tsv"
	tsv one b drivers/b.c class:kms - - 'no ioctl of its own' - >>"$series/facts/declarations.tsv"
	tsv one lib drivers/lib.c library - - 'helpers only' - >>"$series/facts/declarations.tsv"
	tsv group symbol file from ns verdict reason >"$series/facts/exports.tsv"
	tsv two give drivers/exp.c EXPORT_SYMBOL - convert 'gives one out' >>"$series/facts/exports.tsv"
	tsv two keep drivers/exp.c EXPORT_SYMBOL - leave 'has none' >>"$series/facts/exports.tsv"
	tsv two take drivers/exp.c EXPORT_SYMBOL_NS_GPL NS convert 'takes one in' >>"$series/facts/exports.tsv"
}

tsv() { (IFS=$'\t' && printf '%s\n' "$*"); }

treewide() {
	made=$("$repo/series/facts/treewide" | tail -n 1)
	[ -n "$made" ]
}

show() { git -C "$KERNEL" show "$made:$1"; }

@test "treewide: declarations in the order of the table, exports by symbol" {
	treewide
	diff - <(show drivers/a.c) <<-'END'
		static int x;

		MODULE_DESCRIPTION("a");
		MODULE_LICENSE("GPL");
		MODULE_USERSPACE("https://example.org/a", "MIT");
		MODULE_USERSPACE("https://example.org/z", "ISC");
	END
	[ "$(show drivers/b.c | tail -n 1)" = 'MODULE_USERSPACE("https://example.org/kms", "MIT");' ]
	[ "$(show drivers/lib.c | tail -n 1)" = 'MODULE_USERSPACE_LIBRARY();' ]
	[ "$(show drivers/exp.c | grep EXPORT)" = 'EXPORT_SYMBOL_USERSPACE_GPL(give);
EXPORT_SYMBOL(keep);
EXPORT_SYMBOL_NS_USERSPACE_GPL(take, "NS");' ]
}

@test "treewide: first what the table does not name, then the table in its order" {
	treewide
	[ "$(git -C "$KERNEL" log --reverse --format=%s HEAD.."$made")" = 'one: add a header
three: change both
drivers: declare
two: change a line
drivers: gate' ]
	sed -i 's/^hand\tpatch\t.*/hand\tpatch\tno such subject\t\t/' "$repo/series/facts/groups.tsv"
	fails_with 'no patch "no such subject"' "$repo/series/facts/treewide.py" plan "$repo"/patches/0*.patch
}

@test "treewide: a message has the facts and the command" {
	treewide
	git -C "$KERNEL" log --format=%B -n 1 --grep='drivers: declare' "$made" >"$BATS_TEST_TMPDIR/declare"
	for text in https://example.org/a 'Use: seen in x.c' 'License: COPYING' \
		'b: no ioctl of its own' 'lib (library)' 'add_userspace.cocci'; do
		grep -qF "$text" "$BATS_TEST_TMPDIR/declare"
	done
	git -C "$KERNEL" log --format=%B -n 1 --grep='drivers: gate' "$made" >"$BATS_TEST_TMPDIR/gate"
	for text in 'give: gives one out' 'And also.' 'At last.' 'gate_userspace.cocci'; do
		grep -qF "$text" "$BATS_TEST_TMPDIR/gate"
	done
	run grep keep "$BATS_TEST_TMPDIR/gate"
	[ "$status" -eq 1 ]
}

@test "treewide: twice gives the same commits, and so does a series that has them" {
	treewide
	first=$made
	treewide
	[ "$made" = "$first" ]
	plain_git -C "$TREE" checkout -q --detach "$made"
	"$repo/series/apply/refresh"
	[ "$(wc -l <"$repo/patches/series")" = 5 ]
	"$repo/series/facts/treewide" --check
	treewide
	[ "$(git -C "$KERNEL" rev-parse "$made^{tree}")" = "$(git -C "$KERNEL" rev-parse "$first^{tree}")" ]
	# What the table does not have any more is gone from the series, too.
	sed -i '/^two\t/d' "$repo/series/facts/groups.tsv" "$repo/series/facts/exports.tsv"
	treewide
	show drivers/exp.c | grep 'EXPORT_SYMBOL(give)' >/dev/null
}

@test "treewide: --check sees a table that the patches do not follow" {
	treewide
	plain_git -C "$TREE" checkout -q --detach "$made"
	"$repo/series/apply/refresh"
	sed -i 's,example.org/kms,example.org/other,' "$repo/series/facts/classes.tsv"
	fails_with 'patches/ are not what the tables give' "$repo/series/facts/treewide" --check
}

@test "treewide: what another base does not have is left out, and said" {
	plain_git -C "$KERNEL" rm -q drivers/b.c
	sed -i /give/d "$KERNEL/drivers/exp.c"
	seq 100 140 >"$KERNEL/kernel/module/main.c"
	plain_git -C "$KERNEL" commit -q -a -m 'b is gone'
	fails_with 'cannot be made\|does not apply' "$repo/series/facts/treewide"
	git -C "$KERNEL" show HEAD~:kernel/module/main.c | sed 's/^20$/zwanzig/' >"$KERNEL/kernel/module/main.c"
	sed -i 's/= 4/= 9/' "$KERNEL/Makefile"
	plain_git -C "$KERNEL" commit -q -a -m 'another version'
	run "$repo/series/facts/treewide"
	[ "$status" -eq 0 ]
	grep -q 'this base has no drivers/b.c' <<<"$output"
	grep -q 'this base has no give' <<<"$output"
	grep -q 'two-change-a-line.patch does not apply to Linux 7.3.9' <<<"$output"
	made=${lines[-1]}
	show drivers/a.c | grep MODULE_USERSPACE >/dev/null
}

@test "treewide: what the series builds on comes first, where a base lacks it" {
	backport=$repo/series/base/backports
	rm -rf "$backport"
	mkdir -p "$backport/7.2" "$backport/7.1"
	git -C "$KERNEL" show HEAD:kernel/module/main.c >"$BATS_TEST_TMPDIR/main.c"
	sed -i 's/= 3$/= 2/' "$KERNEL/Makefile"
	sed -i '20d' "$KERNEL/kernel/module/main.c"
	plain_git -C "$KERNEL" commit -q -a -m 'older'
	older=$(git -C "$KERNEL" rev-parse HEAD)
	cp "$BATS_TEST_TMPDIR/main.c" "$KERNEL/kernel/module/"
	plain_git -C "$KERNEL" commit -q -a -m 'bring 20'
	plain_git -C "$KERNEL" format-patch -q -o "$backport/7.1" HEAD~
	plain_git -C "$KERNEL" reset -q --hard "$older"
	sed -i '/two: change a line/d' "$repo/series/facts/groups.tsv"
	fails_with 'two-change-a-line.patch does not apply to Linux 7.2.4: ' "$repo/series/facts/treewide"
	mv "$backport/7.1"/* "$backport/7.2/"
	treewide
	[ "$(git -C "$KERNEL" log --reverse --format=%s HEAD.."$made" | head -n 2)" = 'bring 20
one: add a header' ]
	show kernel/module/main.c | grep '^twenty$' >/dev/null
	# One that does not apply is an error, as of any patch before the table.
	sed -i 's/^ 19$/ 18/' "$backport"/7.2/*.patch
	fails_with '0001-bring-20.patch does not apply to Linux 7.2.4: ' "$repo/series/facts/treewide"
}

# Where the patch does not apply as it is, git merges if it can.
@test "treewide: on another base git merges, with the base of the series" {
	git clone -q --bare "$KERNEL" "$USERSPACE_GPL_CACHE/base.git"
	sed -i 's/= 4$/= 9/' "$KERNEL/Makefile"
	sed -i 's/^18$/eighteen/' "$KERNEL/kernel/module/main.c"
	plain_git -C "$KERNEL" commit -q -a -m 'other context'
	treewide
	[ "$(show kernel/module/main.c | sed -n '18,20p;40p')" = 'eighteen
19
twenty
forty' ]
	[ "$(git -C "$KERNEL" diff --name-only HEAD "$made" -- Makefile)" = '' ]
	sed -i 's/^20$/XX/' "$KERNEL/kernel/module/main.c"
	plain_git -C "$KERNEL" commit -q -a -m 'a conflict'
	run "$repo/series/facts/treewide"
	grep -q 'two-change-a-line.patch does not apply to Linux 7.3.9: CONFLICT (content): Merge conflict in kernel/module/main.c' <<<"$output"
}

@test "treewide: a row without effect, and a class that is none, are errors" {
	cp "$repo/series/facts/declarations.tsv" "$BATS_TEST_TMPDIR/declarations.tsv"
	tsv one exp drivers/exp.c userspace https://example.org/a MIT use lic >>"$repo/series/facts/declarations.tsv"
	run "$repo/series/facts/treewide"
	[ "$status" -ne 0 ]
	grep -q 'drivers/exp.c: could not add MODULE_USERSPACE' <<<"$output"
	cp "$BATS_TEST_TMPDIR/declarations.tsv" "$repo/series/"
	sed -i 's/class:kms/class:kmz/' "$repo/series/facts/declarations.tsv"
	run "$repo/series/facts/treewide"
	[ "$status" -ne 0 ]
	grep -q 'classes.tsv has no kmz' <<<"$output"
	cp "$BATS_TEST_TMPDIR/declarations.tsv" "$repo/series/"
	sed -i 's/EXPORT_SYMBOL(give)/EXPORT_SYMBOL_FOR_MODULES(give, "x")/' "$KERNEL/drivers/exp.c"
	plain_git -C "$KERNEL" commit -q -a -m other
	run "$repo/series/facts/treewide"
	[ "$status" -ne 0 ]
	grep -q 'drivers/exp.c: could not gate give' <<<"$output"
}

# bad TABLE SED MESSAGE: with that edit every command fails, in one line.
bad() {
	cp "$series/$1" "$BATS_TEST_TMPDIR/good"
	sed -i -E "$2" "$series/$1"
	echo "$1: $2"
	! cmp -s "$series/$1" "$BATS_TEST_TMPDIR/good" || return 1
	for command in "plan $repo/patches/0001-one-add-a-header.patch" 'files one' "edit one $BATS_TEST_TMPDIR"; do
		# shellcheck disable=SC2086 # words
		run "$series/facts/treewide.py" $command
		echo "$output"
		[ "$status" -ne 0 ]
		[ "$output" = "$3" ]
	done
	cp "$BATS_TEST_TMPDIR/good" "$series/$1"
}

@test "treewide: a mistake in a table is said, with its line, before anything is made" {
	run "$series/facts/treewide.py" files one
	[ "$status" -eq 0 ]
	bad groups.tsv '2s/\tdeclare\t/\tdeclares\t/' "groups.tsv:2: kind is 'declares', not declare or gate or patch"
	bad groups.tsv '2s/\t/ /' 'groups.tsv:2: 4 fields, not 5'
	bad groups.tsv '4s/^two/one/' 'groups.tsv:4: group one once more, the first is groups.tsv:2'
	bad groups.tsv '4s/gate\tdrivers: gate/gate\tdrivers: declare/' 'groups.tsv:4: subject drivers: declare once more, the first is groups.tsv:2'
	bad classes.tsv '2s/$/\tmore/' 'classes.tsv:2: 6 fields, not 5'
	bad classes.tsv '2s/\tMIT\t/\t\t/' 'classes.tsv:2: no license'
	bad classes.tsv '2{p}' 'classes.tsv:3: class kms url https://example.org/kms once more, the first is classes.tsv:2'
	bad declarations.tsv '3s/^one/onee/' 'declarations.tsv:3: groups.tsv has no onee'
	bad declarations.tsv '3s/^one/two/' 'declarations.tsv:3: group two is of the kind gate, not declare'
	bad declarations.tsv '2s/\tuserspace\t/\tuserspcae\t/' "declarations.tsv:2: kind is 'userspcae', not class:<name> or library or userspace"
	bad declarations.tsv '4s/class:kms/class:kmz/' 'declarations.tsv:4: classes.tsv has no kmz'
	bad declarations.tsv '2s/\thttps[^\t]*/\t-/' 'declarations.tsv:2: no url'
	bad declarations.tsv '4s/\t-\t-\t/\t-\tMIT\t/' 'declarations.tsv:4: a url or a license, of a row of the kind class:kms'
	bad declarations.tsv '2{p}' 'declarations.tsv:3: file drivers/a.c url https://example.org/a once more, the first is declarations.tsv:2'
	bad declarations.tsv '5{p}' 'declarations.tsv:6: file drivers/lib.c kind library once more, the first is declarations.tsv:5'
	bad declarations.tsv '5s/$/\t/' 'declarations.tsv:5: 9 fields, not 8'
	bad exports.tsv '2s/convert/convertt/' "exports.tsv:2: verdict is 'convertt', not convert or leave"
	bad exports.tsv '2s/^two/second/' 'exports.tsv:2: groups.tsv has no second'
	bad exports.tsv '2s/^two/one/' 'exports.tsv:2: group one is of the kind declare, not gate'
	bad exports.tsv '3{p}' 'exports.tsv:4: symbol keep once more, the first is exports.tsv:3'
	bad exports.tsv '2s/\t/ /' 'exports.tsv:2: 6 fields, not 7'
	sed -i '4s/class:kms/class:kmz/' "$series/facts/declarations.tsv"
	fails_with 'declarations.tsv:4: classes.tsv has no kmz' "$series/facts/treewide"
}
