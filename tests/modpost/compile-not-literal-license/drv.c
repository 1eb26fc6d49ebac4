// SPDX-License-Identifier: GPL-2.0-only
/* And so must its license. */
#include <linux/module.h>

static const char license[] = "MIT";

MODULE_USERSPACE("https://example.org/userspace", license);
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
