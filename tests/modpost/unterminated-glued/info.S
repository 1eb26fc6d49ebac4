/* SPDX-License-Identifier: GPL-2.0-only */
/* Without its NUL a declaration runs into the next string. */
	.section .modinfo, "a"
	.ascii "userspace=https://example.org/userspace MIT"
