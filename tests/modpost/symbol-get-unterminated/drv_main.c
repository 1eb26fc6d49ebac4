// SPDX-License-Identifier: GPL-2.0-only
/* See name.S, which does by hand what symbol_get() does. */
#include <linux/module.h>

static int __init drv_init(void)
{
	if (__symbol_get("ust_gated"))
		__symbol_put("ust_gated");
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
