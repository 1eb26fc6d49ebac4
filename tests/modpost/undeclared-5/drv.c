// SPDX-License-Identifier: GPL-2.0-only
/* One symbol more than a message names. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	ust_gated2();
	ust_gated3();
	ust_gated4();
	ust_gated_asm();
	return 0;
}
module_init(drv_init);

MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
