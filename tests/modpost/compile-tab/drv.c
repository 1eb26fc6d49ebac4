// SPDX-License-Identifier: GPL-2.0-only
/* White space in the URL. */
#include <linux/module.h>

MODULE_USERSPACE("https://example.org/user\tspace", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
