#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What checkpatch.pl says of declarations.
# shellcheck disable=SC2154 # helper.bash sets the variables

load helper

url="https://example.org/u"

# says NAME LINE: the messages about a file with that line
says()
{
	printf '%s\n' '// SPDX-License-Identifier: GPL-2.0-only' "$2" > "$BATS_TEST_TMPDIR/$1"
	# Without a message it exits with 0, with one with 1, and where it dies with more.
	perl "$tree/scripts/checkpatch.pl" --root="$tree" --no-summary --terse --types MODULE_USERSPACE \
		-f "$BATS_TEST_TMPDIR/$1" >"$BATS_TEST_TMPDIR/said"
	[ $? -le 1 ] || echo "checkpatch.pl did not run"
	sed 's/.*: WARNING: //' "$BATS_TEST_TMPDIR/said"
}

# c LINE MESSAGE
c() { is "$(says t.c "$1")" "$2"; }

@test "checkpatch: nothing about what modpost takes" {
	c "MODULE_USERSPACE(\"$url\", \"MIT\");" ""
	c "MODULE_USERSPACE(\"git://example.org/u\", \"gpl-2.0-only WITH Linux-syscall-note\");" ""
	c "MODULE_USERSPACE(\"http://example.org/u\", \"(MIT AND LGPL-2.1+) OR LicenseRef-Foo\");" ""
	c "MODULE_USERSPACE_LIBRARY();" ""
}

@test "checkpatch: a URL of another scheme, with a space, or none" {
	for u in "ftp://example.org/u" "$url b" "<url>" "example.org" "https:///u" ""; do
		c "MODULE_USERSPACE(\"$u\", \"MIT\");" "'$u' is no https, http or git URL without spaces"
	done
}

@test "checkpatch: a license that is not in the tables" {
	unknown() { c "MODULE_USERSPACE(\"$url\", \"$1\");" "'$2' is not in the tables of scripts/mod/declaration.c"; }
	unknown "LicenseRef-Foo" "LicenseRef-Foo"
	unknown "MIT AND LicenseRef-Foo" "LicenseRef-Foo"
	unknown "MIT WITH Commons-Clause" "Commons-Clause"
	unknown "GPL" "GPL"
	c "MODULE_USERSPACE(\"$url\","$'\n\t\t "Foo");' "'Foo' is not in the tables of scripts/mod/declaration.c"
}

@test "checkpatch: a declaration in a header" {
	header="a declaration belongs beside MODULE_LICENSE(), in a header it is one of each module that includes it"
	is "$(says t.h "MODULE_USERSPACE(\"$url\", \"MIT\");")" "$header"
	is "$(says t.h "MODULE_USERSPACE_LIBRARY();")" "$header"
	# Their definition is none.
	is "$(perl "$tree/scripts/checkpatch.pl" --root="$tree" --no-summary --terse \
		--types MODULE_USERSPACE -f "$tree/include/linux/module.h")" ""
}

@test "checkpatch: of each declaration in the tree it says nothing" {
	local all

	all=$(grep -rlE --include='*.c' '^MODULE_USERSPACE\(' "$tree"/{drivers,sound,samples} |
		xargs perl -0777 -ne 'print $& while /^MODULE_USERSPACE\(.*?;\n/smg')
	[ "$(grep -c '^MODULE_USERSPACE' <<< "$all")" -gt 100 ]
	c "$all" ""
}
