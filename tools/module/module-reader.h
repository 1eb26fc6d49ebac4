/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read what decides whether a module is loaded: what it imports and exports,
 * and what its .modinfo says.
 */
#ifndef MODULE_READER_H
#define MODULE_READER_H

#include <stdbool.h>
#include <stddef.h>

struct name {
	const char *text;
	bool is_weak;			/* only of imports */
};

struct names {
	struct name *name;
	size_t nr, alloc;
};

/* What read_module() found. The strings are valid until the next call. */
struct module_file {
	struct names imports;		/* in the order in which they are resolved */
	struct names exports;
	struct names gated;		/* those of the exports that are gated */
	const char *name;		/* NULL if .modinfo has none */
	const char *license;		/* NULL if .modinfo has none */
	const char *vermagic;		/* NULL if .modinfo has none */
	bool is_vmlinux;		/* only exports and gated are read of it */
	bool is_object;			/* of a module that modpost has not seen */
	bool has_flags;			/* there is a __kflagstab */
	bool is_intree;
	bool is_declared;		/* there is a tag userspace= */
	bool is_none_known;		/* and it says that none is known */
};

struct reader;

/* @limit: the most bytes that a compressed module may have, NULL: no memory */
struct reader *reader_new(size_t limit);
void reader_free(struct reader *r);

/*
 * Read the module or the vmlinux that @fd has. Returns NULL, or why it could
 * not be read. @fd is not closed.
 */
const char *read_module(struct reader *r, int fd, struct module_file *file);

#endif
