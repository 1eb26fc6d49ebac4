// SPDX-License-Identifier: GPL-2.0-only
/* A NUL in the URL would hide what follows it. */
#include <linux/module.h>

MODULE_USERSPACE("https://example.org/\0userspace", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
