// SPDX-License-Identifier: GPL-2.0-only
/* An empty license. */
#include <linux/module.h>

MODULE_USERSPACE("https://example.org/userspace", "");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
