/* SPDX-License-Identifier: GPL-2.0-only */
/* And every class of export in assembly. Nobody runs these. */
#include <linux/export.h>
#include <linux/linkage.h>

SYM_FUNC_START(ust_gated_asm)
	nop
SYM_FUNC_END(ust_gated_asm)
EXPORT_SYMBOL_USERSPACE_GPL(ust_gated_asm)

SYM_FUNC_START(ust_gated_ns_asm)
	nop
SYM_FUNC_END(ust_gated_ns_asm)
EXPORT_SYMBOL_NS_USERSPACE_GPL(ust_gated_ns_asm, "UST")

SYM_FUNC_START(ust_gpl_asm)
	nop
SYM_FUNC_END(ust_gpl_asm)
EXPORT_SYMBOL_GPL(ust_gpl_asm)

SYM_FUNC_START(ust_plain_asm)
	nop
SYM_FUNC_END(ust_plain_asm)
EXPORT_SYMBOL(ust_plain_asm)
