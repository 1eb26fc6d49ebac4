// SPDX-License-Identifier: GPL-2.0-only
/* DEFAULT_SYMBOL_NAMESPACE combines with the class, in C and in assembly. */
#include <linux/module.h>

static int __init drv_init(void)
{
	default_gated();
	default_gated_asm();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace", "MIT");
MODULE_IMPORT_NS("UST_DEFAULT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
