// SPDX-License-Identifier: GPL-2.0-only
/* That drv_plain() counts as gated is known only when all modules were read. */
#include <linux/module.h>

void drv_plain(void);

static int __init drv_init(void)
{
	if (symbol_get(drv_plain))
		symbol_put(drv_plain);
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
