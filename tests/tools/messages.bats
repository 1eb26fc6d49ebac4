#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Each message of modpost, of the check of built-in code, of objtool and of the loader
# is found by its words in the page whose address modpost gives.
# shellcheck disable=SC2154 # helper.bash sets the variables

load helper

page=$tree/Documentation/core-api/symbol-userspace.rst

# words FILE CALL WHAT: the pieces of the format strings in the calls of functions
# that match CALL, if their text matches WHAT: what stands between the conversions,
# and has a space. The strings that a conversion takes are among them.
words()
{
	perl -0777 -ne '
		my ($call, $what) = ("'"$2"'", "'"$3"'");
		s/"\s*\n\s*"//g;
		while (/\b(?:$call)(\((?:[^()"]|"(?:[^"\\]|\\.)*"|(?1))*\))/g) {
			my $args = $1;
			next if $args !~ /$what/;
			while ($args =~ /"((?:[^"\\]|\\.)*)"/g) {
				my $text = $1 =~ s/\\"/"/gr;
				for (split /%[.0-9]*l?[sucd]|\\n/, $text) {
					s/^\s+|\s+$|^[",. ]+|["]$//g;
					print "$_\n" if / /;
				}
			}
		}' "$tree/$1"
}

# found LEAST: the words on stdin are on the page, and there are so many of them
found()
{
	local text missing="" nr=0

	# In a table the words of a cell are on several lines.
	text=$(awk -F'|' '/^\+-/ { print cell; cell = "" } /^\|/ { cell = cell " " $2; next } { print }' \
		"$page" | tr -s ' \n\t' ' ')
	while read -r words; do
		nr=$((nr + 1))
		case $text in
		*"$words"*) ;;
		*) missing+=$words$'\n' ;;
		esac
	done
	is "$missing" ""
	[ "$nr" -ge "$1" ]
}

@test "messages: what modpost says of a declaration is in the documentation" {
	words scripts/mod/declaration.c module_userspace_append . | sort -u | found 18
}

@test "messages: what else modpost says of a module is there" {
	words scripts/mod/userspace.c 'modpost_log|module_userspace_append_use' . | sort -u | found 8
	words scripts/mod/modpost.c fatal 'userspace|more than one \.modinfo' | found 3
}

@test "messages: what the check of built-in code says is there" {
	words scripts/mod/builtin-userspace.c fprintf '^(?!.*usage:)' | sort -u | found 3
}

@test "messages: what the module loader and symbol_get() say is there" {
	words kernel/module/main.c pr_warn 'free userspace' | found 4
	words kernel/module/main.c pr_err 'must be of type PROGBITS and|end with a NUL|exported symbols' | sort -u | found 4
}

@test "messages: a tag that another modpost let pass is believed, and the page says what not to do" {
	text=$(tr -s ' \n\t' ' ' < "$tree/Documentation/core-api/symbol-userspace-maintainers.rst")
	[[ $text = *"A tag that another modpost let pass. A module that was built for an older kernel, with a hand-written tag, is believed"* ]]
	[[ $text = *"nobody should define MODULE_USERSPACE() as MODULE_INFO() for old kernels"* ]]
	# Whoever met the message is told the same.
	text=$(tr -s ' \n\t' ' ' < "$page")
	[[ $text = *"defines MODULE_USERSPACE() that way"*"The loader believes this tag"*"Remedy: remove the tag and use the macro."* ]]
}

@test "messages: what objtool says of a livepatch is there" {
	words tools/objtool/klp-diff.c ERROR 'free userspace' | found 1
}
