// SPDX-License-Identifier: GPL-2.0-only
/* Two declarations, each valid. Both stay visible in the module. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "MIT");
MODULE_USERSPACE("git://example.org/other.git", "LGPL-2.1-or-later");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
