// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text of lending as a warning. Module.symvers says what the loader will
 * take the exports for, and who uses them is told.
 */
#include <linux/module.h>
#include "../lib/lib.h"

void drv_plain(void);
void drv_plain(void)
{
	ust_gated();
}
EXPORT_SYMBOL(drv_plain);

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
