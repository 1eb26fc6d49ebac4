// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every class of export, in C. Most other cases use these, through this
 * module's Module.symvers or as part of the same kernel build.
 */
#include <linux/module.h>
#include "lib.h"

int ust_gated_var;
EXPORT_SYMBOL_USERSPACE_GPL(ust_gated_var);

void ust_gated(void)
{
}
EXPORT_SYMBOL_USERSPACE_GPL(ust_gated);

void ust_gated2(void)
{
}
EXPORT_SYMBOL_USERSPACE_GPL(ust_gated2);

void ust_gated3(void)
{
}
EXPORT_SYMBOL_USERSPACE_GPL(ust_gated3);

void ust_gated4(void)
{
}
EXPORT_SYMBOL_USERSPACE_GPL(ust_gated4);

void ust_gated_ns(void)
{
}
EXPORT_SYMBOL_NS_USERSPACE_GPL(ust_gated_ns, "UST");

void ust_gpl(void)
{
}
EXPORT_SYMBOL_GPL(ust_gpl);

void ust_plain(void)
{
}
EXPORT_SYMBOL(ust_plain);

MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
