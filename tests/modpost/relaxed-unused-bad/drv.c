// SPDX-License-Identifier: GPL-2.0-only
/* The text of unused-bad, as a warning. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gpl();
	return 0;
}
module_init(drv_init);

MODULE_INFO(userspace, "https://example.org/userspace MIT ISC");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
