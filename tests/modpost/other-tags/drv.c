// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tags that start like the one of a declaration, or the other way round, or
 * have it within: none of them is one.
 */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_INFO(userspacex, "https://example.org/userspace MIT");
MODULE_INFO(userspac, "e=https://example.org/userspace MIT");
MODULE_INFO(xuserspace, "https://example.org/userspace MIT");
MODULE_INFO(note, "userspace=https://example.org/userspace MIT");
MODULE_INFO(Userspace, "https://example.org/userspace MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
