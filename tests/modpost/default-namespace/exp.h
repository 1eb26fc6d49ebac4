/* SPDX-License-Identifier: GPL-2.0-only */
void default_gated(void);
void default_gated_asm(void);
