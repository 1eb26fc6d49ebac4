/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UST_LIB_H
#define UST_LIB_H

extern int ust_gated_var;
void ust_gated(void);
void ust_gated2(void);
void ust_gated3(void);
void ust_gated4(void);
void ust_gated_ns(void);
void ust_gpl(void);
void ust_plain(void);

void ust_gated_asm(void);
void ust_gated_ns_asm(void);
void ust_gpl_asm(void);
void ust_plain_asm(void);

#endif
