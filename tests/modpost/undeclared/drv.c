// SPDX-License-Identifier: GPL-2.0-only
/*
 * A gated symbol and no declaration. Where the directory lies makes no
 * difference.
 */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
