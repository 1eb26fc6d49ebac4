// SPDX-License-Identifier: GPL-2.0-only
#include "test_userspace.h"

USE(test_userspace_gated);
MODULE_USERSPACE("https://example.org/u", "MIT or ISC");
