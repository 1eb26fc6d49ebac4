// SPDX-License-Identifier: GPL-2.0-only
/* Asks for a gated symbol with symbol_get(), which can't tell who asks. */

#include <linux/module.h>
#include "gated.h"

static int __init getter_init(void)
{
	if (!symbol_get(gated_1))
		return -ENXIO;
	symbol_put(gated_1);
	return 0;
}
module_init(getter_init);

static void __exit getter_exit(void)
{
}
module_exit(getter_exit);

MODULE_USERSPACE("https://example.org/u", "MIT");
MODULE_DESCRIPTION("Test of userspace-gated symbols: symbol_get()");
MODULE_LICENSE("GPL");
