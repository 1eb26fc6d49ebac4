// SPDX-License-Identifier: GPL-2.0-only
/* Neither the namespace nor a userspace: one message from each check. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated_ns();
	return 0;
}
module_init(drv_init);

MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
