// SPDX-License-Identifier: GPL-2.0-only
/* Also if the module uses another symbol: the file is not understood. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gpl();
	return 0;
}
module_init(drv_init);

MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
