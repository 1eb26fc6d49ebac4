#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# make tree, on a small kernel: what it makes, and how it fails.
# shellcheck disable=SC2030,SC2031,SC2154 # bats: each test is a subshell, and sets status and lines

load helper

setup() {
	setup_fixture
}

@test "tree: the series as commits on KERNEL=, the same for everybody" {
	make_series
	run git -C "$TREE" log --format=%s master..
	[ "$output" = "three: change both
two: change a line
one: add a header" ]
	first=$(git -C "$TREE" rev-parse HEAD)
	TREE=$BATS_TEST_TMPDIR/other "$repo/series/apply/tree"
	[ "$(git -C "$BATS_TEST_TMPDIR/other" rev-parse HEAD)" = "$first" ]
	[ "$(git -C "$TREE" log --format='%an %cn' master.. | sort -u)" = "userspace-gpl series userspace-gpl series" ]
}

@test "tree: prints where it is, on stdout and alone" {
	[ "$("$repo/series/apply/tree" 2>/dev/null)" = "$TREE" ]
}

@test "tree: a second run changes nothing" {
	make_series
	before=$(cd "$TREE" && find . -printf '%p %T@\n' | sort)
	"$repo/series/apply/tree"
	[ "$(cd "$TREE" && find . -printf '%p %T@\n' | sort)" = "$before" ]
}

@test "tree: a changed patch touches only the files it changes" {
	make_series
	old=$(stat -c %Y.%y "$TREE/kernel/module/main.c" "$TREE/Makefile")
	sed -i 's,and more,and much more,' "$repo"/patches/01-all/0003-*
	"$repo/series/apply/tree"
	grep -q 'much more' "$TREE/include/linux/new.h"
	[ "$(stat -c %Y.%y "$TREE/kernel/module/main.c" "$TREE/Makefile")" = "$old" ]
}

@test "tree: KERNEL= stays as it was, refs, index, files, stash, configuration" {
	make_series
	plain_git -C "$KERNEL" checkout -q -b mine
	echo stashed >>"$KERNEL/Makefile"
	plain_git -C "$KERNEL" stash -q
	echo edited >>"$KERNEL/Makefile"
	echo untracked >"$KERNEL/untracked"
	printf '#!/bin/sh\ntouch "%s/hook-ran"\n' "$BATS_TEST_TMPDIR" >"$KERNEL/.git/hooks/post-checkout"
	cp "$KERNEL/.git/hooks/post-checkout" "$KERNEL/.git/hooks/applypatch-msg"
	chmod +x "$KERNEL"/.git/hooks/{post-checkout,applypatch-msg}
	hostile_config "$BATS_TEST_TMPDIR/config"
	cat "$BATS_TEST_TMPDIR/config" >>"$KERNEL/.git/config"
	sed -i '/hooksPath/d' "$KERNEL/.git/config"
	before=$(state_of "$KERNEL")
	TREE=$BATS_TEST_TMPDIR/other "$repo/series/apply/tree"
	[ "$(state_of "$KERNEL")" = "$before" ]
	[ ! -e "$BATS_TEST_TMPDIR/hook-ran" ]
	[ "$(git -C "$BATS_TEST_TMPDIR/other" rev-parse HEAD)" = "$(git -C "$TREE" rev-parse HEAD)" ]
}

@test "tree: a bare, a shallow, and a linked KERNEL= will do" {
	make_series
	want=$(git -C "$TREE" rev-parse "HEAD^{tree}")
	plain_git clone -q --bare "$KERNEL" "$BATS_TEST_TMPDIR/bare"
	plain_git clone -q --depth 1 "file://$KERNEL" "$BATS_TEST_TMPDIR/shallow"
	plain_git -C "$KERNEL" worktree add -q --detach "$BATS_TEST_TMPDIR/linked"
	for kind in bare shallow linked; do
		KERNEL=$BATS_TEST_TMPDIR/$kind TREE=$BATS_TEST_TMPDIR/of-$kind "$repo/series/apply/tree"
		[ "$(git -C "$BATS_TEST_TMPDIR/of-$kind" rev-parse "HEAD^{tree}")" = "$want" ]
	done
}

@test "tree: BASE= another commit than HEAD" {
	make_series
	echo later >>"$KERNEL/include/linux/export-internal.h"
	plain_git -C "$KERNEL" commit -q -a -m later
	BASE=HEAD~ TREE=$BATS_TEST_TMPDIR/other "$repo/series/apply/tree"
	[ "$(git -C "$BATS_TEST_TMPDIR/other" rev-parse worktree/base)" = "$(git -C "$KERNEL" rev-parse HEAD~)" ]
	fails_with 'has no commit nowhere$' env BASE=nowhere "$repo/series/apply/tree"
}

@test "tree: KERNEL= that is nothing, no git tree, no kernel" {
	fails_with 'is no directory$' env KERNEL=/nonexistent "$repo/series/apply/tree"
	mkdir "$BATS_TEST_TMPDIR/plain"
	fails_with 'is no git tree: ' env KERNEL="$BATS_TEST_TMPDIR/plain" "$repo/series/apply/tree"
	plain_git init -q "$BATS_TEST_TMPDIR/plain"
	fails_with 'has no commit HEAD$' env KERNEL="$BATS_TEST_TMPDIR/plain" "$repo/series/apply/tree"
	plain_git -C "$BATS_TEST_TMPDIR/plain" commit -q --allow-empty -m empty
	fails_with 'is no Linux kernel$' env KERNEL="$BATS_TEST_TMPDIR/plain" "$repo/series/apply/tree"
	[ ! -e "$TREE" ]
}

@test "tree: a kernel without __kflagstab is too old" {
	sed -i 's/= 3/= 2/' "$KERNEL/Makefile"
	echo >"$KERNEL/include/linux/export-internal.h"
	plain_git -C "$KERNEL" commit -q -a -m old
	fails_with 'is Linux 7.2.4, too old: it has no __kflagstab' "$repo/series/apply/tree"
	[ ! -e "$TREE" ]
}

@test "tree: a newer kernel is taken, with a note" {
	make_series
	sed -i 's/= 4/= 9/' "$KERNEL/Makefile"
	plain_git -C "$KERNEL" commit -q -a -m new
	run "$repo/series/apply/tree"
	[ "$status" -eq 0 ]
	[[ $output == *"is Linux 7.3.9, the series was made on 7.3.4"* ]]
}

@test "tree: a conflict names the patch and the file, and leaves nothing" {
	make_series
	sed -i 's/^20$/zwanzig/' "$KERNEL/kernel/module/main.c"
	plain_git -C "$KERNEL" commit -q -a -m conflict
	worktrees=$(git -C "$KERNEL" worktree list | wc -l)
	fails_with '0002-two-change-a-line.patch does not apply to Linux 7.3.4: kernel/module/main.c: patch does not apply' \
		env TREE="$BATS_TEST_TMPDIR/other" "$repo/series/apply/tree"
	[ ! -e "$BATS_TEST_TMPDIR/other" ]
	[ "$(git -C "$KERNEL" worktree list | wc -l)" = "$worktrees" ]
	head=$(git -C "$TREE" rev-parse HEAD)
	fails_with 'does not apply' "$repo/series/apply/tree"
	[ "$(git -C "$TREE" rev-parse HEAD)" = "$head" ]
	# Once it is mended, it goes on.
	plain_git -C "$KERNEL" reset -q --hard HEAD~
	"$repo/series/apply/tree"
}

@test "tree: no fuzz: a context that differs is a conflict" {
	make_series
	sed -i 's/^18$/eighteen/' "$KERNEL/kernel/module/main.c"
	plain_git -C "$KERNEL" commit -q -a -m context
	fails_with 'does not apply' "$repo/series/apply/tree"
}

@test "tree: a patch that patches/series names and that is not there" {
	make_series
	rm "$repo"/patches/01-all/0002-*
	fails_with 'names 01-all/0002-two-change-a-line.patch, which is not there' "$repo/series/apply/tree"
}

@test "tree: commits and edits of the user are never discarded" {
	make_series
	echo mine >>"$TREE/Makefile"
	fails_with 'has edits of yours that are not committed' "$repo/series/apply/tree"
	[ "$(tail -n 1 "$TREE/Makefile")" = mine ]
	commit_all mine
	fails_with 'has commits of yours: make refresh takes' "$repo/series/apply/tree"
	[ "$(tail -n 1 "$TREE/Makefile")" = mine ]
	plain_git -C "$TREE" checkout -q -f --detach worktree/series
	"$repo/series/apply/tree"
}

@test "tree: an untracked file in the way is not overwritten" {
	"$repo/series/apply/tree"
	cp "$repo/series/apply/files" "$BATS_TEST_TMPDIR/files"
	TREE=$BATS_TEST_TMPDIR/other make_series
	echo mine >"$TREE/include/linux/new.h"
	fails_with 'in the way' "$repo/series/apply/tree"
	[ "$(cat "$TREE/include/linux/new.h")" = mine ]
	rm "$TREE/include/linux/new.h"
	"$repo/series/apply/tree"
}

@test "tree: TREE= that is somebody else's" {
	mkdir "$TREE"
	echo mine >"$TREE/file"
	fails_with 'was not made by make tree' "$repo/series/apply/tree"
	make_kernel "$BATS_TEST_TMPDIR/linux2"
	TREE=$BATS_TEST_TMPDIR/of-2 KERNEL=$BATS_TEST_TMPDIR/linux2 "$repo/series/apply/tree"
	fails_with 'is a tree of another repository' env TREE="$BATS_TEST_TMPDIR/of-2" "$repo/series/apply/tree"
}

@test "tree: one that was removed by hand is made again" {
	make_series
	rm -rf "$TREE"
	"$repo/series/apply/tree"
	grep -q twenty "$TREE/kernel/module/main.c"
}

@test "tree: killed at any time, the next run ends the work" {
	make_series
	want=$(git -C "$TREE" rev-parse HEAD)
	for delay in 0.02 0.05 0.08 0.1 0.13 0.16 0.2 0.25 0.3 0.4 0.6; do
		export TREE=$BATS_TEST_TMPDIR/killed-$delay
		setsid "$repo/series/apply/tree" 3>&- >/dev/null 2>&1 &
		sleep "$delay"
		kill -9 -- "-$!" 2>/dev/null || :
		wait "$!" || :
		"$repo/series/apply/tree"
		[ "$(git -C "$TREE" rev-parse HEAD)" = "$want" ]
		[ -z "$(git -C "$TREE" status --porcelain)" ]
	done
}

@test "tree: killed while it filled or moved the tree, the next run ends the work" {
	make_series
	want=$(git -C "$TREE" rev-parse HEAD)
	gitdir=$(git -C "$TREE" rev-parse --absolute-git-dir)
	# What git leaves: the old HEAD, some files new, one half written, a lock.
	git -C "$TREE" reset -q --hard HEAD~2
	git -C "$TREE" update-ref refs/worktree/series HEAD
	git -C "$TREE" show "$want:kernel/module/main.c" | head -n 30 >"$TREE/kernel/module/main.c"
	touch "$gitdir"/{index,HEAD,ORIG_HEAD,refs/worktree/base,refs/worktree/series}.lock
	echo "$want" >"$gitdir/moving"
	"$repo/series/apply/tree"
	[ "$(git -C "$TREE" rev-parse HEAD)" = "$want" ]
	[ -z "$(git -C "$TREE" status --porcelain)" ]
	# The same, but the user has edited another file since.
	git -C "$TREE" reset -q --hard HEAD~2
	git -C "$TREE" update-ref refs/worktree/series HEAD
	echo "$want" >"$gitdir/moving"
	echo mine >>"$TREE/Makefile"
	fails_with 'has edits of yours' "$repo/series/apply/tree"
	[ "$(tail -n 1 "$TREE/Makefile")" = mine ]
}

@test "tree: a run that began is waited for" {
	make_series
	mkdir -p "$USERSPACE_GPL_CACHE"
	flock "$USERSPACE_GPL_CACHE/lock" sleep 1 3>&- &
	sleep 0.2
	run "$repo/series/apply/tree"
	[ "$status" -eq 0 ]
	[[ $output == *"waiting for another run"* ]]
}

# Nobody has to mount anything for a file system without space: /proc is one.
@test "tree: a full disk is noticed before the work" {
	TREE=/proc/userspace-gpl/linux fails_with 'not enough space in /proc for the tree: 0 MiB free, 2048 MiB needed' "$repo/series/apply/tree"
	# Not even the patches were applied.
	[ "$(ls -A "$USERSPACE_GPL_CACHE")" = lock ]
	[ "$(git -C "$KERNEL" worktree list | wc -l)" = 1 ]
}

@test "tree: a cache that cannot be made" {
	touch "$BATS_TEST_TMPDIR/file"
	USERSPACE_GPL_CACHE=$BATS_TEST_TMPDIR/file/cache fails_with 'cannot make the cache directory' "$repo/series/apply/tree"
}

@test "tree: KERNEL= with a space in its path" {
	make_series
	cp -r "$KERNEL" "$BATS_TEST_TMPDIR/a kernel"
	plain_git -C "$BATS_TEST_TMPDIR/a kernel" worktree prune
	export KERNEL="$BATS_TEST_TMPDIR/a kernel"
	TREE=$BATS_TEST_TMPDIR/other "$repo/series/apply/tree"
	[ "$(git -C "$BATS_TEST_TMPDIR/other" rev-parse HEAD)" = "$(git -C "$TREE" rev-parse HEAD)" ]
	unset TREE
	tree=$("$repo/series/apply/tree")
	[[ $tree == "$USERSPACE_GPL_CACHE/linux-a_kernel-"* ]]
	[ -e "$tree/Makefile" ]
}

@test "tree: a tree or a cache where the kernel can't be built" {
	fails_with 'cannot be built in .*/a tree, because of the white space' env TREE="$BATS_TEST_TMPDIR/a tree" "$repo/series/apply/tree"
	fails_with 'cannot be built in .*/a:tree, because of the white space or colon' env TREE="$BATS_TEST_TMPDIR/a:tree" "$repo/series/apply/tree"
	USERSPACE_GPL_CACHE="$BATS_TEST_TMPDIR/a cache" fails_with 'cannot be built in .*/a cache, ' "$repo/series/apply/tree"
	[ ! -e "$BATS_TEST_TMPDIR/a cache" ]
}

@test "tree: a relative cache and tree, and CDPATH" {
	make_series
	cd "$BATS_TEST_TMPDIR"
	mkdir -p elsewhere/series elsewhere/cache
	export CDPATH=$BATS_TEST_TMPDIR/elsewhere
	cd "$repo"
	[ "$(USERSPACE_GPL_CACHE=../cache2 TREE=../tree2 series/apply/tree 2>/dev/null)" = "$BATS_TEST_TMPDIR/tree2" ]
	[ "$(git -C "$BATS_TEST_TMPDIR/tree2" rev-parse HEAD)" = "$(git -C "$TREE" rev-parse HEAD)" ]
	[ -e "$BATS_TEST_TMPDIR/cache2/lock" ]
	[ "$(USERSPACE_GPL_CACHE=../cache2 TREE=../tree2 series/apply/tree 2>/dev/null)" = "$BATS_TEST_TMPDIR/tree2" ]
}

@test "tree: a KERNEL= of another user's, in one line" {
	[ "$(id -u)" = 0 ] || skip "only root can give a tree away"
	unset SUDO_UID
	chown -R 65534 "$KERNEL"
	run "$repo/series/apply/tree"
	echo "$output"
	[ "$status" -ne 0 ]
	[ ${#lines[@]} -eq 1 ]
	[ "$output" = "base: KERNEL=$KERNEL belongs to another user, git config --global --add safe.directory $KERNEL lets git open it" ]
	# Their .gitconfig is not a hostile one any more.
	git config --file "$HOME/.gitconfig" --add safe.directory "$KERNEL"
	git config --file "$HOME/.gitconfig" --add safe.directory "$KERNEL/.git"
	"$repo/series/apply/tree"
}

@test "tree: what the environment has for kbuild does not reach it" {
	mkdir -p "$repo/series/kernels" "$TREE/kernel/module"
	touch "$TREE/Kbuild" "$TREE/kernel/module/Kconfig"
	# shellcheck disable=SC2016 # for make
	printf '%s\n\t%s\n' allnoconfig: '@cp $(KCONFIG_ALLCONFIG) $(O)/.config' \
		all: '@env >$(O)/env' >"$TREE/Makefile"
	for var in GNUMAKEFLAGS ARCH SUBARCH CROSS_COMPILE LLVM LLVM_IAS LD AR NM \
		OBJCOPY CFLAGS LDFLAGS KCFLAGS KCPPFLAGS KAFLAGS KRUSTFLAGS HOSTCFLAGS \
		HOSTLDFLAGS USERCFLAGS EXTRA_CFLAGS CFLAGS_MODULE LDFLAGS_vmlinux \
		KBUILD_EXTRA_SYMBOLS KBUILD_MODPOST_WARN KBUILD_VERBOSE KBUILD_OUTPUT \
		KCONFIG_CONFIG CONFIG_MODULE_ALLOW_MISSING_USERSPACE KERNELRELEASE \
		INSTALL_MOD_PATH M MO W C CF CHECK V PERL5LIB ANYTHING; do
		export "$var=hostile"
	done
	"$repo/series/kernels/build" um
	sed -n 's/=hostile$//p' "$USERSPACE_GPL_CACHE/build/um/env" >"$BATS_TEST_TMPDIR/passed"
	cat "$BATS_TEST_TMPDIR/passed"
	[ -s "$USERSPACE_GPL_CACHE/build/um/env" ]
	[ ! -s "$BATS_TEST_TMPDIR/passed" ]
}

@test "build: what does not compile and what was interrupted are two things, with the log" {
	mkdir -p "$repo/series/kernels" "$TREE/kernel/module"
	touch "$TREE/Kbuild" "$TREE/kernel/module/Kconfig"
	# shellcheck disable=SC2016 # for make
	printf '%s\n\t%s\n' allnoconfig: '@cp $(KCONFIG_ALLCONFIG) $(O)/.config' \
		all: '@echo "x.c:1:2: error: broken"; false' >"$TREE/Makefile"
	fails_with 'the kernel of um does not build: x.c:1:2: error: broken; the whole log is in .*/build/um.log' "$repo/series/kernels/build" um
	sed -i 's/x.c.*broken/make[3]: *** [Makefile:295: x.o] Interrupt/' "$TREE/Makefile"
	fails_with '^build: interrupted, the next run goes on from there$' "$repo/series/kernels/build" um
}

@test "clean: removes the cache and its trees, but not edits" {
	unset TREE
	tree=$("$repo/series/apply/tree")
	echo mine >>"$tree/Makefile"
	fails_with 'it takes no argument' "$repo/series/clean" --help
	fails_with 'has edits' "$repo/series/clean"
	[ -e "$tree/Makefile" ]
	plain_git -C "$tree" checkout -q -f
	"$repo/series/clean"
	[ "$(ls -A "$USERSPACE_GPL_CACHE")" = lock ]
	[ "$(git -C "$KERNEL" worktree list | wc -l)" = 1 ]
}

@test "clean: what the scripts did not make stays, and is said" {
	unset TREE
	tree=$("$repo/series/apply/tree")
	mkdir -p "$USERSPACE_GPL_CACHE/build/um" "$USERSPACE_GPL_CACHE/thesis" "$USERSPACE_GPL_CACHE/linux-distro"
	touch "$USERSPACE_GPL_CACHE/thesis/thesis.tex" "$USERSPACE_GPL_CACHE/build/um/vmlinux" "$USERSPACE_GPL_CACHE/linux-distro/x"
	run "$repo/series/clean"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"not made by these scripts, and left in $USERSPACE_GPL_CACHE: linux-distro thesis" ]]
	[ "$(cd "$USERSPACE_GPL_CACHE" && find . -mindepth 1 | sort | paste -sd' ')" = \
		'./linux-distro ./linux-distro/x ./lock ./thesis ./thesis/thesis.tex' ]
}

@test "clean: a directory that never was a cache is not touched, nor taken for one" {
	export USERSPACE_GPL_CACHE=$BATS_TEST_TMPDIR/mine
	mkdir -p "$USERSPACE_GPL_CACHE/build" "$USERSPACE_GPL_CACHE/lost+found"
	touch "$USERSPACE_GPL_CACHE/thesis.tex" "$USERSPACE_GPL_CACHE/build/x"
	for script in clean apply/tree; do
		fails_with "$USERSPACE_GPL_CACHE has files of yours (thesis.tex, ...): USERSPACE_GPL_CACHE names another place" "$repo/series/$script"
		[ "$(cd "$USERSPACE_GPL_CACHE" && find . -type f | sort | paste -sd' ')" = './build/x ./thesis.tex' ]
	done
	rm -r "$USERSPACE_GPL_CACHE/thesis.tex" "$USERSPACE_GPL_CACHE/build"
	"$repo/series/apply/tree"
	# Nothing to clean is no error, and makes nothing.
	USERSPACE_GPL_CACHE=$BATS_TEST_TMPDIR/nowhere "$repo/series/clean"
	[ ! -e "$BATS_TEST_TMPDIR/nowhere" ]
}

@test "clean: leaves no worktree in the user's repository" {
	unset TREE
	tree=$("$repo/series/apply/tree")
	git -C "$tree" worktree add -q --detach "$USERSPACE_GPL_CACHE/work" worktree/base
	git -C "$tree" worktree add -q --detach "$USERSPACE_GPL_CACHE/base" worktree/base
	echo edited >>"$USERSPACE_GPL_CACHE/work/Makefile"
	plain_git -C "$KERNEL" worktree add -q --detach "$BATS_TEST_TMPDIR/theirs"
	[ "$(git -C "$KERNEL" worktree list | wc -l)" = 5 ]
	"$repo/series/clean"
	[ "$(git -C "$KERNEL" worktree list | wc -l)" = 2 ]
	[ "$(ls -A "$USERSPACE_GPL_CACHE")" = lock ]
}

@test "clean: a file of the user's in the tree, and a tree elsewhere, are kept" {
	plain_git clone -q --bare "$KERNEL" "$USERSPACE_GPL_CACHE/base.git"
	plain_git -C "$USERSPACE_GPL_CACHE/base.git" branch -m master 7.3.4-1
	unset KERNEL
	"$repo/series/apply/tree"
	fails_with "$TREE is a tree of $USERSPACE_GPL_CACHE/base.git, and would be lost" "$repo/series/clean"
	git -C "$USERSPACE_GPL_CACHE/base.git" worktree remove "$TREE"
	unset TREE
	tree=$("$repo/series/apply/tree")
	echo mine >"$tree/notes"
	fails_with 'has edits' "$repo/series/clean"
	[ -e "$tree/notes" ]
	rm "$tree/notes"
	"$repo/series/clean"
	[ "$(ls -A "$USERSPACE_GPL_CACHE")" = lock ]
}
