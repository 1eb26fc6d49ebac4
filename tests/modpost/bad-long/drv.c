// SPDX-License-Identifier: GPL-2.0-only
/* 513 bytes, one more than allowed. */
#include <linux/module.h>
#include "../lib/lib.h"

#define X64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define X40 "0123456789abcdef0123456789abcdef01234567"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_INFO(userspace, "https://example.org/" X64 X64 X64 X64 X64 X64 X64 X40 "x MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
