// SPDX-License-Identifier: GPL-2.0-only
/* "library" stands alone and in lower case. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_INFO(userspace, "Library");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
