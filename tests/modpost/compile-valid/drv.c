// SPDX-License-Identifier: GPL-2.0-only
/* What is right compiles. */
#include <linux/module.h>

MODULE_USERSPACE("https://example.org/userspace", "MIT");
MODULE_USERSPACE("http://example.org/", "MIT OR (ISC AND X11)");
MODULE_USERSPACE("git://example.org/", "GPL-2.0+");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
