/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A good declaration in a .modinfo that may be merged does not make up for the
 * bad one of drv_main.c, whose .modinfo has other flags.
 */
	.section .modinfo, "aMS", @progbits, 1
	.asciz "userspace=https://example.org/userspace MIT"
