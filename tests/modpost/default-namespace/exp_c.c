// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

void default_gated(void)
{
}
EXPORT_SYMBOL_USERSPACE_GPL(default_gated);

MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
