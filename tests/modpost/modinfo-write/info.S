/* SPDX-License-Identifier: GPL-2.0-only */
/* Strings in a .modinfo that can be written to: read like any other. */
	.section .modinfo, "aw"
	.asciz "userspace=https://example.org/userspace MIT"
