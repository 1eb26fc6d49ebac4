// SPDX-License-Identifier: GPL-2.0-only
#include "test_userspace.h"

int test_userspace_gated(void)
{
	return 0;
}
EXPORT_SYMBOL_USERSPACE_GPL(test_userspace_gated);
