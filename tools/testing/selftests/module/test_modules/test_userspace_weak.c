// SPDX-License-Identifier: GPL-2.0-only
#include "test_userspace.h"

extern typeof(test_userspace_gated) test_userspace_gated __weak;
USE(test_userspace_gated);
