/* SPDX-License-Identifier: GPL-2.0-only */
/* A class that this modpost does not know may ask for anything. */
#include <linux/export.h>
#include <linux/linkage.h>

SYM_FUNC_START(future_gated)
	nop
SYM_FUNC_END(future_gated)
__EXPORT_SYMBOL(future_gated, "FUTURE_GPL", "")
