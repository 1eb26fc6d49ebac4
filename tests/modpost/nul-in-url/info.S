/* SPDX-License-Identifier: GPL-2.0-only */
/* A NUL within the URL: the string ends there, without a license. */
	.section .modinfo, "a"
	.asciz "userspace=https://example.org/\0userspace MIT"
