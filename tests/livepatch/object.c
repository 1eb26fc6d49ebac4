// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tests/livepatch/run makes its pairs of objects of: a module, or what
 * stands for vmlinux, whose function fn() was changed. No part of the kernel is
 * needed for that.
 */

#define INFO(name, section_name, string) \
static const char name[] __attribute__((used, section(section_name))) = string

INFO(first, FIRST_SECTION, FIRST);
INFO(license, ".modinfo", "license=GPL");
INFO(last, LAST_SECTION, LAST);
#if defined(PATCHED) && defined(P_INFO)
INFO(patched, P_INFO_SECTION, P_INFO);
#endif

int gated(int x);
int gated_ns(int x);
int gated_lib(int x);
int gpl(int x);
int plain(int x);
int plain_lib(int x);
int for_modules(int x);
__attribute__((weak)) int gated_weak(int x);

#ifdef VMLINUX
__attribute__((noinline)) int gated(int x) { return gpl(x); }
#endif

#ifdef PATCHED
#define USE_PATCHED(symbol) symbol(x)
#else
#define USE_PATCHED(symbol) 0
#endif

/* What the module uses that fn() does not. */
int other(int x)
{
	return OTHER(x) + plain_lib(x);
}

#if defined(PATCHED) && defined(NEW)
__attribute__((noinline)) int new_fn(int x)
{
	return NEW(x) + 1;
}
#else
#define new_fn(x) 0
#endif

int fn(int x)
{
	return ORIGINAL(x) + USE_PATCHED(ADDED) + new_fn(x);
}
