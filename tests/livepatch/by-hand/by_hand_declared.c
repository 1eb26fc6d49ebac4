// SPDX-License-Identifier: GPL-2.0-only
#include "by_hand.h"
MODULE_USERSPACE("https://example.org/u", "MIT");
