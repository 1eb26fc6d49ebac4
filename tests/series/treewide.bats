#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# make treewide, on a small kernel: what the records say becomes commits.
# shellcheck disable=SC2030,SC2031,SC2129,SC2154 # bats: each test is a subshell, and sets status and lines

load helper

setup() {
	setup_fixture treewide_fixture
	series=$repo/series
	facts=$series/facts
}

treewide_fixture() {
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
	facts=$repo/series/facts
	rm "$facts"/*.toml
	order '"one", "hand", "two"' <<<'hand = "two: change a line"'
	cat >"$facts/one.toml" <<-'END'
		[[commit]]
		name = "one"
		subject = "drivers: declare"
		about = "Some exports"

		[[class]]
		name = "kms"
		[[class.userspace]]
		url = "https://example.org/kms"
		license = "MIT"
		use = "seen in {src} x.c"
		evidence = [
		    { in = "src", path = "x.c", use = ["ioctl"] },
		    { in = "src", path = "COPYING", license = ["may be used"] },
		]

		[[module]]
		name = "a"
		commit = "one"
		file = "drivers/a.c"
		[[module.userspace]]
		url = "https://example.org/a"
		license = "MIT"
		use = "use"
		evidence = [
		    { in = "src", path = "x.c", use = ["ioctl"] },
		    { in = "src", path = "COPYING", license = ["may be used"] },
		]
		[[module.userspace]]
		url = "https://example.org/z"
		license = "ISC"
		use = "use"
		evidence = [
		    { in = "src", path = "x.c", use = ["ioctl"] },
		    { in = "src", path = "COPYING", license = ["may be used"] },
		]

		[[module]]
		name = "b"
		commit = "one"
		file = "drivers/b.c"
		class = ["kms"]
		interface = "no ioctl of its own"

		[[module]]
		name = "lib"
		commit = "one"
		file = "drivers/lib.c"
		library = true
		interface = "helpers only"
	END
	cat >"$facts/two.toml" <<-'END'
		[[commit]]
		name = "two"
		subject = "drivers: gate"
		why = """
		Because.

		And
		also.
		"""
		note = "At last."

		[[export]]
		symbol = "give"
		file = "drivers/exp.c"
		from = "EXPORT_SYMBOL"
		commit = "two"
		reason = "gives one out"

		[[export]]
		symbol = "keep"
		file = "drivers/exp.c"
		from = "EXPORT_SYMBOL"
		leave = true
		reason = "has none"

		[[export]]
		symbol = "take"
		file = "drivers/exp.c"
		from = "EXPORT_SYMBOL_NS_GPL"
		namespace = "NS"
		commit = "two"
		reason = "takes one in"
	END
}

treewide() {
	made=$("$repo/series/facts/treewide" | tail -n 1)
	[ -n "$made" ]
}

show() { git -C "$KERNEL" show "$made:$1"; }

@test "treewide: declarations in the order of the records, exports by symbol" {
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

# What the order does not name stays behind what it follows in the series.
@test "treewide: the order of the records, and what they do not name in its place" {
	treewide
	[ "$(git -C "$KERNEL" log --reverse --format=%s HEAD.."$made")" = 'one: add a header
drivers: declare
two: change a line
three: change both
drivers: gate' ]
	sed -i 's/^hand = .*/hand = "no such subject"/' "$facts/order.toml"
	fails_with 'no patch "no such subject"' "$repo/series/facts/treewide.py" plan "$repo"/patches/*/0*.patch
}

@test "treewide: a message has the facts and the command" {
	treewide
	git -C "$KERNEL" log --format=%B -n 1 --grep='drivers: declare' "$made" >"$BATS_TEST_TMPDIR/declare"
	for text in https://example.org/a 'Use: seen in some/one@01234567 x.c' \
		'License: some/one@01234567 COPYING: "may be used"' \
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
	# What the records do not have any more is gone from the series, too.
	rm "$facts/two.toml"
	sed -i 's/, "two"//' "$facts/order.toml"
	treewide
	show drivers/exp.c | grep 'EXPORT_SYMBOL(give)' >/dev/null
}

@test "treewide: ONE=1 makes one commit of the generated ones, and the same tree" {
	treewide
	many=$made
	export ONE=1
	treewide
	[ "$(git -C "$KERNEL" rev-parse "$made^{tree}")" = "$(git -C "$KERNEL" rev-parse "$many^{tree}")" ]
	[ "$(git -C "$KERNEL" log --reverse --format=%s HEAD.."$made")" = 'one: add a header
two: change a line
three: change both
treewide: declare the free userspace of modules and gate exports' ]
	git -C "$KERNEL" log -1 --format=%B "$made" >"$BATS_TEST_TMPDIR/message"
	for text in 'make treewide ONE=1' 'a: https://example.org/a MIT' 'lib: library' 'give, take'; do
		grep -qF "$text" "$BATS_TEST_TMPDIR/message"
	done
}

@test "treewide: --check sees a record that the patches do not follow" {
	treewide
	plain_git -C "$TREE" checkout -q --detach "$made"
	"$repo/series/apply/refresh"
	sed -i 's,example.org/kms,example.org/other,' "$facts/one.toml"
	fails_with 'patches/ are not what the records give' "$repo/series/facts/treewide" --check
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
	sed -i -e 's/"hand", //' -e /hand/d "$facts/order.toml"
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

@test "treewide: a record without effect is an error" {
	cp "$facts/one.toml" "$BATS_TEST_TMPDIR/one.toml"
	printf '[[module]]\nname = "exp"\ncommit = "one"\nfile = "drivers/exp.c"\nlibrary = true\ninterface = "-"\n' >>"$facts/one.toml"
	run "$facts/treewide"
	[ "$status" -ne 0 ]
	grep -q 'drivers/exp.c: could not add MODULE_USERSPACE_LIBRARY' <<<"$output"
	cp "$BATS_TEST_TMPDIR/one.toml" "$facts/"
	sed -i 's/EXPORT_SYMBOL(give)/EXPORT_SYMBOL_FOR_MODULES(give, "x")/' "$KERNEL/drivers/exp.c"
	plain_git -C "$KERNEL" commit -q -a -m other
	run "$facts/treewide"
	[ "$status" -ne 0 ]
	grep -q 'drivers/exp.c: could not gate give' <<<"$output"
}

# What spatch made of a file is kept, for that file and that edit.
@test "treewide: spatch is asked once for each edit of a file" {
	kept() { (cd "$USERSPACE_GPL_CACHE/treewide.spatch" && stat -c '%n %i %y' ./*); }
	treewide
	first=$made before=$(kept)
	[ "$(wc -l <<<"$before")" = 4 ]
	treewide
	[ "$made" = "$first" ]
	[ "$(kept)" = "$before" ]
	sed -i 's,example.org/z,example.org/y,' "$facts/one.toml"
	treewide
	[ "$(show drivers/a.c | tail -n 1)" = 'MODULE_USERSPACE("https://example.org/y", "ISC");' ]
	[ "$(kept | grep -cxF "$before")" = 4 ]
	[ "$(kept | wc -l)" = 5 ]
	# Another semantic patch makes something else of all of them.
	echo '// more' >>"$repo/scripts/coccinelle/misc/gate_userspace.cocci"
	treewide
	[ "$(kept | wc -l)" = 9 ]
}

@test "treewide: --declare shows what a record changes, and is what refresh writes" {
	treewide
	plain_git -C "$TREE" checkout -q --detach "$made"
	"$repo/series/apply/refresh"
	sed -i 's,example.org/z,example.org/y,' "$facts/one.toml"
	run "$facts/treewide" --declare
	[ "$status" -eq 0 ]
	grep '^-+MODULE_USERSPACE("https://example.org/z", "ISC");$' <<<"$output"
	grep '^++MODULE_USERSPACE("https://example.org/y", "ISC");$' <<<"$output"
	[ "$(grep -c '^--- a/' <<<"$output")" = 1 ]
	cp -r "$repo/patches" "$BATS_TEST_TMPDIR/declared"
	treewide
	plain_git -C "$TREE" checkout -q --detach "$made"
	"$repo/series/apply/refresh"
	diff -r "$BATS_TEST_TMPDIR/declared" "$repo/patches"
	# What is a file of another patch as well is not in that one yet.
	printf '%s\t%s\n' scripts/mod/userspace-none.h{,} >>"$repo/series/apply/files"
	mkdir -p "$repo/scripts/mod"
	touch "$repo/scripts/mod/userspace-none.h"
	run "$facts/treewide" --declare
	[ "$status" -eq 0 ]
	grep 'scripts/mod/userspace-none.h is made anew, make refresh takes it into its patch$' <<<"$output"
}

# says MESSAGE COMMAND...: the commands fail, and say that in one line.
says() {
	local message=$1 command

	shift
	for command; do
		# shellcheck disable=SC2086 # words
		run "$facts/"$command
		echo "$output"
		[ "$status" -ne 0 ]
		[ "$output" = "$message" ]
	done
}

# bad FILE SED MESSAGE: with that edit the records are not good.
bad() {
	cp "$facts/$1" "$BATS_TEST_TMPDIR/good"
	sed -i -E "$2" "$facts/$1"
	echo "$1: $2"
	! cmp -s "$facts/$1" "$BATS_TEST_TMPDIR/good" || return 1
	says "$3" 'facts.py check'
	cp "$BATS_TEST_TMPDIR/good" "$facts/$1"
}

@test "treewide: a mistake in a record is said, with its name, before anything is made" {
	run "$facts/facts.py" check
	echo "$output"
	[ "$status" -eq 0 ]
	bad order.toml 's/"hand"/"hend"/' 'order.toml: hend is no commit, and not made by hand'
	bad order.toml 's/^hand/two/' 'order.toml: hand is no commit, and not made by hand'
	bad order.toml 's/, "two"//' 'two.toml: commit two is not in order.toml'
	bad order.toml 's/"hand"/"hand", "hand"/' 'order.toml: hand in the order once more, the first is order.toml'
	bad order.toml 's/^patches = \[/patches = /' 'order.toml: Expected newline or end of document after a statement (at line 4, column 16)'
	bad one.toml '1s/commit/kommit/' 'one.toml: what is kommit?'
	bad one.toml '/^about/d' 'one.toml: commit one: either what it is about, or why'
	bad one.toml 's/^about/abaut/' 'one.toml: commit one: what is abaut?'
	bad two.toml 's/^subject.*/subject = "drivers: declare"/' 'two.toml: commit two: subject drivers: declare once more, the first is one.toml: commit one'
	bad two.toml 's/^name = "two"/name = "one"/' 'two.toml: commit one once more, the first is in one.toml: commit one'
	bad one.toml 's/^(url = .*kms).*/\1"\nmore = "x"/' 'one.toml: class kms: userspace: what is more?'
	bad one.toml '/^license = "ISC"/d' 'one.toml: module a: userspace: no license'
	bad one.toml 's/^license = "ISC"/license = 1/' 'one.toml: module a: userspace: license is no str'
	bad one.toml 's/^license = "ISC"/license = ""/' 'one.toml: module a: userspace: no license'
	bad one.toml 's/^commit = "one"/commit = "onee"/' 'one.toml: module a: onee is no commit that declares'
	bad one.toml 's/^commit = "one"/commit = "two"/' 'one.toml: module a: two is no commit that declares'
	bad one.toml 's/^class = .*/class = ["kmz"]/' 'one.toml: module b: no class kmz'
	bad one.toml 's/^class = .*/class = "kms"/' 'one.toml: module b: class is no list'
	bad one.toml '/^class = /d' 'one.toml: module b: none of userspace, class, library, undeclared'
	bad one.toml '/^interface = "no/d' 'one.toml: module b: no interface'
	bad one.toml 's/^library = true/library = true\nundeclared = "none"/' 'one.toml: module lib: library and undeclared of userspace, class, library, undeclared'
	bad one.toml 's/^library = true/library = "yes"/' 'one.toml: module lib: library is no bool'
	bad one.toml 's,drivers/lib.c,drivers/a.c,' 'one.toml: module lib: file drivers/a.c once more, the first is one.toml: module a'
	bad one.toml 's,example.org/z,example.org/a,; s/"ISC"/"MIT"/' 'one.toml: module a: drivers/a.c: https://example.org/a MIT once more, the first is one.toml: module a'
	bad one.toml 's/^use = "use"/use = "in {scr} x.c"/' 'one.toml: module a: sources.toml has no scr'
	bad one.toml 's/in = "src", path = "x.c"/in = "scr", path = "x.c"/' 'one.toml: module a: sources.toml has no scr'
	bad one.toml '/use = \["ioctl"\]/d' 'one.toml: module a: https://example.org/a: no evidence of its use'
	bad one.toml '/license = \[/d' 'one.toml: module a: https://example.org/a: no evidence of its license'
	bad one.toml 's/use = \["ioctl"\]/shows = "ioctl"/' 'one.toml: class kms: userspace: evidence: what is shows?'
	bad one.toml 's/"may be used"/"SPDX-License-Identifier: GPL-2.0"/' 'one.toml: module a: COPYING is under GPL-2.0-only, which MIT does not have'
	bad sources.toml 's/^commit = .*/commit = "master"/' 'sources.toml: src: master is no commit'
	bad two.toml 's/^note = .*/note = "all {{gaet}}"/' 'two.toml: commit two: there is no value gaet'
	bad two.toml 's/^leave = true/laeve = true/' 'two.toml: export keep: what is laeve?'
	bad two.toml '/^leave = true/d' 'two.toml: export keep: none of commit, leave'
	bad two.toml 's/^leave = true/leave = true\ncommit = "two"/' 'two.toml: export keep: commit and leave of commit, leave'
	bad two.toml 's/^commit = "two"/commit = "one"/' 'two.toml: export give: one is no commit that gates'
	bad two.toml 's/^symbol = "keep"/symbol = "give"/' 'two.toml: export give: symbol give once more, the first is two.toml: export give'
	# Whatever reads the records, reads all of them first.
	sed -i 's/^class = .*/class = ["kmz"]/' "$facts/one.toml"
	says 'one.toml: module b: no class kmz' 'facts.py modules' "treewide.py make $BATS_TEST_TMPDIR HEAD one" \
		"treewide.py plan $repo/patches/01-all/0001-one-add-a-header.patch"
	fails_with 'one.toml: module b: no class kmz' "$facts/treewide"
}
