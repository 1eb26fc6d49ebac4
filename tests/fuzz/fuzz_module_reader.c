// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz what tools/module/userspace-audit reads a module with: the file comes
 * from anybody. The sanitizers see what must not be touched; what must be true
 * of each result is said here.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <libelf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "module-reader.h"
#include "require.h"

static size_t sum;

static void use(const struct names *names)
{
	size_t i;

	REQUIRE(names->nr <= names->alloc);
	for (i = 0; i < names->nr; i++)
		sum += strlen(names->name[i].text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct reader *r;
	static int fd = -1;
	struct module_file file;
	const char *why;

	if (!r) {
		elf_version(EV_CURRENT);
		/* One reader for all: nothing may be left of the one before. */
		r = reader_new(4 << 20);
		fd = memfd_create("module", 0);
		REQUIRE(r && fd >= 0);
	}
	REQUIRE(!ftruncate(fd, 0) && pwrite(fd, data, len, 0) == (ssize_t)len);
	lseek(fd, 0, SEEK_SET);

	why = read_module(r, fd, &file);
	if (why) {
		REQUIRE(*why);
		return 0;
	}
	use(&file.imports);
	use(&file.exports);
	use(&file.gated);
	REQUIRE(file.gated.nr <= file.exports.nr);
	REQUIRE(!file.is_none_known || file.is_declared);
	REQUIRE(!file.is_vmlinux || !file.imports.nr);
	sum += strlen(file.name ? file.name : "");
	sum += strlen(file.license ? file.license : "");
	sum += strlen(file.vermagic ? file.vermagic : "");
	/* So that the compiler keeps it */
	__asm__("" : : "r"(sum));
	return 0;
}
