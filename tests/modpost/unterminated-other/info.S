/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * .modinfo ends without a NUL, in another tag: what it says cannot be relied
 * on.
 */
	.section .modinfo, "a"
	.ascii "author=nobody"
