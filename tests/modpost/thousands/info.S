/* SPDX-License-Identifier: GPL-2.0-only */
/* Thousands of declarations, each one as good as the others. */
	.section .modinfo, "a"
	.rept 4000
	.asciz "userspace=https://example.org/userspace MIT"
	.endr
