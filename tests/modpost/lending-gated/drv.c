// SPDX-License-Identifier: GPL-2.0-only
/* What a module hands on gated it does not lend. */
#include <linux/module.h>
#include "../lib/lib.h"

void drv_gated(void);
void drv_gated(void)
{
	ust_gated();
}
EXPORT_SYMBOL_USERSPACE_GPL(drv_gated);

void drv_ns(void);
void drv_ns(void)
{
	ust_gated();
}
EXPORT_SYMBOL_NS_USERSPACE_GPL(drv_ns, "UST");

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
