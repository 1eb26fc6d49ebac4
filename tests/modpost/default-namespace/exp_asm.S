/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/export.h>
#include <linux/linkage.h>

SYM_FUNC_START(default_gated_asm)
	nop
SYM_FUNC_END(default_gated_asm)
EXPORT_SYMBOL_USERSPACE_GPL(default_gated_asm)
