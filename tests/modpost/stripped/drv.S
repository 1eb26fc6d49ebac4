/* SPDX-License-Identifier: GPL-2.0-only */
/* No .modinfo at all: neither a license nor a declaration. */
	.text
	.globl init_module
init_module:
	ret
	.data
	.quad ust_gated
	.section .note.GNU-stack, "", @progbits
