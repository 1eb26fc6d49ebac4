// SPDX-License-Identifier: GPL-2.0-only
/* See info.S. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_INFO(userspace, "https://example.org/userspace LicenseRef-Ours");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
