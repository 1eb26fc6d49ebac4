// SPDX-License-Identifier: GPL-2.0-only
/* Also if it looks like the start of another tag. */
#include <linux/module.h>

MODULE_USERSPACE("https://example.org/userspace", "MIT\0author=nobody");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
