// SPDX-License-Identifier: GPL-2.0-only
/* A library as it should be: it hands on what is gated, gated. */
#include <linux/module.h>
#include "../lib/lib.h"

void drv_gated(void);
void drv_gated(void)
{
	ust_gated();
}
EXPORT_SYMBOL_USERSPACE_GPL(drv_gated);

static int __init drv_init(void)
{
	drv_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE_LIBRARY();
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
