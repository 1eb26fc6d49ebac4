// SPDX-License-Identifier: GPL-2.0-only
/* Only known exceptions are sure to add permissions and take none away. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "GPL-2.0-only WITH Ours-exception");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
