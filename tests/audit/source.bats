#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What is built from source. kbuild is played by a Makefile of a few lines here;
# tests/boot has the real one.

# shellcheck disable=SC2154 # helper.bash sets the variables
load helper

setup_file() { build_audit; }

setup() {
	setup_audit
	tree=$BATS_TEST_TMPDIR/my-driver kernel=$BATS_TEST_TMPDIR/headers
	mkdir -p "$tree" "$kernel"
	echo 'int x;' >"$tree/main.c"
	printf '0x1\tgated_1\tvmlinux\tEXPORT_SYMBOL_USERSPACE_GPL\t\n' >"$kernel/Module.symvers"
	# The modules of $dir are what is built; SAYS is what modpost says.
	cat >"$kernel/Makefile" <<-END
		.RECIPEPREFIX = >
		clean:
		> rm -f \$(M)/*.ko
		modules:
		> @test "\$(CONFIG_MODULE_ALLOW_MISSING_USERSPACE)" = y
		> @cat $BATS_TEST_TMPDIR/says >&2
		> @cp $dir/*.ko \$(M)/
	END
	: >"$BATS_TEST_TMPDIR/says"
}

source_audit() {
	run "$audit" --source="$tree" --kernel="$kernel" "$@"
	echo "status $status: $output"
	[ -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'userspace-audit.*' -newer "$kernel/Makefile")" ]
}

@test "source: judged by what is built, with the words of modpost" {
	export TMPDIR=$BATS_TEST_TMPDIR/t
	mkdir "$TMPDIR"
	module my gated_1
	printf '%s\n' 'WARNING: modpost: my.ko: uses gated_1, exported only to modules with a free userspace, but declares none.' \
		'Add this line: MODULE_USERSPACE("<url>", "<SPDX license>");' 'See https://docs.kernel.org/x.html' 'make: other' \
		>"$BATS_TEST_TMPDIR/says"
	# One that was there before is not what is built.
	cp "$dir/my.ko" "$tree/stale.ko"
	source_audit --tsv
	[ "$status" = 1 ]
	[[ $output = *"$tree/my.ko"$'\tmy\tN\trefused\tgated_1\t'* ]]
	[[ $output != *stale* ]]
	[[ $output = *'Add this line: MODULE_USERSPACE('* ]]
	[[ $output = *"See https"* ]]
	[[ $output != *"make: other"* ]]
	"$audit" --source="$tree/" --kernel="$kernel" --json >"$BATS_TEST_TMPDIR/out.json" || :
	/usr/bin/python3 "$BATS_TEST_DIRNAME/schema.py" "$top/tools/module/userspace-audit.schema.json" "$BATS_TEST_TMPDIR/out.json"
	grep -F 'Add this line: MODULE_USERSPACE(\"<url>\"' "$BATS_TEST_TMPDIR/out.json"
	# The stale one is still where it was.
	[ -e "$tree/stale.ko" ]
}

@test "source: a declaration that is not valid, and that it does not need" {
	module my other
	source_audit
	[ "$status" = 0 ]
	echo 'WARNING: modpost: my.ko: its declaration of a userspace is not valid: no license follows "x".' >"$BATS_TEST_TMPDIR/says"
	source_audit
	[ "$status" = 1 ]
}

@test "source: one that modpost refuses for its license, because of gated symbols or of others" {
	printf 'ERROR: modpost: my.ko: GPL-incompatible module uses GPL-only symbol %s\n' "'gated_1'" "'other'" >"$BATS_TEST_TMPDIR/says"
	source_audit --tsv
	[ "$status" = 1 ]
	[[ $output = *$'\tmy_driver\tN\tgpl-incompatible\tgated_1\t'* ]]
	printf 'ERROR: modpost: my.ko: GPL-incompatible module uses GPL-only symbol %s\n' "'other'" >"$BATS_TEST_TMPDIR/says"
	source_audit --tsv
	[ "$status" = 2 ]
	[[ $output = *"my-driver: is not built"* ]]
}

@test "source: one that does not compile, and headers that are not there" {
	echo 'main.c:1:1: error: nothing here' >"$BATS_TEST_TMPDIR/says"
	source_audit
	[ "$status" = 2 ]
	[[ $output = *"my-driver: is not built: main.c:1:1: error: nothing here"* ]]
	run "$audit" --source="$tree" --kernel="$BATS_TEST_TMPDIR/none"
	[ "$status" = 2 ]
	[[ $output = *"No such file"* ]]
}

@test "source: on a kernel without the series, a declaration in the source is believed" {
	printf '0x1\tdma_buf_get\tvmlinux\tEXPORT_SYMBOL_GPL\t\n' >"$kernel/Module.symvers"
	module my dma_buf_get
	source_audit --tsv
	[ "$status" = 1 ]
	[[ $output = *$'\trefused\tdma_buf_get\t'* ]]
	echo 'MODULE_USERSPACE("https://example.org/u", "MIT");' >>"$tree/main.c"
	source_audit --tsv
	[ "$status" = 0 ]
	[[ $output = *$'\taccepted\tdma_buf_get\t'* ]]
	# With the series it is modpost that says so, by the tag.
	printf '0x1\tdma_buf_get\tvmlinux\tEXPORT_SYMBOL_USERSPACE_GPL\t\n' >"$kernel/Module.symvers"
	source_audit --tsv
	[ "$status" = 1 ]
}

@test "source: one whose build fails is not judged by what lies there" {
	module my other
	sed -i 's/^> rm -f .*/> @true/' "$kernel/Makefile"
	cp "$dir/my.ko" "$tree/stale.ko"
	source_audit
	[ "$status" = 0 ]
	[[ $output != *stale* ]]
	# It makes one of two, and says that it failed.
	echo '> @false' >>"$kernel/Makefile"
	source_audit
	[ "$status" = 2 ]
	[[ $output = *"is not built: "* ]]
}

@test "source: a directory that is not there, or has no name, is not copied" {
	run "$audit" --source="" --kernel="$kernel"
	[ "$status" = 2 ]
	[[ $output = *"No such file"* ]]
	run "$audit" --source="$tree/none" --kernel="$kernel"
	[ "$status" = 2 ]
	[[ $output = *"No such file"* ]]
}
