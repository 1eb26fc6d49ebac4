// SPDX-License-Identifier: GPL-2.0-only
/*
 * make nsdeps only warns: it has to get to the namespaces that are missing. The
 * loader still refuses what it builds.
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
