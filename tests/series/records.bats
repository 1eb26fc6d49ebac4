#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# A fact stands once: in a copy of the real records one of them is changed, and
# nothing that is made from them says the old thing any more.
# shellcheck disable=SC2030,SC2031,SC2154 # bats: each test is a subshell, and sets status and lines

load helper

# What is made from the real records is made once.
setup_file() {
	mkdir -p "$BATS_FILE_TMPDIR/r/series" "$BATS_FILE_TMPDIR/r/scripts"
	cp -r "$top/series/facts" "$top/series/checks" "$BATS_FILE_TMPDIR/r/series/"
	cp -r "$top/scripts/coccinelle" "$BATS_FILE_TMPDIR/r/scripts/"
	cp -r "$top/README.md" "$top/results" "$BATS_FILE_TMPDIR/r/"
	in_copy "$BATS_FILE_TMPDIR"
	generate
}

setup() {
	cp -r "$BATS_FILE_TMPDIR/r" "$BATS_FILE_TMPDIR/made" "$BATS_TEST_TMPDIR/"
	in_copy "$BATS_TEST_TMPDIR"
}

# in_copy DIR: where the records are, and what is made from them
in_copy() {
	copy=$1/r facts=$1/r/series/facts made=$1/made
}

# All that is made from the records, into files that are named after it.
generate() {
	mkdir -p "$made"
	"$facts/treewide.py" messages >"$made/messages"
	"$facts/facts.py" none >"$made/none"
	"$facts/facts.py" fill "$facts/cover-letter.in" >"$made/letter"
	"$facts/facts.py" fill "$facts"/letters/*.in >"$made/letters"
	"$facts/facts.py" mark "$copy/README.md" >"$made/readme"
	"$facts/facts.py" modules >"$made/modules"
	"$facts/facts.py" undeclared >"$made/undeclared"
}

# record FILE MODULE TEXT: TEXT in place of the record
record() {
	/usr/bin/python3 - "$facts/$1" "$2" "$3" <<-'END'
		import re, sys
		path, name, new = sys.argv[1:]
		with open(path, encoding="utf-8") as f:
		    old = f.read()
		parts = re.split(r"(?m)^(?=\[\[(?:module|export|class|commit)\]\])", old)
		hits = [i for i, p in enumerate(parts) if f'name = "{name}"' in p.splitlines()]
		assert len(hits) == 1, hits
		parts[hits[0]] = new + "\n"
		with open(path, "w", encoding="utf-8") as f:
		    f.write("".join(parts))
	END
}

# What people write and no record is read for: the pages, and the messages of the
# patches that are not generated.
by_hand() {
	cat "$top"/Documentation/core-api/symbol-userspace*.rst >"$made/pages"
	find "$top/patches" -name '[0-9]*.patch' ! -name '0000-*' | sort |
		while read -r patch; do
			sed '/^---$/Q' "$patch" >"$BATS_TEST_TMPDIR/head"
			grep -q -e '--sp-file .* \\$' "$BATS_TEST_TMPDIR/head" || cat "$BATS_TEST_TMPDIR/head"
		done >"$made/by-hand"
	[ "$(grep -c '^Subject: ' "$made/by-hand")" -gt 20 ]
}

# says FILE TEXT, says_not FILE TEXT: however it is wrapped
says() { tr -s '[:space:]' ' ' <"$made/$1" | grep -F -- "$2" >/dev/null; }
says_not() {
	! says "$1" "$2" || {
		echo "$1 says: $2"
		return 1
	}
}

@test "records: what is generated is what this repository has" {
	cmp "$made/readme" "$top/README.md"
	diff "$made/letter" <(head -n "$(wc -l <"$made/letter")" "$top/patches/0000-cover-letter.patch") |
		grep '^[<>]' >"$BATS_TEST_TMPDIR/differs" || :
	# But for the count of the patches, which make refresh puts there.
	run grep -v 'Subject: ' "$BATS_TEST_TMPDIR/differs"
	echo "$output"
	[ "$status" -eq 1 ]
	if grep -q userspace-none.h "$top/series/apply/files"; then
		cmp "$made/none" "$top/scripts/mod/userspace-none.h"
	fi
}

@test "records: a driver that is declared is left out nowhere, and on no list" {
	for file in messages none letter readme undeclared; do says "$file" habanalabs; done
	says letter 'Six modules of the tree declare nothing'
	says readme 'Six modules have no declaration'
	says messages 'known, habanalabs, c3-isp'
	record accel.toml habanalabs '[[module]]
name = "habanalabs"
commit = "accel"
file = "drivers/accel/habanalabs/common/habanalabs_drv.c"

[[module.userspace]]
url = "https://example.org/thunk"
license = "MIT"
use = "issues them all"
evidence = [
    { in = "hl-thunk-open", path = "src/libhlthunk.c", use = ["HL_IOCTL_INFO"] },
    { in = "hl-thunk-open", path = "COPYING", license = ["MIT"] },
]
'
	generate
	by_hand
	for file in none letter letters readme undeclared pages by-hand; do says_not "$file" habanalabs; done
	# Nor how many they are, in words.
	for file in letter letters readme pages by-hand; do
		for text in 'ix modules' 'the six' 'these six'; do says_not "$file" "$text"; done
	done
	says_not messages Intel_Gaudi3
	says_not messages 'known, habanalabs'
	says_not messages 'habanalabs: No'
	# accel leaves nothing out any more, media does.
	[ "$(sed '/^accel:/,/^dma-buf:/!d' "$made/messages" | grep -c 'Left out')" = 0 ]
	[ "$(grep -c 'Left out' "$made/messages")" = 2 ]
	says messages 'https://example.org/thunk'
	says messages 'known, c3-isp, rcar-isp, sun6i-isp, omap3-isp and am437x-vpfe,'
	says letter 'Five modules of the tree declare nothing'
	says readme 'Five modules have no declaration'
	says letter '269 modules of the tree declare: 84 name'
	[ "$(grep -c '^"' "$made/none")" = 5 ]
}

@test "records: a driver that is dropped is named nowhere" {
	says messages amdxdna
	says letter '268 modules of the tree declare: 83 name'
	record accel.toml amdxdna ''
	generate
	for file in messages none letter readme modules undeclared; do
		says_not "$file" amdxdna
		says_not "$file" xdna-driver
	done
	says letter '267 modules of the tree declare: 82 name'
	says_not letter 268
	says_not letter '83 name'
}

@test "records: a license that changed is the new one everywhere, and has to be what was seen" {
	[ "$(grep -c 'tinycompress' "$made/messages")" -gt 0 ]
	says messages 'LGPL-2.1-only OR BSD-3-Clause'
	sed -i 's/^license = "LGPL-2.1-only OR BSD-3-Clause"/license = "MPL-2.0"/' "$facts/sound.toml"
	run "$facts/treewide.py" messages
	[ "$status" -ne 0 ]
	grep 'sound.toml: module snd-compress: src/lib/compress_hw.c is under .*, which MPL-2.0 does not have' <<<"$output"
	sed -i 's/"SPDX-License-Identifier: (LGPL-2.1-only OR BSD-3-Clause)"/"SPDX-License-Identifier: MPL-2.0"/; s,"dual BSD/LGPLv2.1 license","MPL-2.0",' "$facts/sound.toml"
	generate
	says messages "('https://github.com/alsa-project/tinycompress', 'MPL-2.0')"
	says_not messages 'LGPL-2.1-only OR BSD-3-Clause'
	says_not messages 'dual BSD/LGPLv2.1'
}

@test "records: an export that is gated, and one that is not any more, are counted" {
	says letter '25 exports of DMA-BUF proper'
	says letter 'the 61 exports that hand those on'
	says messages dma_buf_vunmap_unlocked
	sed -i '/^symbol = "drm_gem_handle_delete"/,/^reason/s/^leave = true/commit = "gate-drm-prime"/' "$facts/drm.toml"
	/usr/bin/python3 - "$facts/dma-buf.toml" <<-'END'
		import re, sys
		with open(sys.argv[1], encoding="utf-8") as f:
		    text = f.read()
		text, n = re.subn(r'\[\[export\]\]\nsymbol = "dma_buf_vunmap_unlocked"\n(?:.+\n)*', "", text)
		assert n == 1
		with open(sys.argv[1], "w", encoding="utf-8") as f:
		    f.write(text)
	END
	generate
	says letter '24 exports of DMA-BUF proper'
	says letter 'the 62 exports that hand those on'
	says letter 'the 18 of drivers/gpu/drm/drm_prime.c'
	says messages 'Convert the 24 exports of dma-buf.c'
	says messages 'drm_gem_handle_delete: makes or ends'
	says_not messages dma_buf_vunmap_unlocked
}

@test "records: nothing claims more than is so" {
	by_hand
	for file in messages letter letters readme pages by-hand; do
		for text in 'eeds one line' 'eed one line' 'cheap ways are closed' 'the verdict on each' \
			'is no driver' 'othing prevents it' 'makes all its exports gated'; do
			says_not "$file" "$text"
		done
	done
}

@test "records: a message on a mailing list is a link, and each link is referred to" {
	says messages 'Link: https://lore.kernel.org/r/877dfop2lx.fsf@meer.lwn.net # [1]'
	for file in messages letter by-hand; do
		! grep -oE '[A-Za-z0-9][A-Za-z0-9_./:-]*@[a-zA-Z0-9-]+\.[a-zA-Z0-9.-]+[a-z]' "$made/$file" |
			grep -v '^https://lore.kernel.org/r/\|^From: \|@userspace-gpl.invalid$'
	done
	sed -i 's/was about \[1\]/was about/' "$facts/dma-buf.toml"
	run "$facts/facts.py" check
	[ "$status" -ne 0 ]
	[ "$output" = 'dma-buf.toml: commit gate-dma-buf: no text refers to link [1]' ]
}

@test "records: each export of a known gap is left, with the reason" {
	awk '/^Known gaps$/ { on = 1 } on && /^   \* - / { cell = 1 } on && /^     - / { cell = 0 } cell' \
		"$top/Documentation/core-api/symbol-userspace-maintainers.rst" |
		grep -oE '[a-z_0-9]+\(\)' | tr -d '()' | sort -u >"$made/gaps"
	[ "$(wc -l <"$made/gaps")" -ge 17 ]
	"$facts/facts.py" exports >"$made/exports"
	while read -r symbol; do
		grep "^$symbol	leave	" "$made/exports"
		cat "$facts"/*.toml | sed -n "/^symbol = \"$symbol\"/,/^\$/p" | grep '^reason = '
	done <"$made/gaps"
}
