// SPDX-License-Identifier: GPL-2.0-only
/* Uses no gated symbol: nothing is asked of it. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gpl();
	ust_plain();
	ust_gpl_asm();
	ust_plain_asm();
	return 0;
}
module_init(drv_init);

MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
