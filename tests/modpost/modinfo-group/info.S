/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A .modinfo in a section group stays one of its own in drv.o, and becomes one with
 * the other only in drv.ko: modpost would see one of them, the loader both.
 */
	.section .modinfo, "aG", %progbits, ust, comdat
	.asciz "license=GPL"
	.asciz "description=test"
	.asciz "userspace=https://example.org/userspace MIT"
