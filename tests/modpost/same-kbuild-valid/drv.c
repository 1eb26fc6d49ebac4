// SPDX-License-Identifier: GPL-2.0-only
/*
 * As same-kbuild, with a declaration. The class reaches the exporter's flags
 * and the written Module.symvers.
 */
#include <linux/module.h>

void same_gated(void);

static int __init drv_init(void)
{
	same_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
