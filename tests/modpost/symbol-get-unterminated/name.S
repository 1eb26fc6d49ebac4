/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * No NUL ends the last name: what lies behind the section in the memory of
 * modpost is not a part of it. Of 24 bytes glibc's malloc() leaves none over,
 * so that the size of the next piece follows, which begins with no NUL.
 */
	.section .no_trim_symbol, "a"
	.asciz "fourteen_bytes"
	.ascii "ust_gated"
