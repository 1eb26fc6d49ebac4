// SPDX-License-Identifier: GPL-2.0-only
/* A NUL in the license would hide what follows it. */
#include <linux/module.h>

MODULE_USERSPACE("https://example.org/userspace", "MIT\0 AND Proprietary");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
