// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uses what its neighbour lends, and so what is gated, as the loader sees
 * it. Which of the two modpost looks at first must not matter.
 */
#include <linux/module.h>

void drv_plain(void);
void drv_gpl(void);

static int __init drv_init(void)
{
	drv_plain();
	drv_gpl();
	return 0;
}
module_init(drv_init);

MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
