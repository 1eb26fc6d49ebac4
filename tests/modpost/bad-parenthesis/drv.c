// SPDX-License-Identifier: GPL-2.0-only
/* A parenthesis that nothing closes. A message quotes no more than 63 bytes. */
#include <linux/module.h>
#include "../lib/lib.h"

static int __init drv_init(void)
{
	ust_gated();
	return 0;
}
module_init(drv_init);

MODULE_USERSPACE("https://example.org/userspace",
		 "(MIT OR GPL-2.0-only WITH Linux-syscall-note OR Apache-2.0 OR BSD-3-Clause");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
