// SPDX-License-Identifier: GPL-2.0-only
#include "test_userspace.h"

int test_userspace_handed_on(void)
{
	return test_userspace_gated();
}
EXPORT_SYMBOL_USERSPACE_GPL(test_userspace_handed_on);
MODULE_USERSPACE_LIBRARY();
