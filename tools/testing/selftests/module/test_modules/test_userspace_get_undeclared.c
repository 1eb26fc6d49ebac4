// SPDX-License-Identifier: GPL-2.0-only
#include "test_userspace.h"

static int __init test_userspace_get_init(void)
{
	if (!symbol_get(test_userspace_gated))
		return -ENXIO;
	symbol_put(test_userspace_gated);
	return 0;
}
module_init(test_userspace_get_init);

static void __exit test_userspace_get_exit(void)
{
}
module_exit(test_userspace_get_exit);
