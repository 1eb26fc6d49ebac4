// SPDX-License-Identifier: GPL-2.0-only
#include "test_userspace.h"

USE(test_userspace_lent);
/* userspace.sh makes it an "intree" tag, which modpost would not let pass. */
MODULE_INFO(not_in, "Y");
