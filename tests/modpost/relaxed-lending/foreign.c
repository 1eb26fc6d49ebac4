// SPDX-License-Identifier: GPL-2.0-only
/*
 * Not GPL-compatible, it could use a plain export before: nothing is said.
 */
#include <linux/module.h>

void drv_plain(void);

static int __init drv_init(void)
{
	drv_plain();
	return 0;
}
module_init(drv_init);

MODULE_DESCRIPTION("test");
MODULE_LICENSE("Proprietary");
