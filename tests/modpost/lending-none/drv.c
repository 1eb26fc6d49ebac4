// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that uses nothing gated exports what it likes, whatever it
 * declares.
 */
#include <linux/module.h>
#include "../lib/lib.h"

void drv_plain(void);
void drv_plain(void)
{
	ust_gpl();
}
EXPORT_SYMBOL(drv_plain);

static int __init drv_init(void)
{
	ust_gpl();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
