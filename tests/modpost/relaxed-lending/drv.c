// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text of lending as a warning, and who uses the exports is told.
 * Module.symvers takes no plain export away, as the loader doesn't.
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

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
