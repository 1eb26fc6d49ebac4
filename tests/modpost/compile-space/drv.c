// SPDX-License-Identifier: GPL-2.0-only
/* White space in the URL. Only GCC can tell; see bad-white-space for others. */
#include <linux/module.h>

MODULE_USERSPACE("https://example.org/user space", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
