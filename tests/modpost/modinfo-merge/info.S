/* SPDX-License-Identifier: GPL-2.0-only */
/* Strings in a .modinfo that may be merged: read like any other. */
	.section .modinfo, "aMS", @progbits, 1
	.asciz "userspace=https://example.org/userspace MIT"
