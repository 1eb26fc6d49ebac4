// SPDX-License-Identifier: GPL-2.0-only
/*
 * License expressions that can be met with free licenses alone. One that is
 * not would spoil all: each has to be read right.
 */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("http://example.org/0", "MIT");
MODULE_USERSPACE("http://example.org/1", "mit");
MODULE_USERSPACE("http://example.org/2", "GPL-2.0+");
MODULE_USERSPACE("http://example.org/3", "GPL-2.0-only WITH Linux-syscall-note");
MODULE_USERSPACE("http://example.org/4", "Proprietary OR MIT");
MODULE_USERSPACE("http://example.org/5", "MIT OR Proprietary");
MODULE_USERSPACE("http://example.org/6", "MIT AND (Apache-2.0 OR Proprietary)");
MODULE_USERSPACE("http://example.org/7", "Proprietary AND MIT OR ISC");
MODULE_USERSPACE("http://example.org/8", "Apache-2.0 WITH LLVM-exception AND BSD-3-Clause");
MODULE_USERSPACE("http://example.org/9", "((((((((MIT))))))))");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
