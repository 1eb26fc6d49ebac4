// SPDX-License-Identifier: GPL-2.0-only
/* An empty URL. */
#include <linux/module.h>

MODULE_USERSPACE("", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
