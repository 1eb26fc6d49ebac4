// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gated symbols are GPL-only in the first place: the errors are those of
 * GPL-only symbols, one for each as ever, and no other.
 */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	ust_gpl();
	ust_plain();
	return 0;
}
module_init(drv_init);

MODULE_DESCRIPTION("test");
MODULE_LICENSE("Proprietary");
