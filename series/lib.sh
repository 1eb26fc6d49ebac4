# shellcheck shell=bash
# shellcheck disable=SC2034 # variables are for the scripts that source this
# SPDX-License-Identifier: GPL-2.0-only
#
# What every script here shares; sourced, never run.

set -euo pipefail
export LC_ALL=C

# The project's checkout, and the place for all that can be made again.
unset CDPATH
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=$(realpath -m "${USERSPACE_GPL_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/userspace-gpl}")
export USERSPACE_GPL_CACHE=$cache

# All that the scripts and the tests put there, one way or another, beside the
# trees "linux" and "linux-...": series/clean removes this, and nothing else.
cache_names=(am.log apt base base.git boot build builtin configs demo.cast distro distro-xz dkms evidence fold.index
	gated good livepatch mutation packages parts port postings rebase.log refresh reuse rr-cache scratch setup.log sparse
	sparse.new tools treewide treewide.new treewide.plan treewide.spatch
	treewide.steps treewide.text treewide.made unpack
	work work.lock bases changelog)

patches=$top/patches
jobs=${JOBS:-$(nproc)}

# For make(1) of the kernel. With ccache, what was compiled before takes a tenth.
cc=(CC=gcc HOSTCC=gcc)
! command -v ccache >/dev/null || cc=(CC="ccache gcc" HOSTCC="ccache gcc")

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

note() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

minutes() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# progress WHAT LOG TOTAL UNIT COUNT COMMAND...: run COMMAND, with its output in LOG. After
# two seconds a line says what is being done. On a terminal it is written anew each second,
# with how many of TOTAL the command COUNT finds done, how long that took, and roughly how
# long it will still take. In the output of tests/run on a terminal (USERSPACE_GPL_WATCHED)
# there is one more line every half a minute.
progress() {
	: >"$2" || die "cannot write to $2"
	watched "${@:1:5}" into_log "${@:6}"
}

into_log() { "$@" </dev/null >"$log" 2>&1; }
to_log() { "$@" </dev/null >>"$log" 2>&1; }

# watched WHAT LOG TOTAL UNIT COUNT COMMAND...: the same for a COMMAND that writes LOG
# itself, or has none.
watched() {
	local what=$1 log=$2 total=$3 unit=$4 count=$5 status=0 start=$SECONDS watcher
	shift 5

	watch_progress &
	watcher=$!
	"$@" || status=$?
	kill "$watcher" 2>/dev/null || :
	wait "$watcher" 2>/dev/null || :
	[ ! -t 2 ] || printf '\r\033[K' >&2
	return "$status"
}

watch_progress() {
	local never n spent text line='\r\033[K%s' every=1

	# read(1) of what nobody writes, since a sleep(1) would outlive this shell.
	exec {never}<> <(:)
	read -rt 2 -u "$never" || :
	if [ ! -t 2 ]; then
		note "$what${log:+ (log: $log)}"
		[ -n "${USERSPACE_GPL_WATCHED:-}" ] || return 0
		line='%s\n' every=30
		read -rt $every -u "$never" || :
	fi
	# Who is interrupted does not come to end this one.
	while kill -0 $$ 2>/dev/null; do
		n=
		[ -z "$count" ] || n=$($count 2>/dev/null) || :
		n=${n:-0} spent=$((SECONDS - start)) text="${0##*/}: $what"
		[ -z "$total" ] || text+=", $n of $total$unit"
		text+=", $(minutes $spent)"
		if [ "$n" -gt 0 ] && [ "${total:-0}" -ge "$n" ]; then
			text+=", about $(minutes $((spent * (total - n) / n))) still"
		fi
		# shellcheck disable=SC2059 # one of the two above
		printf "$line" "$text" >&2
		read -rt $every -u "$never" || :
	done
}

# For progress: how far apt-get(8) with APT::Status-Fd=1 is, and git am in the scratch.
apt_percent() { grep -oE ':[0-9]+\.[0-9]+:' "$log" | tail -n 1 | tr -d : | cut -d. -f1; }
applied() { cat "$scratch/.git/rebase-apply/next"; }
# And make(1) of the kernel.
compiled() { grep -c '^  CC ' "$log"; }

# of_all N ALL WHAT: for a loop that has no log: on a terminal, where it is.
of_all() {
	[ ! -t 2 ] || printf '\r\033[K%s: %s, %d of %d, %s' "${0##*/}" "$3" "$1" "$2" "$(minutes $SECONDS)" >&2
	[ ! -t 2 ] || [ "$1" -lt "$2" ] || printf '\r\033[K' >&2
}

kernel=${KERNEL:-} base_ref=${BASE:-} tree=${TREE:-}

# kbuild takes neither as the name of a directory.
for dir in "$cache" "${tree:+$(realpath -m "$tree")}"; do
	case $dir in
	*[[:space:]:]*)
		die "the kernel cannot be built in $dir, because of the white space or colon: TREE= and USERSPACE_GPL_CACHE name other places"
		;;
	esac
done
unset dir

# foreign: what is in the cache and not ours.
foreign() {
	[ ! -d "$cache" ] || (
		cd "$cache" && find . -mindepth 1 -maxdepth 1 ! -name lock ! -name lost+found \
			! -name linux ! -name 'linux-*' -printf '%P\n' |
			grep -vxF -f <(printf '%s\n' "${cache_names[@]}")
	) || :
}

# A directory with something else in it is no cache, unless it has been one
# before: somebody's ~/build would be taken for ours.
if [ ! -e "$cache/lock" ] && [ -n "$(foreign)" ]; then
	die "$cache has files of yours ($(foreign | sort | head -n 1), ...): USERSPACE_GPL_CACHE names another place, which need not be there yet"
fi

# What is in the environment and not named here goes: make(1) would hand it on to the
# kernel's own make. `make check KERNEL=...` must not become a variable of kbuild, nor may
# a result depend on the shell in which it was made. First who and where the caller is,
# then how the network is reached, then what the README and the scripts say of themselves.
# GIT_* is dealt with below.
for var in $(compgen -e); do
	case $var in
	PATH | HOME | USER | LOGNAME | SHELL | TERM | PWD | SHLVL | LC_ALL | TMPDIR | XDG_*_HOME) ;;
	*_proxy | *_PROXY | SSL_CERT_* | CURL_CA_BUNDLE | DEBIAN_MIRROR | APT_CONFIG) ;;
	USERSPACE_GPL_* | KERNEL | BASE | TREE | JOBS | SETUP | CI | QUICK | CONFIGS | DECLARED | EVIDENCE | ONE | AUTHOR | BACK) ;;
	UST_BUILD_UM | UST_BUILD_X86 | UST_MAKE | UST_KMOD | KUNIT_TIMEOUT | FUZZ_SECONDS | CLANG | ROUNDS) ;;
	GIT_* | CCACHE_* | BATS_*) ;;
	*) unset "$var" ;;
	esac
done
unset var

# kbuild, coccicheck and checkpatch's spdxcheck need the python3 which has
# Debian's modules, not one that a version manager put before it in PATH.
PATH=/usr/bin:$PATH

# git does the same for everybody: nothing of the caller's configuration or
# environment may change a patch, run a hook, sign, or clean up in a repository
# that is not ours. Only what says where git is and which trees it may open at
# all is kept.
git_neutral() {
	local n=0 kv dir var
	local -a kvs=(
		am.keepcr=false am.threeWay=false apply.whitespace=nowarn
		advice.detachedHead=false commit.gpgSign=false
		core.attributesFile=/dev/null core.autocrlf=false core.eol=lf
		core.excludesFile=/dev/null core.fsmonitor=false
		core.hooksPath=/dev/null core.sparseCheckout=false core.commentChar=# gc.auto=0
		maintenance.auto=false rebase.updateRefs=false
		user.name="userspace-gpl series"
		user.email=series@userspace-gpl.invalid
	)

	for var in "${!GIT_@}"; do
		case $var in
		GIT_EXEC_PATH | GIT_DISCOVERY_ACROSS_FILESYSTEM | GIT_CONFIG*) ;;
		*) unset "$var" ;;
		esac
	done
	while read -r dir; do
		kvs+=("safe.directory=$dir")
	done < <(git config --get-all safe.directory 2>/dev/null || :)
	unset "${!GIT_CONFIG@}"
	for kv in "${kvs[@]}"; do
		export "GIT_CONFIG_KEY_$n=${kv%%=*}" "GIT_CONFIG_VALUE_$n=${kv#*=}"
		n=$((n + 1))
	done
	export GIT_CONFIG_COUNT=$n GIT_CONFIG_GLOBAL=/dev/null
	export GIT_CONFIG_SYSTEM=/dev/null GIT_ATTR_NOSYSTEM=1
	export GIT_EDITOR=: GIT_TERMINAL_PROMPT=0
}

# hold FILE WHAT: what the lock FILE stands for is ours until this script and what
# it starts have ended.
hold() {
	local fd

	exec {fd}>"$1" || die "cannot write to ${1%/*}"
	flock -n "$fd" || {
		note "waiting for another run that uses $2"
		flock "$fd"
	}
}

# What was found good depends on WORD... alone: a check is not made again when nothing of
# that has changed. The words have the versions of the programs and the scripts among them.
good_file() { printf '%s/good/%s' "$cache" "$(printf '%s\n' "$@" | sha256sum | cut -d ' ' -f 1)"; }
was_good() { [ -e "$(good_file "$@")" ]; }
is_good() { mkdir -p "$cache/good" && : >"$(good_file "$@")"; }
# one hash of FILE...
hash_of() { cat "$@" | sha256sum | cut -d ' ' -f 1; }

# One run at a time in a cache; the scripts which a holder starts inherit it.
lock() {
	[ "${USERSPACE_GPL_LOCKED:-}" != "$cache" ] || return 0
	mkdir -p "$cache" 2>/dev/null || die "cannot make the cache directory $cache (USERSPACE_GPL_CACHE names another)"
	hold "$cache/lock" "$cache"
	export USERSPACE_GPL_LOCKED=$cache
}

# need_space DIR MIB WHAT [HINT]
need_space() {
	local dir=$1 free

	while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
	free=$(df --output=avail -BM "$dir" | tail -n 1 | tr -dc 0-9)
	[ "$free" -ge "$2" ] ||
		die "not enough space in $dir for $3: $free MiB free, $2 MiB needed${4-" (USERSPACE_GPL_CACHE names another place)"}"
}

# imported VERSION: the newest import of that kernel, put aside or not, as series/base/base
# --from takes it
imported() {
	local version=${1/.0-rc/_rc}

	{ git -C "$cache/base.git" for-each-ref --format='%(refname:lstrip=2)' "refs/heads/$version-*" \
		"refs/heads/unfit/$version-*" 2>/dev/null || :; } | sed 's,^unfit/,,' | sort -V | tail -n 1
}

# range_diff FILE REPO OLD NEW: git range-diff of two ranges of commits
range_diff() { git -C "$2" range-diff --no-color --no-dual-color "$3" "$4" >"$1"; }

# range_counts FILE: what that says, in a line
range_counts() {
	awk '$1 ~ /^([0-9]+|-):$/ && $3 ~ /^[=!<>]$/ { n[$3]++ }
		END { printf "%d patches as they were, %d changed, %d gone, %d new\n", n["="], n["!"], n["<"], n[">"] }' "$1"
}

# Where the tree is, or will be.
tree_path() {
	local own=

	[ -z "$kernel" ] || own=-$(basename "$(realpath "$kernel")" | tr -c '[:alnum:]._\n-' _)-$(realpath "$kernel" | cksum | cut -d' ' -f1)
	realpath -m "${tree:-$cache/linux$own}"
}

# install_patches NEW MARK TEXT: patches/ become NEW. If that is cut short they are a
# mixture: the file MARK, with TEXT in it, says so, and the next run ends the work.
install_patches() {
	local new=$1 file

	mkdir -p "$patches"
	find "$patches" -name '.*.new' -delete
	need_space "$patches" $(($(du -sm "$new" | cut -f1) + 8)) "patches/" ""
	while read -r file; do
		mkdir -p "$(dirname "$patches/$file")"
		cmp -s "$new/$file" "$patches/$file" ||
			cp "$new/$file" "$(dirname "$patches/$file")/.${file##*/}.new"
	done < <(cd "$new" && find . -type f -printf '%P\n')
	echo "$3" >"$2"
	while read -r file; do
		[ -e "$new/$file" ] || rm "$patches/$file"
	done < <(cd "$patches" && find . -name '*.patch' ! -name '.*' -printf '%P\n')
	while read -r file; do
		mv "$file" "${file%/*}/$(basename "${file##*/.}" .new)"
	done < <(find "$patches" -name '.*.new')
	find "$patches" -mindepth 1 -type d -empty -delete
}

# take_file REPO COMMIT OURS THEIRS: a whole file as that commit has it
take_file() {
	local ours=$top/$3

	mkdir -p "$(dirname "$ours")"
	git -C "$1" cat-file blob "$2:$4" >"$ours.new"
	case $(git -C "$1" ls-tree "$2" -- "$4") in
	100755*) chmod +x "$ours.new" ;;
	esac
	mv "$ours.new" "$ours"
}

# The patches in the order of the series; without a list, as for backports, by name.
series_patches() {
	if [ -e "$patches/series" ]; then
		sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$patches/series"
	elif [ -d "$patches" ]; then
		find "$patches" -maxdepth 1 -name '*.patch' ! -name '0000-*' -printf '%P\n' | sort
	fi
}

# The whole files that are also in the patches: "path here<TAB>path in the tree".
whole_files() {
	sed -e 's/[[:space:]]*#.*//' -e '/^$/d' "$top/series/apply/files"
}

# What to do about patches that are not whole, if they are not the committed ones.
way_back() {
	[ -z "$(git -C "$top" status --porcelain -- patches 2>/dev/null)" ] ||
		printf '; patches/ is not as it was committed, git -C %s checkout -- patches brings that back' "$top"
}

# format_series COMMIT BASE DIR: the commits as patches, each in the folder of its part.
# One text for one series, whoever runs it: no hash of a commit, no version of git, no
# abbreviation that depends on how many objects a repository has. In scratch.
format_series() {
	local last=$2 n=0 count folder
	local -a commits

	mapfile -t commits < <(in_scratch git rev-list --reverse "$2..$1")
	rm -rf "$3"
	mkdir -p "$3"
	while read -r count folder; do
		n=$((n + count))
		in_scratch git format-patch -q -n -p --stat=72 --summary --zero-commit \
			--full-index --no-signature --no-renames --diff-algorithm=myers \
			-o "$3/$folder" "$last..${commits[n - 1]}" || return
		last=${commits[n - 1]}
	done < <(in_scratch git log --reverse --format=%s "$2..$1" |
		/usr/bin/python3 -B "$top/series/facts/parts.py" folders | uniq -c)
	[ "$n" = ${#commits[@]} ] || die "the commits are not in the order of series/facts/order.toml, make treewide makes them in it"
	(cd "$3" && find . -name '*.patch' ! -name '0000-*' -printf '%P\n' | sort >series)
	[ "$(wc -l <"$3/series")" = "$n" ] || die "git format-patch failed"
}

patches_key() {
	local p

	series_patches | while read -r p; do
		[ -e "$patches/$p" ] || die "$patches/series names $p, which is not there$(way_back)"
		sha256sum <"$patches/$p"
	done | sha256sum | cut -d' ' -f1
}

# kernel_version REPO COMMIT: 7.3.4, or nothing when it is no kernel.
kernel_version() {
	{ git -C "$1" show "$2:Makefile" 2>/dev/null || :; } | awk '
		$2 == "=" && $1 ~ /^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)$/ { v[$1] = $3 }
		END { if (v["VERSION"] != "" && v["PATCHLEVEL"] != "" && v["SUBLEVEL"] != "")
			print v["VERSION"] "." v["PATCHLEVEL"] "." v["SUBLEVEL"] v["EXTRAVERSION"] }'
}

# scratch REPO COMMIT: point $scratch at COMMIT: a repository without the
# configuration of REPO, but writing to its objects, and with a sparse checkout
# of nothing. So git am and git rebase touch only the files they change, which
# takes seconds, and what fails there has spoilt nobody's tree.
scratch=$cache/scratch
scratch() {
	local common

	common=$(git -C "$1" rev-parse --path-format=absolute --git-common-dir)
	rm -rf "$scratch"
	GIT_CONFIG_COUNT=0 git init -q --template= "$scratch"
	git -C "$scratch" config core.sparseCheckout true
	mkdir -p "$scratch/.git/info"
	echo /.nothing >"$scratch/.git/info/sparse-checkout"
	[ ! -e "$common/shallow" ] || cp "$common/shallow" "$scratch/.git/shallow"
	scratch_objects=$common/objects
	in_scratch git update-ref --no-deref HEAD "$2"
	in_scratch git read-tree -m -u HEAD
}

# The last value of a variable counts, so this one undoes git_neutral's.
in_scratch() (
	export GIT_OBJECT_DIRECTORY=$scratch_objects GIT_DIR=$scratch/.git
	export "GIT_CONFIG_KEY_$GIT_CONFIG_COUNT=core.sparseCheckout"
	export "GIT_CONFIG_VALUE_$GIT_CONFIG_COUNT=true"
	export GIT_CONFIG_COUNT=$((GIT_CONFIG_COUNT + 1))
	cd "$scratch" && GIT_WORK_TREE=$scratch "$@"
)

# apply_series REPO COMMIT: the series as commits on COMMIT; prints the last.
# Committer and date are fixed, so everybody gets the same commits.
apply_series() {
	local -a files
	local log=$cache/am.log what

	mapfile -t files < <(series_patches)
	# A list that is cut short would give a series that is.
	for what in "$patches"/*/[0-9]*.patch; do
		case $what in
		*/0000-*) continue ;;
		esac
		what=${what#"$patches/"}
		[ ! -e "$patches/$what" ] || [[ " ${files[*]} " = *" $what "* ]] ||
			die "$patches/series does not name $what, which is there$(way_back)"
	done
	scratch "$1" "$2"
	if [ ${#files[@]} -gt 0 ] && ! (
		export GIT_COMMITTER_NAME="userspace-gpl series"
		export GIT_COMMITTER_EMAIL=series@userspace-gpl.invalid
		progress "applying the series" "$log" "${#files[@]}" " patches" applied \
			in_scratch git am -q --committer-date-is-author-date --no-gpg-sign \
			"${files[@]/#/$patches/}"
	); then
		what=$(grep -m 1 'does not apply\|already exists\|corrupt\|lacks\|does not exist' "$log" ||
			grep -m 1 '^error\|^fatal' "$log" || tail -n 1 "$log")
		what=${what#error: }
		die "${files[$(($(cat "$scratch/.git/rebase-apply/next" 2>/dev/null || echo 1) - 1))]} does not apply to Linux $(kernel_version "$1" "$2"): $what$(way_back)"
	fi
	in_scratch git rev-parse HEAD
}

git_neutral

# worktree_at DIR REPO COMMIT: nobody's to edit, so it is made what it has to be;
# files that do not change keep their time.
worktree_at() {
	if [ "$(git -C "$1" rev-parse --path-format=absolute --git-common-dir 2>/dev/null)" != "$2" ]; then
		rm -rf "$1"
		need_space "$1" 2048 "another tree"
		git --git-dir="$2" worktree add -q -f -f --no-checkout --detach "$1" "$3"
	fi
	# A run that was killed may have left them.
	rm -f "$(git -C "$1" rev-parse --absolute-git-dir)"/{index,HEAD,ORIG_HEAD}.lock
	git -C "$1" reset -q --hard "$3"
	git -C "$1" checkout -q --detach
}

# base_worktree TREE: what the series of TREE is based on, as a tree of its own
base_worktree() {
	local base repo

	base=$(git -C "$1" rev-parse -q --verify refs/worktree/base) ||
		die "$1 was not made by series/apply/tree: its base is not known"
	repo=$(git -C "$1" rev-parse --path-format=absolute --git-common-dir)
	worktree_at "$cache/base" "$repo" "$base" || die "cannot make a tree of the base in $cache/base"
	echo "$cache/base"
}
