// SPDX-License-Identifier: GPL-2.0-only
/*
 * Out of tree, a module must not lend gated symbols: plain exports, GPL-only
 * ones, in a namespace or not, for some modules or for all, all are others.
 */
#include <linux/module.h>
#include "../lib/lib.h"

void drv_plain(void);
void drv_plain(void)
{
	ust_gated();
}
EXPORT_SYMBOL(drv_plain);

void drv_gpl(void);
void drv_gpl(void)
{
	ust_gated();
}
EXPORT_SYMBOL_GPL(drv_gpl);

void drv_ns(void);
void drv_ns(void)
{
	ust_gated();
}
EXPORT_SYMBOL_NS_GPL(drv_ns, "UST");

void drv_some(void);
void drv_some(void)
{
	ust_gated();
}
EXPORT_SYMBOL_FOR_MODULES(drv_some, "drv-*");

void drv_more(void);
void drv_more(void)
{
	ust_gated();
}
EXPORT_SYMBOL(drv_more);

void drv_gated(void);
void drv_gated(void)
{
	ust_gated();
}
EXPORT_SYMBOL_USERSPACE_GPL(drv_gated);

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
