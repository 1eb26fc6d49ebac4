/* SPDX-License-Identifier: GPL-2.0-only */
/* A declaration of more than 1 MiB, for which nothing has room. */
	.section .modinfo, "a"
	.ascii "userspace=https://example.org/"
	.fill 1048576, 1, 'x'
	.asciz " MIT"
