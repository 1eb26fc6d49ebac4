// SPDX-License-Identifier: GPL-2.0-only
/* The declaration must be in the source, as a literal. */
#include <linux/module.h>

static const char url[] = "https://example.org/userspace";

MODULE_USERSPACE(url, "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
