// SPDX-License-Identifier: GPL-2.0-only
/* A scheme that a userspace is not fetched with. */
#include <linux/module.h>

MODULE_USERSPACE("ftp://example.org/userspace", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
