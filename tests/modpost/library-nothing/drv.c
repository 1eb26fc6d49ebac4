// SPDX-License-Identifier: GPL-2.0-only
/*
 * Out of tree, a driver must not hide behind the word: a library exports
 * something gated. A path that only looks like one in the kernel tree is out
 * of tree.
 */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE_LIBRARY();
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
