// SPDX-License-Identifier: GPL-2.0-only
/* A URL without a host. The macro sees only the scheme. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https:///userspace", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
