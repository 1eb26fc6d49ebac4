/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Build a source tree against the headers of a kernel, to see what modpost says.
 */
#ifndef SOURCE_BUILD_H
#define SOURCE_BUILD_H

#include <stdbool.h>
#include <stddef.h>

struct source {
	char *dir;		/* as it was named */
	char *result;		/* where the modules are, or what was left of them */
	char *error;		/* what went wrong if there are none, or NULL */
	char **said;		/* the messages of modpost, of several lines each */
	size_t nr_said;
	bool objected;		/* modpost failed, and not when it was told to warn */
};

/* Dies if there is no memory, or no place for temporary files. */
void source_build(struct source *s, const char *kernel);

/* Remove what was built; this is done at exit and on a signal as well. */
void source_remove(void);

#endif
