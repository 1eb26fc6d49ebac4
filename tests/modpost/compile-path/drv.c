// SPDX-License-Identifier: GPL-2.0-only
/* A path of this machine is nothing for others. */
#include <linux/module.h>

MODULE_USERSPACE("/usr/src/userspace", "MIT");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
