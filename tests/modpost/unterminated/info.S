/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * .modinfo ends without a NUL, in the middle of a declaration that looks
 * complete. modpost must not read on behind the end.
 */
	.section .modinfo, "a"
	.ascii "userspace=https://example.org/userspace MIT"
