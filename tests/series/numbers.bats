#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Numbers and messages that the texts state, from what they are about.
# shellcheck disable=SC2030,SC2031,SC2154 # bats: each test is a subshell, and sets status and lines

load helper

setup() {
	letter=$top/patches/0000-cover-letter.patch
	facts=$top/series/facts/facts.py
}

# The text of a file in one line, whatever way it is wrapped.
flat() { tr -s '[:space:]' ' ' <"$1"; }

# states FILE TEXT...: each is there
states() {
	local file=$1 text

	flat "$file" >"$BATS_TEST_TMPDIR/flat"
	shift
	for text; do
		grep -qF -- "$text" "$BATS_TEST_TMPDIR/flat" || {
			echo "not in ${file##*/}: $text"
			return 1
		}
	done
}

# tyr is in Rust, and so has a patch instead of a record.
modules() {
	"$facts" modules | awk -F'\t' '
		{ n[$3]++ }
		END { print NR + 1, n["own"] + 1, n["class"], n["library"] }'
}

# gated COMMIT: how many exports the commit gates; all without one
gated() {
	"$facts" exports | awk -F'\t' -v g="${1:-}" -v from="${2:-}" '
		$2 != "gate" { next }
		(g == "" || $4 == g) && (from == "" || $3 == from) { n++ }
		END { print n + 0 }'
}

# tests_in SUITE...: how many tests they have
tests_in() {
	(cd "$top/tests" && cat "${@/%/.bats}") | grep -c '^@test '
}

@test "numbers: modules that declare" {
	grep -q '^drm-tyr = ' "$top/series/facts/order.toml"
	# As the patches have it, too: a module each in a file of its own.
	declare=$(awk '/^\+\+\+ b\/(drivers|sound|samples)\// { file = $2 }
		/^diff / { file = "" }
		file && /^\+(MODULE_USERSPACE|.*userspace: \[)/ { print file }' "$top"/patches/*/0*.patch | sort -u | wc -l)
	read -r all own class library < <(modules)
	states "$letter" \
		"$all modules of the tree declare: $own name a userspace of their own, $class the userspace of their class" \
		"and $library are libraries."
	[ "$declare" = "$all" ]
}

@test "numbers: modules that do not" {
	mapfile -t names < <("$facts" undeclared | cut -f1)
	words=(No One Two Three Four Five Six)
	# The list may only get shorter.
	[ "${#names[@]}" -le 6 ]
	list=$(printf ', %s' "${names[@]:0:${#names[@]}-1}")
	states "$top/README.md" "${words[${#names[@]}]} modules have no declaration" "${list#, } and ${names[-1]}"
	states "$letter" "${words[${#names[@]}]} modules of the tree declare nothing" "${list#, } and ${names[-1]}"
	mapfile -t names < <(printf '%s\n' "${names[@]}" | sort)
	# modpost has the same. The page names none of them: it refers to that list, so
	# that a driver which leaves it is named nowhere.
	printf '"%s",\n' "${names[@]}" | diff - <(grep '^"' "$top/scripts/mod/userspace-none.h")
	# Of Debian's modules it is this one.
	[ "$(awk -F'\t' '!/^#/ { print $2 }' "$top/series/facts/importers.tsv" | grep -xF -f <(printf '%s\n' "${names[@]}") | sort -u)" = habanalabs ]
}

@test "numbers: exports that are gated" {
	first=$(($(gated gate-dma-buf) + $(gated gate-heaps) + $(gated gate-p2pdma)))
	states "$letter" \
		"First the $(gated gate-dma-buf) exports of DMA-BUF proper, the $(gated gate-heaps) of the DMA-BUF heaps, and the $(gated gate-p2pdma) of P2PDMA." \
		"the $(($(gated) - first)) exports that hand those on" \
		"Of these $(($(gated) - first)), $(gated '' EXPORT_SYMBOL) were plain" \
		"$(gated gate-rdma EXPORT_SYMBOL) of RDMA, $(gated gate-virtio EXPORT_SYMBOL) of virtio, $(gated gate-amdgpu EXPORT_SYMBOL) of" \
		"and the $(gated gate-drm-prime EXPORT_SYMBOL) of drivers/gpu/drm/drm_prime.c" \
		"and so are $(($(gated '' EXPORT_SYMBOL) - $(gated gate-drm-prime EXPORT_SYMBOL))) others"
	[ "$(gated gate-drm-helpers EXPORT_SYMBOL)" = 1 ]
	# The patches, too. One that is there for two configurations is one.
	# The selftest has an exporter of its own.
	sed -nE 's/^\+EXPORT_SYMBOL(_NS)?_USERSPACE_GPL\(([a-z][a-z0-9_]*).*/\2/p' "$top"/patches/*/0*.patch |
		grep -v '^test_userspace_' | sort -u | diff - <("$facts" exports | awk -F'\t' '$2 == "gate" { print $1 }' | sort -u)
}

@test "numbers: patches" {
	n=$(wc -l <"$top/patches/series")
	states "$letter" "userspace-gpl series ($n): "
	# Each part is in one line of the list, with the count of its patches.
	diff <(cut -d/ -f1 "$top/patches/series" | uniq -c | awk '{ print $2, $1 }') \
		<(sed -nE 's/^  ([0-9]{2}-[a-z-]+) +([0-9]+) .*/\1 \2/p' "$letter")
	# The letter says that all defconfigs enforce, so no patch may relax one.
	if grep defconfig "$top/patches/series"; then
		return 1
	fi
}

@test "numbers: tests" {
	modules=$(grep -c '^[a-z]' "$top/tests/cases/modules.cases")
	[ "$modules" -gt 200 ]
	kunit=$(awk '
		/^\}? ?.*_cases\[\] = \{/ && !/kunit_case/ { on = 1 }
		/^};/ { on = 0 }
		on && /^\t\{/ { n++ }
		/KUNIT_CASE\(/ { n++ }
		END { print n }' "$top/tests/kunit/userspace_kunit.c")
	states "$letter" "A KUnit suite of $kunit cases" "More than 200 small modules, built by kbuild"
}

@test "numbers: tests of built-in drivers, of livepatches" {
	states "$letter" \
		"$(tests_in builtin/{again,direct,kbuild,lto,vmlinux}) tests are about drivers that are built in, and $(tests_in livepatch/diff) about livepatches"
}

@test "numbers: modules of Debian" {
	mapfile -t debian < <(grep '^#' "$top/series/facts/importers.tsv" | grep -oE '\([0-9]{4}' | sed 's/(\(.\)/\1,/')
	[ "${#debian[@]}" = 2 ]
	states "$letter" "amd64 and arm64 have ${debian[0]} and ${debian[1]} modules"
}

# said_of METHOD: what the table of modules has, with the symbols of the demo
said_of() {
	PYTHONPATH=$top/tests/lib PYTHONDONTWRITEBYTECODE=1 python3 -c \
		'import sys; from cases import Table
case = Table(sys.argv[2])["undeclared-2"]
said = getattr(case, sys.argv[1])()
print(*[said] if isinstance(said, str) else said)' "$1" "$top/tests/cases/modules.cases" |
		sed -E -e 's/^ERROR: //' -e 's/uses gated_1 and gated_2,/uses dma_buf_get and dma_buf_put,/'
}

# Two symbols of another module, and the rest is the same.
@test "numbers: the message of modpost in the texts is the one that the tests ask for" {
	want=$(said_of modpost)
	[[ $want == "uses dma_buf_get and dma_buf_put, exported only "* ]]
	who="ERROR: modpost: my_gpu.ko"
	got=$(grep -A2 "^    $who: uses " "$top/README.md" | sed 's/^    //')
	[ "$got" = "$who: $want" ]
	states "$letter" "ERROR: modpost: foo.ko: ${want//$'\n'/ }"
}

# The loader names the first symbol and who exports it, and has no remedy to tell.
@test "numbers: the message of the loader in the README is the one that the tests ask for" {
	want=$(said_of kernel)
	[[ $want == "4 undeclared_2: uses gated_1, exported by gated only to modules "* ]]
	want=$(sed -E 's/^4 undeclared_2: uses gated_1, exported by gated //' <<<"$want")
	got=$(grep '^    my_gpu: uses ' "$top/README.md")
	[[ $got =~ ^"    my_gpu: uses dma_buf_"(get|put)", exported by "[a-z_]+" $want"$ ]]
}
