// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks symbol_get() for a name that is none of its own strings: one that is made
 * at run time, that of a kobject, which is a string of the kernel, and what another
 * module hands it.
 */

#include <linux/fs.h>
#include <linux/kobject.h>
#include <linux/module.h>

static char *name;
module_param(name, charp, 0);
static char *kobject;
module_param(kobject, charp, 0);

int ask_for(const char *symbol);
int ask_for(const char *symbol)
{
	if (!__symbol_get(symbol))
		return -ENXIO;
	__symbol_put(symbol);
	return 0;
}
EXPORT_SYMBOL(ask_for);

static int __init ask_init(void)
{
	if (kobject)
		return ask_for(kobject_name(strcmp(kobject, "fs") ? kernel_kobj : fs_kobj));
	return name ? ask_for(name) : 0;
}
module_init(ask_init);

static void __exit ask_exit(void)
{
}
module_exit(ask_exit);

MODULE_DESCRIPTION("Test of userspace-gated symbols: symbol_get() of other names");
MODULE_LICENSE("GPL");
