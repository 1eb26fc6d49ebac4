// SPDX-License-Identifier: GPL-2.0-only
/* Well-formed, but the license is not free. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "CC-BY-NC-4.0");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
