// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds a gated function by its name in kallsyms, which is out of scope: it is
 * no use of the symbol, as no class of exports is about addresses.
 */

#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include "gated.h"

static int __init finder_init(void)
{
	unsigned long near = (unsigned long)plain, addr;
	char name[KSYM_SYMBOL_LEN];

	for (addr = near - SZ_4K; addr < near + SZ_4K; addr++) {
		sprint_symbol(name, addr);
		if (strstarts(name, "gated_1+0x0/")) {
			((void (*)(void))addr)();
			return 0;
		}
	}
	return -ENXIO;
}
module_init(finder_init);

static void __exit finder_exit(void)
{
}
module_exit(finder_exit);

MODULE_DESCRIPTION("Test of userspace-gated symbols: kallsyms");
MODULE_LICENSE("GPL");
