// SPDX-License-Identifier: GPL-2.0-only
/* Has a name, for which another module asks symbol_get(), and declares. */

#include <linux/module.h>

int ask_for(const char *symbol);

int named(void);
int named(void)
{
	return 0;
}
EXPORT_SYMBOL(named);

static int __init name_init(void)
{
	return ask_for("gated_1");
}
module_init(name_init);

static void __exit name_exit(void)
{
}
module_exit(name_exit);

MODULE_USERSPACE("https://example.org/u", "MIT");
MODULE_DESCRIPTION("Test of userspace-gated symbols: the name for symbol_get()");
MODULE_LICENSE("GPL");
