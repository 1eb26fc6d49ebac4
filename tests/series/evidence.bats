#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# make evidence, on repositories of a few files: what the records say of them
# holds, has moved, is gone, or cannot be looked at.
# shellcheck disable=SC2030,SC2031,SC2154 # bats: each test is a subshell, and sets status and lines

load helper

setup() {
	setup_fixture
	facts=$repo/series/facts
	rm "$facts"/*.toml
	unset EVIDENCE
	prog=$BATS_TEST_TMPDIR/clones/some/prog
	mkdir -p "$prog/src"
	printf '/*\n * This file may be used by everybody,\n * for any purpose.\n */\nint main(void) { return ioctl(3, FOO_CREATE); }\n' >"$prog/src/main.c"
	echo 'void f(void) { ioctl(3, FOO_DESTROY); }' >"$prog/src/end.c"
	plain_git -C "$prog" init -q
	keep
	commit=$(git -C "$prog" rev-parse HEAD)
	# A server gives out any commit, and any blob on its own.
	git -C "$prog" config uploadpack.allowAnySHA1InWant true
	git -C "$prog" config uploadpack.allowFilter true
	printf '[[part]]\nname = "all"\nasks = "Well?"\npatches = ["prog: use it"]\n' >"$facts/order.toml"
	sources "https://example.org/some/prog" "$commit"
	cat >"$facts/one.toml" <<-'END'
		[[class]]
		name = "foo"

		[[class.userspace]]
		url = "https://example.org/some/prog"
		license = "MIT"
		use = "{prog} src/main.c"
		evidence = [
		    { in = "prog", path = "src/main.c", use = ["FOO_CREATE", "main(void)"] },
		    { in = "prog", path = "src/main.c", license = ["may be used by everybody, for ... purpose"] },
		]
	END
}

keep() {
	plain_git -C "$prog" add -A
	plain_git -C "$prog" commit -q -m prog
}

sources() { printf '[prog]\nrepository = "%s"\ncommit = "%s"\n' "$1" "$2" >"$facts/sources.toml"; }

# looks STATUS [WHAT...]: the exit status of make evidence; what it prints is kept
looks() {
	local want=$1

	shift
	run sh -c '"$0" "$@" 2>"$BATS_TEST_TMPDIR/stderr"' "$facts/evidence" "$@"
	echo "$status: $output"
	cat "$BATS_TEST_TMPDIR/stderr"
	[ "$status" -eq "$want" ]
}

@test "evidence: what stands there holds, however its lines are broken" {
	export EVIDENCE=$BATS_TEST_TMPDIR/clones
	looks 0
	[ "$output" = "holds	class foo	use	some/prog@${commit:0:8} src/main.c	
holds	class foo	license	some/prog@${commit:0:8} src/main.c	" ]
	[ "$(cat "$BATS_TEST_TMPDIR/stderr")" = 'evidence: 2 holds, 0 moved, 0 gone, 0 not there, in 1 sources' ]
}

@test "evidence: what stands elsewhere has moved, what stands nowhere is gone" {
	export EVIDENCE=$BATS_TEST_TMPDIR/clones
	sed -i 's/"FOO_CREATE", "main(void)"/"FOO_DESTROY"/' "$facts/one.toml"
	looks 1
	[ "${lines[0]}" = "moved	class foo	use	some/prog@${commit:0:8} src/main.c	FOO_DESTROY: src/end.c" ]
	sed -i 's/FOO_DESTROY/FOO_RESET/' "$facts/one.toml"
	looks 1
	[ "${lines[0]}" = "gone	class foo	use	some/prog@${commit:0:8} src/main.c	FOO_RESET" ]
	sed -i -e 's/FOO_RESET/FOO_CREATE/' -e 's/for ... purpose/for no ... purpose/' "$facts/one.toml"
	looks 1
	[ "${lines[1]%%	*}" = gone ]
	sed -i -e 's/for no ... purpose/for any/' -e 's,"src/main.c",src/other.c",; s,path = src,path = "src,' "$facts/one.toml"
	looks 1
	[ "${lines[0]%%	*}" = moved ]
}

@test "evidence: the newest commit is another question" {
	export EVIDENCE=$BATS_TEST_TMPDIR/clones
	git -C "$prog" mv src/main.c src/start.c
	keep
	looks 0
	looks 1 --newest
	[[ ${lines[0]} == moved*": src/start.c" ]]
}

@test "evidence: a repository or a commit that is not there was not looked at" {
	export EVIDENCE=$BATS_TEST_TMPDIR/clones
	sources "https://example.org/some/prog" 0123456789012345678901234567890123456789
	looks 2
	[ "${lines[0]%%	*}" = 'not there' ]
	sources "https://example.org/some/other" "$commit"
	looks 2
	sed -i '1s/^/[[class]]\nname = "bar"\n[[class.userspace]]\nurl = "u"\nlicense = "MIT"\nuse = "u"\nevidence = [\n{ in = "prog", path = "p", use = ["u"] },\n{ in = "prog", path = "p", license = ["l"] },\n]\n\n/' "$facts/one.toml"
	looks 2 'class bar'
	[ "${#lines[@]}" = 2 ]
	run "$facts/evidence" 'class baz'
	[ "$status" -ne 0 ]
}

@test "evidence: without clones, git fetches the one commit, and the files that are asked for" {
	sources "file://$prog" "$commit"
	echo 'static int more;' >"$prog/src/more.c"
	keep
	looks 0
	dir=$USERSPACE_GPL_CACHE/evidence/$(ls "$USERSPACE_GPL_CACHE/evidence")
	# Neither the newest commit, nor the other file of this one; git would get
	# both when it is asked for them.
	git --git-dir="$dir" config --unset remote.origin.url
	run git --git-dir="$dir" cat-file -e "$(git -C "$prog" rev-parse HEAD)^{commit}"
	[ "$status" -ne 0 ]
	blob=$(git -C "$prog" rev-parse "$commit:src/end.c")
	run git --git-dir="$dir" cat-file -e "$blob"
	[ "$status" -ne 0 ]
	# What is there needs no network.
	rm -rf "$prog"
	looks 0
	sources "file://$prog" 0123456789012345678901234567890123456789
	looks 2
}

@test "evidence: a commit that is cut short is none that git could fetch" {
	sources "https://example.org/some/prog" "${commit:0:12}"
	looks 1
	grep -F "one.toml: class foo: evidence in prog, whose commit is cut short in sources.toml" "$BATS_TEST_TMPDIR/stderr"
	sources "https://example.org/some/prog" "$commit"
	EVIDENCE=$BATS_TEST_TMPDIR/clones looks 0
}
