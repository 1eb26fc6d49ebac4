// SPDX-License-Identifier: GPL-2.0-only
/* A typo must not wait for the first use of a gated symbol. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gpl();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "MIT ISC");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
