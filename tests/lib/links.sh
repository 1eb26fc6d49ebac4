# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # $tree is that of the script which sources this
#
# Another tree, with its builds, that costs a second. Nothing in here writes to
# $tree or to the builds of it.

# make_farm FARM PATH...: a tree of symlinks to $tree, where the directories of
# the files PATH are directories of its own, so that "../" in there stays in it
make_farm()
{
	local farm=$1 dir i
	local -a dirs
	shift

	mapfile -t dirs < <(printf '%s\n' "${@%/*}" | while read -r dir; do
		while [ "$dir" != "${dir%/*}" ]; do
			echo "$dir"
			dir=${dir%/*}
		done
		echo "$dir"
	done | sort -ru)
	# The deepest first: what is already there is no symlink any more.
	for dir in "${dirs[@]}" .; do
		mkdir -p "$farm/$dir"
		for i in "$tree/$dir"/*; do
			[ -e "$farm/$dir/${i##*/}" ] || ln -s "$i" "$farm/$dir/${i##*/}"
		done
	done
}

# copy_build FROM TO FARM: a build of $tree as if it had been one of FARM. kbuild
# builds again what another command has made; there are the same files in both,
# with the same times, so only the paths are to be changed.
copy_build()
{
	local relative

	[ -d "$1" ] || return 0
	mkdir -p "${2%/*}"
	cp -a --reflink=auto "$1" "$2"
	# With CCACHE_BASEDIR, what the compiler has read is named like this.
	relative=$(realpath -m --relative-to="$1" "$tree")
	find "$2" -name '*.cmd' -print0 | xargs -0 -r sed -i \
		-e "s#\\(^\\|[ =:(\"']\\|-I\\)${relative//./\\.}/#\\1$3/#g" \
		-e "s#$tree\\>#$3#g" -e "s#$1\\>#$2#g"
}
