// SPDX-License-Identifier: GPL-2.0-only
/* A scheme and nothing behind it. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_INFO(userspace, "https:// MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
