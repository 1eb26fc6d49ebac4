/* SPDX-License-Identifier: GPL-2.0-only */
/* A string of 1 MiB that is no declaration is in nobody's way. */
	.section .modinfo, "a"
	.ascii "note="
	.fill 1048576, 1, 'x'
	.byte 0
	.asciz "userspace=https://example.org/userspace MIT"
