// SPDX-License-Identifier: GPL-2.0-only
/*
 * The exporter is built in the same run, so that modpost knows the class
 * from the object and not from a Module.symvers.
 */
#include <linux/module.h>

void same_gated(void);

static int __init drv_init(void)
{
	same_gated();
	return 0;
}
module_init(drv_init);

MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
