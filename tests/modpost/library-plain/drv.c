// SPDX-License-Identifier: GPL-2.0-only
/* Out of tree, a library that exports only something else is none. */
#include <linux/module.h>
#include "../lib/lib.h"

void drv_plain(void);
void drv_plain(void)
{
	ust_gated();
}
EXPORT_SYMBOL_GPL(drv_plain);

static int __init drv_init(void)
{
	drv_plain();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE_LIBRARY();
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
