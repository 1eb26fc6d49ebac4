// SPDX-License-Identifier: GPL-2.0-only
/* As undeclared, the symbols are exported from assembly. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated_asm();
	ust_gated_ns_asm();
	return 0;
}
module_init(drv_init);

MODULE_IMPORT_NS("UST");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
