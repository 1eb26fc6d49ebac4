/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a module declares with MODULE_USERSPACE(), the verdict on it, and the
 * words of the message about it. modpost asks modules for it, builtin-userspace
 * those that are built in.
 *
 * The KUnit suite lib/tests/module_userspace_kunit.c includes declaration.c as
 * well, and is the only code of the kernel that does.
 */
#ifndef DECLARATION_H
#define DECLARATION_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#endif

/* The modinfo tag, and what stands behind it for MODULE_USERSPACE_LIBRARY(). */
#define MODULE_USERSPACE_TAG		"userspace="
#define MODULE_USERSPACE_TAG_LEN	(sizeof(MODULE_USERSPACE_TAG) - 1)
#define MODULE_USERSPACE_IS_LIBRARY	"library"

/* Longest declaration (URL, space and license), without its NUL. */
#define MODULE_USERSPACE_MAX_LEN	512
/* All declarations of a module: what the smallest page of sysfs has room for. */
#define MODULE_USERSPACE_MAX_ALL	4095
/* Deepest nesting of parentheses in a license expression. */
#define MODULE_USERSPACE_MAX_DEPTH	8
/* How much of a declaration, and how many symbols, a message quotes. */
#define MODULE_USERSPACE_DETAIL_LEN	64
#define MODULE_USERSPACE_NAMES		4
/* Enough for the longest message. */
#define MODULE_USERSPACE_MSG_LEN	1024
/* The last line of each message: a page that needs no kernel tree to be read. */
#define MODULE_USERSPACE_PAGE \
	"See https://docs.kernel.org/core-api/symbol-userspace.html"

/**
 * enum module_userspace_verdict - verdict on the declarations of a module
 * @MODULE_USERSPACE_NONE: there is no declaration
 * @MODULE_USERSPACE_FREE: one or more, each well-formed and free
 * @MODULE_USERSPACE_LIBRARY_ONLY: the module says that it is a library
 * @MODULE_USERSPACE_BAD_END: the last string does not end with a NUL, or a NUL
 *	cuts a declaration short
 * @MODULE_USERSPACE_BAD_LEN: longer than %MODULE_USERSPACE_MAX_LEN
 * @MODULE_USERSPACE_BAD_BYTE: a byte that is no printable ASCII character
 * @MODULE_USERSPACE_BAD_URL: no URL of a known scheme in front
 * @MODULE_USERSPACE_NO_LICENSE: nothing behind the URL
 * @MODULE_USERSPACE_BAD_LICENSE: not an SPDX license expression
 * @MODULE_USERSPACE_BAD_DEPTH: nested deeper than %MODULE_USERSPACE_MAX_DEPTH
 * @MODULE_USERSPACE_NOT_FREE: the expression can't be met with licenses that
 *	are known to be free
 * @MODULE_USERSPACE_BOTH: both a userspace and a library
 * @MODULE_USERSPACE_STRAY: a string beside the declarations that is none
 * @MODULE_USERSPACE_TOO_MANY: together longer than %MODULE_USERSPACE_MAX_ALL
 */
enum module_userspace_verdict {
	MODULE_USERSPACE_NONE,
	MODULE_USERSPACE_FREE,
	MODULE_USERSPACE_LIBRARY_ONLY,
	MODULE_USERSPACE_BAD_END,
	MODULE_USERSPACE_BAD_LEN,
	MODULE_USERSPACE_BAD_BYTE,
	MODULE_USERSPACE_BAD_URL,
	MODULE_USERSPACE_NO_LICENSE,
	MODULE_USERSPACE_BAD_LICENSE,
	MODULE_USERSPACE_BAD_DEPTH,
	MODULE_USERSPACE_NOT_FREE,
	MODULE_USERSPACE_BOTH,
	MODULE_USERSPACE_STRAY,
	MODULE_USERSPACE_TOO_MANY,
};

/**
 * struct module_userspace - what a module declares
 * @verdict: the verdict on all declarations, the first bad one decides
 * @nr: number of declarations, good or bad
 * @detail: the part of the bad declaration that is at fault, printable ASCII
 */
struct module_userspace {
	enum module_userspace_verdict verdict;
	unsigned int nr;
	char detail[MODULE_USERSPACE_DETAIL_LEN];
};

/**
 * struct module_userspace_use - the gated symbols that a module uses
 * @name: the first few of them in alphabetical order, not owned
 * @nr: number of all, with those that are lent
 * @nr_lent: number of those that are lent
 * @lent: the first of those that are lent, or NULL
 * @lender: the out-of-tree module that exports @lent and uses gated symbols
 */
struct module_userspace_use {
	const char *name[MODULE_USERSPACE_NAMES];
	unsigned int nr;
	unsigned int nr_lent;
	const char *lent;
	const char *lender;
};

enum module_userspace_verdict
module_userspace_fault(struct module_userspace *us,
		       enum module_userspace_verdict verdict,
		       const char *detail, size_t len);
enum module_userspace_verdict
module_userspace_check_license(struct module_userspace *us, const char *expr,
			       size_t len);
enum module_userspace_verdict
module_userspace_check(struct module_userspace *us, const char *entry,
		       size_t len);
bool module_userspace_is_modinfo(const char *s, size_t len);
void module_userspace_scan(struct module_userspace *us, const char *modinfo,
			   size_t size);
bool module_userspace_none_known(const char *name);
bool module_userspace_is_bad(const struct module_userspace *us);
bool module_userspace_may_use(const struct module_userspace *us, bool library);
void module_userspace_add_use(struct module_userspace_use *use,
			      const char *name);
void module_userspace_add_lent(struct module_userspace_use *use,
			       const char *name, const char *lender);
void module_userspace_append_use(char *buf, size_t size, size_t *pos,
				 const char *verb,
				 const struct module_userspace_use *use);
const char *
module_userspace_message(char *buf, size_t size,
			 const struct module_userspace *us,
			 const struct module_userspace_use *use);

#endif /* DECLARATION_H */
