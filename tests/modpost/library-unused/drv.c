// SPDX-License-Identifier: GPL-2.0-only
/* A library that uses nothing gated, yet: nothing to say. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gpl();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE_LIBRARY();
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
