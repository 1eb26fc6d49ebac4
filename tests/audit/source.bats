#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What is built from source. kbuild is played by a Makefile of a few lines here;
# tests/boot has the real one.

# shellcheck disable=SC2154 # helper.bash sets the variables
load helper

setup_file() { build_audit; }

setup() {
	setup_audit
	tree=$BATS_TEST_TMPDIR/my-driver kernel=$BATS_TEST_TMPDIR/headers says=$BATS_TEST_TMPDIR/says
	mkdir -p "$tree" "$kernel/include/config"
	echo 'int x;' >"$tree/main.c"
	printf '0x1\tgated_1\tvmlinux\tEXPORT_SYMBOL_USERSPACE_GPL\t\n' >"$kernel/Module.symvers"
	echo CONFIG_MODULE_REFUSE_MISSING_USERSPACE=y >"$kernel/include/config/auto.conf"
	export TMPDIR=$BATS_TEST_TMPDIR/t
	mkdir "$TMPDIR"
	# The modules of $dir are what is built; "says" is what modpost says. What it calls
	# an error ends the build, but what is "OBJECTS:" only if it is not told to warn.
	cat >"$kernel/Makefile" <<-END
		.RECIPEPREFIX = >
		clean:
		> rm -f \$(M)/*.ko
		modules:
		> @sed "s/^OBJECTS:/\$(if \$(CONFIG_MODULE_ALLOW_MISSING_USERSPACE),WARNING:,ERROR:)/" $says >$TMPDIR/said
		> @cat $TMPDIR/said >&2
		> @cp $dir/*.mod $dir/*.o \$(M)/ 2>/dev/null || :
		> @! grep -q rror: $TMPDIR/said && ! grep -q ^ERROR: $TMPDIR/said
		> @cp $dir/*.ko \$(M)/
	END
	: >"$says"
}

# Nothing is left in the directory of temporary files, whatever happens.
source_audit() {
	run "$audit" --source="$tree" --kernel="$kernel" "$@"
	echo "status $status: $output"
	nothing_left
}

nothing_left() { [ -z "$(find "$TMPDIR" -maxdepth 1 -name 'userspace-audit.*')" ]; }

@test "source: judged by what is built, with the words of modpost" {
	module my gated_1
	printf '%s\n' 'OBJECTS: modpost: my.ko: uses gated_1, exported only to modules with a free userspace, but declares none.' \
		'Add this line: MODULE_USERSPACE("<url>", "<SPDX license>");' 'See https://docs.kernel.org/x.html' 'make: other' \
		>"$says"
	# One that was there before is not what is built.
	cp "$dir/my.ko" "$tree/stale.ko"
	source_audit --tsv
	[ "$status" = 1 ]
	[[ $output = *"$tree/my.ko"$'\tmy\tN\trefused\tgated_1\t'* ]]
	[[ $output != *stale* ]]
	[[ $output = *'ERROR: modpost: my.ko: uses gated_1'* ]]
	[[ $output = *'Add this line: MODULE_USERSPACE('* ]]
	[[ $output = *"See https"* ]]
	[[ $output != *"make: other"* ]]
	"$audit" --source="$tree/" --kernel="$kernel" --json >"$BATS_TEST_TMPDIR/out.json" || :
	/usr/bin/python3 "$BATS_TEST_DIRNAME/schema.py" "$schema" "$BATS_TEST_TMPDIR/out.json"
	grep -F 'Add this line: MODULE_USERSPACE(\"<url>\"' "$BATS_TEST_TMPDIR/out.json"
	# The stale one is still where it was.
	[ -e "$tree/stale.ko" ]
}

@test "source: what modpost refuses counts, whatever its words, and what it warns of does not" {
	module my other
	source_audit
	[ "$status" = 0 ]
	echo 'OBJECTS: modpost: my.ko: in words that nobody knows yet.' >"$says"
	source_audit
	[ "$status" = 1 ]
	[[ $output = *'in words that nobody knows yet'* ]]
	echo 'WARNING: modpost: my.ko: uses gated_1, exported only to modules with a free userspace, but declares none.' >"$says"
	source_audit
	[ "$status" = 0 ]
}

@test "source: one that modpost refuses for its license, by its object file" {
	echo 'ERROR: modpost: my.ko: in words that nobody knows yet.' >"$says"
	module my gated_1 license=Proprietary -this_module
	mv "$dir/my.ko" "$dir/my.o"
	: >"$dir/my.mod"
	source_audit --tsv
	[ "$status" = 1 ]
	[[ $output = *"$tree/my.o"$'\tmy\tN\tgpl-incompatible\tgated_1\t'* ]]
	# Of one beside it that modpost has not seen, nobody knows whether it is refused.
	module beside gated_1 -this_module
	mv "$dir/beside.ko" "$dir/beside.o"
	: >"$dir/beside.mod"
	: >"$dir/not-compiled.mod"
	source_audit --tsv
	[ "$status" = 2 ]
	[[ $output = *$'\tmy\tN\tgpl-incompatible\t'* ]]
	[[ $output = *"my-driver/beside.o: is not built"* ]]
	[[ $output = *"my-driver/not-compiled.o: is not built"* ]]
	module my other license=Proprietary -this_module
	mv "$dir/my.ko" "$dir/my.o"
	source_audit --tsv
	[ "$status" = 2 ]
	[[ $output != *gpl-incompatible* ]]
	# An object file is a module only of a source.
	run "$audit" -g "$BATS_TEST_TMPDIR/list" "$dir/my.o"
	[ "$status" = 2 ]
	[[ $output = *"my.o: an object file, but no module"* ]]
}

@test "source: one that does not compile, and headers that are not there" {
	echo 'main.c:1:1: error: nothing here' >"$says"
	source_audit
	[ "$status" = 2 ]
	[[ $output = *"my-driver: is not built: main.c:1:1: error: nothing here"* ]]
	run "$audit" --source="$tree" --kernel="$BATS_TEST_TMPDIR/none"
	[ "$status" = 2 ]
	[[ $output = *"No such file"* ]]
	nothing_left
}

@test "source: on a kernel without the series, what the compiler sees of a declaration is believed, module by module" {
	printf '0x1\tdma_buf_get\tvmlinux\tEXPORT_SYMBOL_GPL\t\n' >"$kernel/Module.symvers"
	: >"$kernel/include/config/auto.conf"
	module one dma_buf_get
	module two dma_buf_get
	module three dma_buf_get
	cat >"$kernel/Makefile" <<-END
		.RECIPEPREFIX = >
		clean:
		modules: one.ko two.ko three.ko
		%.ko:
		> gcc \$(KCFLAGS) -D'MODULE_INFO(t, i)=static const char m[] __attribute__((section(".modinfo"), used)) = #t "=" i' \
			-c \$(M)/\$*.c -o \$(M)/\$*.part
		> ld -r -o \$(M)/\$@ $dir/\$@ \$(M)/\$*.part
	END
	rm "$tree/main.c"
	echo 'MODULE_USERSPACE("https://example.org/u", "MIT");' >"$tree/one.c"
	echo '/* MODULE_USERSPACE("https://example.org/u", "MIT"); */ int x;' >"$tree/two.c"
	echo 'MODULE_USERSPACE_LIBRARY();' >"$tree/three.c"
	source_audit --tsv
	[ "$status" = 1 ]
	[[ $output = *$'\tone\tN\taccepted\tdma_buf_get\t'* ]]
	[[ $output = *$'\ttwo\tN\trefused\tdma_buf_get\t'* ]]
	[[ $output = *$'\tthree\tN\taccepted\tdma_buf_get\t'* ]]
	# With the series modpost judges; the macros are those of its headers, here none.
	echo CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y >"$kernel/include/config/auto.conf"
	source_audit --tsv
	[ "$status" = 2 ]
}

@test "source: two of a name in different directories of a tree" {
	mkdir "$tree/a" "$tree/b"
	module my gated_1
	sed -i "s,> @cp $dir/\*.ko .*,> @cp $dir/my.ko \$(M)/a/ \&\& cp $dir/my.ko \$(M)/b/," "$kernel/Makefile"
	source_audit --tsv
	[ "$status" = 1 ]
	[[ $output = *"$tree/a/my.ko"$'\t'*"$tree/b/my.ko"$'\t'* ]]
}

@test "source: nothing is left behind, nor goes on, after a signal or an error" {
	local pid left signal

	module my other
	# shellcheck disable=SC2016 # for make
	echo '> @echo $$$$ >'"$BATS_TEST_TMPDIR/pid; exec sleep 60" >>"$kernel/Makefile"
	for signal in TERM INT HUP; do
		rm -f "$BATS_TEST_TMPDIR/pid"
		# A shell's background job ignores SIGINT, and so would the program.
		# shellcheck disable=SC2016 # it is perl's
		setsid perl -e '$SIG{INT} = $SIG{HUP} = "DEFAULT"; exec @ARGV' "$audit" --source="$tree" --kernel="$kernel" 3>&- &
		pid=$!
		for ((left = 600; left; left--)); do
			[ ! -s "$BATS_TEST_TMPDIR/pid" ] || break
			sleep 0.1
		done
		kill -s "$signal" "$pid"
		! wait "$pid"
		nothing_left
		run kill -0 "$(cat "$BATS_TEST_TMPDIR/pid")"
		[ "$status" != 0 ]
	done
	: >"$BATS_TEST_TMPDIR/none"
	run "$audit" --source="$tree" --kernel="$kernel" "$BATS_TEST_TMPDIR/none" -T "$BATS_TEST_TMPDIR/no-rules"
	[ "$status" = 2 ]
	nothing_left
}

@test "source: one whose build fails is not judged by what lies there" {
	module my other
	sed -i 's/^> rm -f .*/> @true/' "$kernel/Makefile"
	cp "$dir/my.ko" "$tree/stale.ko"
	source_audit --tsv --all
	[ "$status" = 0 ]
	[[ $output = */my.ko$'\t'* ]]
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
