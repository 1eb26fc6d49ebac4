# shellcheck shell=bash disable=SC2034 # variables are for who sources this
# SPDX-License-Identifier: GPL-2.0-only
#
# Compile what commits touch, or what tables name, in a worktree and a build
# directory of their own: x86 allmodconfig, made cheap, if nothing else is asked.

# shellcheck source=series/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

work=$cache/work
build=$cache/build/bisect
# Beside the commits and the compilers, what the result depends on.
made_by=("$top/series/checks/"{touched.sh,not-x86} "$top/series/"{lib.sh,kernels/allmod-cheap.config})
# What shows whether a header under include/ still compiles.
users_of_headers=(kernel/module/main.o drivers/dma-buf/dma-buf.o drivers/pci/p2pdma.o)

# use_tree TREE: take its base and its commits; nothing is done in it.
use_tree() {
	local tree=$1

	repo=$(git -C "$tree" rev-parse --path-format=absolute --git-common-dir)
	base=$(git -C "$tree" rev-parse refs/worktree/base)
	head=$(git -C "$tree" rev-parse refs/worktree/series)
	mkdir -p "$cache/build"
	hold "$cache/work.lock" "$work"
	declared_only "$base" "$head"
	made=$({ compilers && cat "${made_by[@]}"; } | sha256sum | cut -d ' ' -f 1)
	export CCACHE_BASEDIR=$work KBUILD_BUILD_USER=user KBUILD_BUILD_HOST=host
	export KBUILD_BUILD_TIMESTAMP='1970-01-01 00:00:00'
}

work_at() { worktree_at "$work" "$repo" "$1"; }

# cross_of ARCH: what the names of its compiler and linker begin with.
cross_of() {
	[ "$1" = x86 ] || awk -F'\t' -v a="$1" '!/^#/ && $2 == a { print $3; exit }' "$top/series/checks/not-x86"
}

# The versions of all compilers. The lines of not-x86 with no file are link-importers'.
compilers() {
	local cross

	{ echo && awk -F'\t' '!/^#/ && $1 != "-" { print $3 }' "$top/series/checks/not-x86"; } | sort -u |
		while read -r cross; do "${cross}gcc" --version || return; done
}

# kmake ARCH ARG...: ARCH is x86, or a line's second column of series/checks/not-x86.
kmake() {
	local arch=$1 cross

	shift
	cross=$(cross_of "$arch")
	make -C "$work" O="$build-$arch" ARCH="$arch" CROSS_COMPILE="$cross" \
		"${cc[0]/gcc/${cross}gcc}" "${cc[1]}" LOCALVERSION= -j"$jobs" "$@" </dev/null
}

# Of files, those that reach every object, by the configuration or by the tools that
# compile. The rest of scripts/ and tools/ works on what has been compiled.
reaches_all() {
	grep -E '(^|/)(Kconfig|Makefile|Kbuild)|^(scripts|tools/(build|include|lib|objtool))/' |
		grep -vE '^scripts/(mod|coccinelle|livepatch)/|^scripts/(tags.sh|misc-check|checkpatch.pl)$|^tools/lib/python/|/configs/'
}

# Of files, those on which it depends what configure makes.
reaches_configuration() {
	grep -E '(^|/)(Kconfig|Makefile|Kbuild)|^(scripts|include|tools/(build|include|lib|objtool|scripts))/|^arch/[^/]*/(include|kernel/(asm|vdso)|entry|tools)|^kernel/(bounds|time/timeconst)' |
		grep -vE '^scripts/(coccinelle|livepatch)/|^scripts/(tags.sh|misc-check|checkpatch.pl|userspacedeps)$|^tools/(Makefile$|(lib/python|module|testing)/)|/configs/'
}

changed() { git -C "$repo" diff --name-only --no-renames "$1" "$2"; }

# configure ARCH: the configuration of the commit in $work, and what modules_prepare
# makes. Nothing to do when the last time was for one with the same scripts and headers.
configure() {
	local arch=$1 stamp=$build-$1.configured now last

	now=$(git -C "$work" rev-parse HEAD)
	last=$(sed -n "s/ $made\$//p" "$stamp" 2>/dev/null || :)
	if [ -n "$last" ] && [ -e "$build-$arch/.config" ] && git -C "$repo" cat-file -e "$last" 2>/dev/null &&
		[ -z "$(changed "$last" "$now" | reaches_configuration || :)" ]; then
		return
	fi
	rm -f "$stamp"
	mkdir -p "$build-$arch"
	kmake "$arch" KCONFIG_ALLCONFIG="$top/series/kernels/allmod-cheap.config" allmodconfig &&
		kmake "$arch" modules_prepare &&
		echo "$now $made" >"$stamp"
}

# remember_head ARCH OBJECT...: they have been compiled as they are in the head of the
# series: a line for each, with the files that were read. It counts once
# remembered_head has been called.
remember_head() {
	local arch=$1 object

	shift
	for object; do
		[ -f "$build-$arch/$object" ] || continue
		printf '%s %s ' "$arch" "$object"
		awk '/^deps_/ { on = 1; next } /^$/ { on = 0 } on && !/wildcard/ { print $1 }' \
			"$build-$arch/${object%/*}/.${object##*/}.cmd" | sed "s#^.*/${work##*/}/##" | tr '\n' ' '
		echo
	done >>"$build.head.new"
}

remembered_head() {
	{
		echo "$head $made"
		cat "$build.head.new"
	} >"$build.head"
	rm "$build.head.new"
}

# as_in_head COMMIT ARCH OBJECT: the object has been compiled in the head of the series,
# and nothing that it is made from is another there than in COMMIT.
as_in_head() {
	local commit=$1 line

	[ "$(head -n 1 "$build.head" 2>/dev/null)" = "$head $made" ] || return
	line=$(grep -m 1 "^$2 $3 " "$build.head") || return
	if [ "$commit" != "${compared:-}" ]; then
		compared=$commit
		changed_in_head=$(changed "$commit" "$head")
		for_all=$(reaches_all <<<"$changed_in_head" || :)
	fi
	[ -z "$for_all" ] &&
		! grep -qxF -f <(tr ' ' '\n' <<<"$line ${3%.o}.c ${3%.o}.S" | sed '1,2d;/^$/d') <<<"$changed_in_head"
}

# declared_only FROM TO: in a file each, the files that get nothing but declarations
# between these commits, and what they declare. They are compiled with DECLARED=y;
# "series/checks/static declared" compiles what they declare, all in one file.
declared_only() {
	local out=$build.declared

	git -C "$repo" diff -U0 --no-color --no-ext-diff --src-prefix=a/ --dst-prefix=b/ --no-renames --diff-filter=M \
		"$1" "$2" -- '*.c' | awk -v out="$out" '
		function done() {
			if (lines != "" && !other) {
				print file >(out ".files")
				printf "%s", lines >(out ".c")
			}
			lines = other = ""
		}
		BEGIN { printf "" >(out ".files"); printf "" >(out ".c") }
		/^diff / { done() }
		/^\+\+\+ b\// { file = substr($0, 7); next }
		/^\+(MODULE_USERSPACE[A-Z_]*\(.*|[[:space:]]+"[^"]*"\);|)$/ { lines = lines substr($0, 2) "\n"; next }
		/^[-+]/ && !/^--- / { other = 1 }
		END { done() }'
}

# has WORD WORDS...
has() {
	local word=$1

	shift
	[[ " $* " = *" $word "* ]]
}

# not_x86 FILE: the architecture on which it can be compiled, if it is listed.
not_x86() {
	awk -F'\t' -v f="$1" '!/^#/ && $1 == f { print $2 }' "$top/series/checks/not-x86"
}

# objects_of FILE...: the objects (or a directory/) that show whether a touched
# file compiles, each with its architecture; "- FILE" for one that shows in none.
objects_of() {
	local file dir arch

	for file; do
		[ -n "${DECLARED:-}" ] || ! grep -qxF "$file" "$build.declared.files" || continue
		dir=${file%/*}
		case $file in
		scripts/mod/*.[ch]) continue ;; # modules_prepare builds it
		scripts/* | tools/* | Documentation/* | rust/* | MAINTAINERS) printf '%s %s\n' - "$file" ;;
		*.c | *.S)
			arch=$(not_x86 "$file")
			printf '%s %s\n' "${arch:-x86}" "${file%.[cS]}.o"
			;;
		include/*.h) printf 'x86 %s\n' "${users_of_headers[@]}" ;;
		*.h | kernel/*) printf 'x86 %s/\n' "$dir" ;;
		*) printf '%s %s\n' - "$file" ;;
		esac
	done | sort -u
}

# compile ARCH VAR=VALUE... -- OBJECT...: afresh, so that messages come again.
compile() {
	local arch=$1 object status=0
	local -a vars=()

	shift
	while [ "$1" != -- ]; do
		vars+=("$1")
		shift
	done
	shift
	for object; do
		rm -f "$build-$arch/${object%/}"{,/*.o} 2>/dev/null || :
	done
	kmake "$arch" -k "${vars[@]}" "$@" || status=1
	for object; do
		[ -e "$build-$arch/$object" ] || {
			echo "$object: not compiled"
			status=1
		}
	done
	return $status
}

# full CONFIG [OPTION=VALUE]: vmlinux and modules of series/kernels/<CONFIG>.config, of
# what is in $work.
full() {
	local config=$1 arch=x86

	[ "$config" != um ] || arch=um
	mkdir -p "$build-$config"
	{
		cat "$top/series/kernels/$config.config"
		echo "${2:-}"
	} >"$build-$config.config"
	set -- make -C "$work" O="$build-$config" ARCH=$arch LOCALVERSION= "${cc[@]}" -j"$jobs"
	"$@" KCONFIG_ALLCONFIG="$build-$config.config" allnoconfig </dev/null && "$@" all </dev/null
}
