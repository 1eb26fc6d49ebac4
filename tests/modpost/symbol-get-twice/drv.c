// SPDX-License-Identifier: GPL-2.0-only
/* Two calls for one symbol are one symbol in the message. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	if (symbol_get(ust_gated))
		symbol_put(ust_gated);
	if (symbol_get(ust_gated))
		symbol_put(ust_gated);
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
