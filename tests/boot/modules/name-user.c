// SPDX-License-Identifier: GPL-2.0-only
/* Uses what the module name exports, and declares nothing. */

#include <linux/module.h>

int named(void);

static int __init name_user_init(void)
{
	return named();
}
module_init(name_user_init);

static void __exit name_user_exit(void)
{
}
module_exit(name_user_exit);

MODULE_DESCRIPTION("Test of userspace-gated symbols: a user of what is lent");
MODULE_LICENSE("GPL");
