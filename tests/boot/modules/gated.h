/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_GATED_H
#define TEST_GATED_H

void gated_1(void);
void gated_2(void);
void gated_3(void);
void gated_4(void);
void gated_5(void);
void gated_6(void);
void gated_ns(void);
extern int gated_data;
void gpl_only(void);
void plain(void);

/* Exported by the cases of *.cases. */
void library_gated(void);
void library_plain(void);
void lent(void);
void lent_weak(void);
void lent_intree(void);
void chained_2(void);
void chained_3(void);
void taken(void);
void got_intree(void);
void got_for_asker(void);
void got_external(void);

/* Never called: to be resolved when the module is loaded is all they need. */
#define USE(sym)	static typeof(&sym) const __used use_##sym = &sym

#endif
