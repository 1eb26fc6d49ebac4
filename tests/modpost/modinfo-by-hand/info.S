/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A declaration that assembly code makes is as good as any, and padding is
 * none.
 */
	.section .modinfo, "a"
	.asciz "userspace=https://example.org/userspace MIT"
	.zero 3
