// SPDX-License-Identifier: GPL-2.0-only
/* Exports for its neighbour in the same Kbuild file. */
#include <linux/module.h>

void same_gated(void);
void same_gated(void)
{
}
EXPORT_SYMBOL_USERSPACE_GPL(same_gated);

MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
