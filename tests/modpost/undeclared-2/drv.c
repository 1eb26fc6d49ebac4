// SPDX-License-Identifier: GPL-2.0-only
/* Two symbols, one message. What is not gated is not named. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gpl();
	ust_gated();
	ust_plain();
	ust_gated2();
	return 0;
}
module_init(drv_init);

MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
