// SPDX-License-Identifier: GPL-2.0-only
/* 0x7f, the one control character above the printable ones. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "MIT\x7f");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
