#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The packaged base: what happens when the archive is not there, not signed, or
# has another version. The mirrors here are files, and a port nobody listens on.
# shellcheck disable=SC2030,SC2031,SC2153,SC2154 # bats: each test is a subshell, and sets status and lines

load helper

setup() {
	command -v apt-get >/dev/null || skip "not a Debian system"
	setup_fixture
	linux=$KERNEL
	unset KERNEL
	export DEBIAN_MIRROR=http://127.0.0.1:1/debian
}

# cached VERSION: as if the package had been imported.
cached() {
	plain_git clone -q --bare "$linux" "$USERSPACE_GPL_CACHE/base.git"
	plain_git -C "$USERSPACE_GPL_CACHE/base.git" branch -m master "$1"
}

# An archive whose package index is all there, but nobody signed it.
unsigned_mirror() {
	local dist=$BATS_TEST_TMPDIR/mirror/dists/trixie-backports

	mkdir -p "$dist/main/binary-$(dpkg --print-architecture)"
	printf 'Package: linux-source-7.3\nVersion: 7.3.4-1\nArchitecture: all\nFilename: x.deb\nSize: 1\nSHA256: %064d\n' 0 \
		>"$dist/main/binary-$(dpkg --print-architecture)/Packages"
	(
		cd "$dist" || exit
		printf 'Origin: Debian\nSuite: trixie-backports\nDate: %s\nArchitectures: all %s\nComponents: main\nSHA256:\n' \
			"$(date -u -R)" "$(dpkg --print-architecture)"
		find main -type f -printf '%p %s\n' | while read -r file size; do
			printf ' %s %s %s\n' "$(sha256sum <"$file" | cut -d' ' -f1)" "$size" "$file"
		done
	) >"$BATS_TEST_TMPDIR/Release"
	mv "$BATS_TEST_TMPDIR/Release" "$dist/Release"
	export DEBIAN_MIRROR=file:$BATS_TEST_TMPDIR/mirror
}

@test "base: no network, nothing cached: one line, and nothing is left" {
	fails_with 'cannot get linux-source-7.3 from the Debian archive, suite trixie-backports (no network?; KERNEL= names a git tree of your own instead)' "$repo/series/apply/tree"
	[ ! -e "$TREE" ]
	[ ! -e "$USERSPACE_GPL_CACHE/base.git" ]
}

@test "base: no network, but cached: it is used" {
	cached 7.3.4-1
	run "$repo/series/base/base"
	[ "$status" -eq 0 ]
	[[ $output == *"linux-source-7.3 "*"kernel 7.3.4"* ]]
	run "$repo/series/base/base" --update
	[ "$status" -eq 0 ]
	[[ $output == *"no network?"*"going on with the cached one"* ]]
}

@test "base: cached, but older than what the series was made on" {
	cached 7.3.3-1
	fails_with 'no network?' "$repo/series/base/base"
}

@test "base: of two in the cache the newer one, with a note" {
	cached 7.3.4-1
	sed -i 's/= 4/= 10/' "$linux/Makefile"
	plain_git -C "$linux" commit -q -a -m newer
	plain_git -C "$linux" push -q "$USERSPACE_GPL_CACHE/base.git" HEAD:refs/heads/7.3.10-1_bpo13+1
	run "$repo/series/base/base"
	[ "$status" -eq 0 ]
	[[ $output == *"linux-source-7.3 is Linux 7.3.10, the series was made on 7.3.4"* ]]
}

@test "base: on a release candidate, the newest of them, and no release before" {
	cached 7.3.4-1
	sed -i -e 's/= 4/= 0/' -e 's/^EXTRAVERSION =.*/EXTRAVERSION = -rc7/' "$linux/Makefile"
	plain_git -C "$linux" commit -q -a -m rc7
	plain_git -C "$linux" push -q "$USERSPACE_GPL_CACHE/base.git" HEAD:refs/heads/7.3_rc7-1_exp1
	echo 7.3.0-rc7 >"$repo/series/base/base.version"
	run "$repo/series/base/base"
	[ "$status" -eq 0 ]
	[[ $output == "base: linux-source-7.3 rc7, kernel 7.3.0-rc7"* ]]
	[ "${lines[-1]}" = "$(git -C "$linux" rev-parse HEAD) $USERSPACE_GPL_CACHE/base.git" ]
	echo 7.3.4 >"$repo/series/base/base.version"
	run "$repo/series/base/base" --from 7.3_rc7-1_exp1
	[ "$status" -eq 0 ]
	[[ $output == "base: linux-source-7.3 rc7, kernel 7.3.0-rc7"* ]]
	run "$repo/series/base/base"
	[[ $output == *"kernel 7.3.4"* ]]
}

@test "base: an update on which the patches do not apply is put aside" {
	cached 7.3.4-1
	KERNEL=$linux make_series
	rm -rf "$TREE"
	tree=$("$repo/series/apply/tree")
	head=$(git -C "$tree" rev-parse HEAD)
	sed -i 's/= 4/= 10/' "$linux/Makefile"
	sed -i 's/^20$/zwanzig/' "$linux/kernel/module/main.c"
	plain_git -C "$linux" commit -q -a -m newer
	plain_git -C "$linux" push -q "$USERSPACE_GPL_CACHE/base.git" HEAD:refs/heads/7.3.10-1
	# Without --update nothing but a word on how.
	fails_with 'tree: git -C .*/base.git branch -m 7.3.10-1 unfit/7.3.10-1 goes back to 7.3.4-1' "$repo/series/apply/tree"
	grep -q '0002-two-change-a-line.patch does not apply to Linux 7.3.10' <<<"$output"
	[ "$(git -C "$tree" rev-parse HEAD)" = "$head" ]
	fails_with 'so 7.3.10-1 is put aside, and make tree goes on with 7.3.4-1' "$repo/series/apply/tree" --update
	[ "$("$repo/series/apply/tree")" = "$tree" ]
	[ "$(git -C "$tree" rev-parse HEAD)" = "$head" ]
}

@test "base: BASE= without KERNEL= is not ignored" {
	cached 7.3.4-1
	fails_with 'BASE=v7.3 is a commit of KERNEL=, which is not set$' env BASE=v7.3 "$repo/series/apply/tree"
}

@test "base: the mirror is the machine's own, of the main archive, in both formats" {
	unset DEBIAN_MIRROR
	mkdir -p "$BATS_TEST_TMPDIR/lists/partial" "$BATS_TEST_TMPDIR/parts"
	export APT_CONFIG=$BATS_TEST_TMPDIR/apt.conf
	cat >"$APT_CONFIG" <<-EOF
		Dir::State::lists "$BATS_TEST_TMPDIR/lists";
		Dir::Etc::sourcelist "$BATS_TEST_TMPDIR/sources.list";
		Dir::Etc::sourceparts "$BATS_TEST_TMPDIR/parts";
	EOF
	cat >"$BATS_TEST_TMPDIR/sources.list" <<-'EOF'
		deb http://127.0.0.1:2/third-party/debian bookworm main
		deb http://127.0.0.1:3/debian-security bookworm-security main
		deb http://127.0.0.1:4/debian bookworm main contrib
		deb http://127.0.0.1:4/debian bookworm-updates main
	EOF
	fails_with 'no network?.*127.0.0.1:4/debian/dists/trixie-backports' "$repo/series/base/base"
	cat >"$BATS_TEST_TMPDIR/parts/debian.sources" <<-'EOF'
		Types: deb
		URIs: http://127.0.0.1:5/debian
		Suites: bookworm bookworm-updates
		Components: main
	EOF
	echo >"$BATS_TEST_TMPDIR/sources.list"
	fails_with 'no network?.*127.0.0.1:5/debian/dists/trixie-backports' "$repo/series/base/base"
	rm "$BATS_TEST_TMPDIR/parts/debian.sources"
	fails_with 'name no Debian mirror; name one in DEBIAN_MIRROR' "$repo/series/base/base"
}

@test "base: an archive that nobody signed is refused" {
	unsigned_mirror
	fails_with 'signature of trixie-backports is not good, nothing taken' "$repo/series/base/base"
	[ ! -e "$USERSPACE_GPL_CACHE/base.git" ]
	# Not even when the machine's own configuration would let it pass.
	cat >"$BATS_TEST_TMPDIR/apt.conf" <<-'EOF'
		Acquire::AllowInsecureRepositories "true";
		APT::Get::AllowUnauthenticated "true";
	EOF
	APT_CONFIG=$BATS_TEST_TMPDIR/apt.conf fails_with 'is not good, nothing taken' "$repo/series/base/base"
}

@test "base: a package that the archive has no more" {
	# Such a suite is empty, and signed; what follows apt is looked at.
	sed -i 's/^update$/APT_CONFIG=\/dev\/null/' "$repo/series/base/apt"
	fails_with 'the suite trixie-backports has no package linux-source-7.3 any more; KERNEL= names a git tree of your own instead$' "$repo/series/base/base"
}

@test "base: what an interrupted import left is no base" {
	mkdir -p "$USERSPACE_GPL_CACHE/unpack" "$USERSPACE_GPL_CACHE/base.git/objects/pack"
	plain_git init -q --bare "$USERSPACE_GPL_CACHE/base.git"
	touch "$USERSPACE_GPL_CACHE/base.git/objects/pack/tmp_pack_x" "$USERSPACE_GPL_CACHE/unpack/x.deb"
	fails_with 'no network?' "$repo/series/base/base"
}

@test "base: the importer keeps modes, links and all but Debian's ignore rules" {
	mkdir -p "$BATS_TEST_TMPDIR/src/linux/dir"
	cd "$BATS_TEST_TMPDIR/src/linux"
	printf '*.o\n/*\n!/debian/\n' >.gitignore
	printf 'no newline' >dir/plain
	printf '#!/bin/sh\n' >tool
	chmod +x tool
	ln -s dir/plain link
	plain_git init -q --bare "$BATS_TEST_TMPDIR/imported"
	tar -C .. -c ./linux | "$repo/series/base/tar-import" refs/heads/x "a subject" "1767225600 +0000" |
		plain_git -C "$BATS_TEST_TMPDIR/imported" fast-import --quiet --done
	run git -C "$BATS_TEST_TMPDIR/imported" ls-tree -r --format='%(objectmode) %(path)' x
	[ "$output" = "100644 .gitignore
100644 dir/plain
120000 link
100755 tool" ]
	[ "$(git -C "$BATS_TEST_TMPDIR/imported" show x:.gitignore)" = '*.o' ]
	[ "$(git -C "$BATS_TEST_TMPDIR/imported" show x:dir/plain)" = 'no newline' ]
}

# Whoever runs this, with or without a right to become somebody else.
@test "setup: what is missing is said in one line, to somebody who is not root" {
	printf 'no-such-package\ttree\twhy\n' >"$repo/series/packages"
	id() { echo 1000; }
	sudo() { return 1; }
	export -f id sudo
	fails_with 'not root, please run: apt-get update && apt-get install no-such-package$' "$repo/series/setup" tree
	SETUP=no "$repo/series/setup" tree
}

@test "setup: another machine than x86-64 is told at once" {
	printf 'git\t%s\twhy\n' tree treewide checkpatch demo >"$repo/series/packages"
	for groups in tree treewide checkpatch; do
		setarch i686 "$repo/series/setup" $groups
	done
	for groups in '' demo check bench; do
		# shellcheck disable=SC2086 # a word or none
		fails_with 'this is i686: only make tree, .* x86-64 (Debian.s amd64)$' setarch i686 "$repo/series/setup" $groups
	done
}
