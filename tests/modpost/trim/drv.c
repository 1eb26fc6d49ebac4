// SPDX-License-Identifier: GPL-2.0-only
/*
 * TRIM_UNUSED_KSYMS keeps the class of what is used, and drops what is not.
 * One module build knows no other users than its own.
 */
#include <linux/module.h>

void same_gated(void);

static int __init drv_init(void)
{
	same_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
