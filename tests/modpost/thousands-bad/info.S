/* SPDX-License-Identifier: GPL-2.0-only */
/* Thousands of declarations: a bad one among them is found. */
	.section .modinfo, "a"
	.rept 2000
	.asciz "userspace=https://example.org/userspace MIT"
	.endr
	.asciz "userspace=https://example.org/userspace LicenseRef-Ours"
	.rept 2000
	.asciz "userspace=https://example.org/userspace MIT"
	.endr
