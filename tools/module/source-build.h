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
	char *work;		/* where all is done, until it is removed */
	char *result;		/* where in it the modules are */
	char *error;		/* what went wrong if there are none, or NULL */
	char **said;		/* the messages of modpost, of several lines each */
	size_t nr_said;
	bool built;		/* without an error */
	bool objected;		/* some are errors in a kernel that does not relax */
	bool declares;		/* the macro stands in a file of it */
};

/* Dies if there is no memory, or no place for temporary files. */
void source_build(struct source *s, const char *kernel);
void source_remove(struct source *s);

#endif
