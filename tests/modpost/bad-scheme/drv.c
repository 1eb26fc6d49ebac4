// SPDX-License-Identifier: GPL-2.0-only
/*
 * No scheme that a userspace is fetched with. MODULE_USERSPACE() would not
 * compile, so by hand.
 */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_INFO(userspace, "ftp://example.org/userspace MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
