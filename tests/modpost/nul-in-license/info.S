/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A NUL within the license. What stands before it would do, what follows is
 * no "tag=value" pair, so the declaration was cut short.
 */
	.section .modinfo, "a"
	.asciz "userspace=https://example.org/userspace MIT\0 AND Proprietary"
