// SPDX-License-Identifier: GPL-2.0-only
/* A space in the URL makes the rest of it a license. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_INFO(userspace, "https://example.org/user space MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
