# shellcheck shell=bash disable=SC2154 # bats sets status and lines
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel of four files and a checkout of this repository with a series for it:
# what the scripts do does not depend on the size, and so takes no minutes.

top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

# The machine's git configuration is the enemy of a stable patch.
hostile_config() {
	cat >"$1" <<-'EOF'
		[user]
			name = Somebody
			email = somebody@example.org
		[commit]
			gpgSign = true
		[diff]
			noprefix = true
			algorithm = patience
			context = 9
			renames = copies
		[format]
			signature = mine
			subjectPrefix = MINE
			numbered = false
			signOff = true
		[am]
			threeWay = true
			keepcr = true
		[core]
			autocrlf = true
			abbrev = 7
			hooksPath = /nonexistent/hooks
		[apply]
			whitespace = fix
		[rebase]
			autoSquash = true
		[shortlog]
			x = y
	EOF
}

# And so are the files beside it, and the environment.
hostile_environment() {
	mkdir -p "$HOME/.config/git" "$BATS_TEST_TMPDIR/template/info"
	echo '*.h -diff' | tee "$HOME/.config/git/attributes" >"$BATS_TEST_TMPDIR/template/info/attributes"
	echo '*.h' >"$HOME/.config/git/ignore"
	export GIT_TEMPLATE_DIR=$BATS_TEST_TMPDIR/template GIT_DEFAULT_HASH=sha256
	export GIT_DIFF_OPTS=--unified=9 GIT_EXTERNAL_DIFF=false GIT_TRACE=1
	export GIT_SEQUENCE_EDITOR=false GIT_AUTHOR_NAME=Somebody GIT_COMMITTER_NAME=Somebody
	export GIT_LITERAL_PATHSPECS=1
}

# setup_fixture [COMMAND]: the environment and the files, to which COMMAND adds. What the
# first test of a file has made is copied for the others, to the same place, because a
# worktree knows where it is.
setup_fixture() {
	local made=$BATS_FILE_TMPDIR/made

	BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR/test
	rm -rf "$BATS_TEST_TMPDIR"
	export HOME=$BATS_TEST_TMPDIR/home USERSPACE_GPL_CACHE=$BATS_TEST_TMPDIR/cache
	export KERNEL=$BATS_TEST_TMPDIR/linux TREE=$BATS_TEST_TMPDIR/tree
	# tests/run has made git neutral, which is what is tested here.
	unset "${!GIT_@}"
	unset BASE XDG_CACHE_HOME XDG_CONFIG_HOME DEBIAN_MIRROR USERSPACE_GPL_LOCKED CI
	repo=$BATS_TEST_TMPDIR/repo
	if [ ! -d "$made" ]; then
		make_fixture
		"${@:-true}"
		cp -a "$BATS_TEST_TMPDIR" "$made.new"
		mv "$made.new" "$made"
	else
		cp -a "$made" "$BATS_TEST_TMPDIR"
	fi
}

make_fixture() {
	mkdir -p "$HOME" "$repo/patches" "$repo/tests/lib"
	hostile_config "$HOME/.gitconfig"
	cp -r "$top/series" "$repo/"
	cp "$top/tests/run" "$repo/tests/"
	cp "$top/tests/lib/harness.pl" "$repo/tests/lib/"
	printf 'new.h\tinclude/linux/new.h\n' >"$repo/series/apply/files"
	printf '7.3.4\n' >"$repo/series/base/base.version"
	printf 'trixie-backports linux-source-7.3\nsid linux-source-7.2\n' >"$repo/series/base/archive"
	order '"one: add a header", "two: change a line", "three: change both"' </dev/null
	make_kernel "$KERNEL"
}

# order PATCHES: one part of these; the names of those that are made by hand on stdin
order() {
	local facts=$repo/series/facts

	{
		printf '[[part]]\nname = "all"\nasks = "-"\npatches = [%s]\n[by-hand]\n' "$1"
		cat
	} >"$facts/order.toml"
	cat >"$facts/sources.toml" <<-'END'
		[src]
		repository = "https://example.org/some/one"
		commit = "0123456789abcdef0123456789abcdef01234567"
	END
}

# As a person who has none of the hostile configuration.
plain_git() {
	GIT_CONFIG_GLOBAL=/dev/null git -c user.name=Other -c user.email=other@example.org "$@"
}

make_kernel() {
	mkdir -p "$1/include/linux" "$1/kernel/module"
	printf 'VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 4\nEXTRAVERSION =\n' >"$1/Makefile"
	echo '/* ___kflagstab+ */' >"$1/include/linux/export-internal.h"
	seq 1 40 >"$1/kernel/module/main.c"
	plain_git -C "$1" init -q -b master
	plain_git -C "$1" add -A
	plain_git -C "$1" commit -q -m linux
}

# Commits in the tree, and from them the patches.
make_series() {
	"$repo/series/apply/tree"
	echo '/* new */' >"$TREE/include/linux/new.h"
	commit_all "one: add a header"
	sed -i 's/^20$/twenty/' "$TREE/kernel/module/main.c"
	commit_all "two: change a line"
	echo '/* and more */' >>"$TREE/include/linux/new.h"
	sed -i 's/^40$/forty/' "$TREE/kernel/module/main.c"
	commit_all "three: change both"
	"$repo/series/apply/refresh"
}

commit_all() {
	plain_git -C "$TREE" add -A
	plain_git -C "$TREE" commit -q --author='userspace-gpl series <series@userspace-gpl.invalid>' \
		--date=2026-01-01T00:00:00Z -m "$@"
}

# The failure said in one line, and it is this one.
fails_with() {
	local pattern=$1

	shift
	run "$@"
	echo "status $status: $output"
	[ "$status" -ne 0 ] && [ "$(grep -c "$pattern" <<<"$output")" = 1 ] &&
		grep -q "$pattern" <<<"${output##*$'\n'}"
}

# All of a repository that a run of ours must leave as it was.
state_of() {
	git -C "$1" for-each-ref
	git -C "$1" rev-parse HEAD
	git -C "$1" symbolic-ref HEAD
	git -C "$1" status --porcelain
	git -C "$1" stash list
	cat "$1/.git/config"
	cat "$1/.git/logs/HEAD"
	(cd "$1" && find . -path ./.git/worktrees -prune -o -path ./.git/objects -prune -o \
		-path ./.git/index -prune -o -type f -printf '%p %T@ %s\n' | sort)
}
