// SPDX-License-Identifier: GPL-2.0-only
#include "test_userspace.h"

int test_userspace_lent(void)
{
	return test_userspace_gated();
}
EXPORT_SYMBOL_GPL(test_userspace_lent);
DECLARE();
