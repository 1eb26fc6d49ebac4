// SPDX-License-Identifier: GPL-2.0-only

#include "test_userspace_get_undeclared.c"

DECLARE();
