// SPDX-License-Identifier: GPL-2.0-only
/* See exp.S. */
#include <linux/module.h>

MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
