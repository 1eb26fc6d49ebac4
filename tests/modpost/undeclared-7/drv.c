// SPDX-License-Identifier: GPL-2.0-only
/*
 * A message names the first few of many symbols. Functions, data, namespaces
 * and assembly count alike.
 */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	ust_gated2();
	ust_gated3();
	ust_gated4();
	ust_gated_asm();
	ust_gated_ns();
	ust_gated_var = 1;
	return 0;
}
module_init(drv_init);

MODULE_IMPORT_NS("UST");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
