// SPDX-License-Identifier: GPL-2.0-only
/* In tree, W=1 helps the reviewer to see it. */
#include <linux/module.h>
#include "../lib/lib.h"

void drv_gated(void);
void drv_gated(void)
{
	ust_gated();
}
EXPORT_SYMBOL_USERSPACE_GPL(drv_gated);

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

MODULE_USERSPACE_LIBRARY();
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
