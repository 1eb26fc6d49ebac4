// SPDX-License-Identifier: GPL-2.0-only
/* A weak reference is a use, although the module could do without. */
#include <linux/module.h>
#include "../lib/lib.h"

void ust_gated(void) __weak;

static int __init drv_init(void)
{
	if (ust_gated)
		ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
