// SPDX-License-Identifier: GPL-2.0-only
/* Nor must a license that is not free. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gpl();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "Proprietary");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
