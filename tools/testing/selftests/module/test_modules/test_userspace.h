/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Modules for userspace.sh. Each is for a row of the table "What checks what" in
 * Documentation/core-api/symbol-userspace-maintainers.rst.
 */
#include <linux/export.h>
#include <linux/module.h>

/*
 * They return something: for a module of which all functions return void,
 * resolve_btfids says "btf permute: Invalid argument" (Linux 7.3).
 */
int test_userspace_gated(void);
int test_userspace_lent(void);
int test_userspace_handed_on(void);

/* Nobody calls it: the loader has to resolve it, and that is all. */
#define USE(symbol) static void *const use __used = symbol

#define DECLARE() MODULE_USERSPACE("https://example.org/u", "MIT")

MODULE_DESCRIPTION("Test of symbols for modules with a free userspace");
MODULE_LICENSE("GPL");
