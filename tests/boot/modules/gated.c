// SPDX-License-Identifier: GPL-2.0-only
/* What the other test modules ask for. */

#include <linux/export.h>
#include <linux/module.h>
#include "gated.h"

void gated_1(void) { }
EXPORT_SYMBOL_USERSPACE_GPL(gated_1);

void gated_2(void) { }
EXPORT_SYMBOL_USERSPACE_GPL(gated_2);

void gated_3(void) { }
EXPORT_SYMBOL_USERSPACE_GPL(gated_3);

void gated_4(void) { }
EXPORT_SYMBOL_USERSPACE_GPL(gated_4);

void gated_5(void) { }
EXPORT_SYMBOL_USERSPACE_GPL(gated_5);

void gated_6(void) { }
EXPORT_SYMBOL_USERSPACE_GPL(gated_6);

void gated_ns(void) { }
EXPORT_SYMBOL_NS_USERSPACE_GPL(gated_ns, "BOOT");

int gated_data;
EXPORT_SYMBOL_USERSPACE_GPL(gated_data);

void gpl_only(void) { }
EXPORT_SYMBOL_GPL(gpl_only);

void plain(void) { }
EXPORT_SYMBOL(plain);

MODULE_DESCRIPTION("Test of userspace-gated symbols: the exports");
MODULE_LICENSE("GPL");
