// SPDX-License-Identifier: GPL-2.0-only
/* A license of spaces. The macro sees that it is not empty, and no more. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "  ");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
