// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refuse modules that use symbols exported with EXPORT_SYMBOL_USERSPACE_GPL
 * and do not declare a free userspace.
 *
 * The grammar of a declaration, the verdict on it and the words of the message
 * are shared with modpost: include/linux/module_userspace.h. What a module may
 * use is decided here. What programs may use a module is not, here or anywhere.
 */

#include <linux/cleanup.h>
#include <linux/elf.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/module_symbol.h>
#include <linux/module_userspace.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include "internal.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "module."

/* Whoever boots the kernel may ask for more than its builder, never for less. */
static bool userspace_enforce =
	!IS_ENABLED(CONFIG_MODULE_ALLOW_MISSING_USERSPACE);
module_param(userspace_enforce, bool_enable_only, 0644);

static ssize_t show_modinfo_userspace(const struct module_attribute *mattr,
				      struct module_kobject *mk, char *buffer)
{
	return sysfs_emit(buffer, "%s\n", mk->mod->userspace);
}

static void setup_modinfo_userspace(struct module *mod, const char *s)
{
	/* What the file of the module holds here is not to be trusted. */
	mod->userspace = NULL;
	mod->using_userspace_symbols = false;
}

static int modinfo_userspace_exists(struct module *mod)
{
	return !!mod->userspace;
}

static void free_modinfo_userspace(struct module *mod)
{
	kfree(mod->userspace);
	mod->userspace = NULL;
}

const struct module_attribute modinfo_userspace = {
	.attr = { .name = "userspace", .mode = 0444 },
	.show = show_modinfo_userspace,
	.setup = setup_modinfo_userspace,
	.test = modinfo_userspace_exists,
	.free = free_modinfo_userspace,
};

/* The lines of /sys/module/<name>/userspace; a file there is a page at most. */
static int copy_declarations(struct module *mod, char *modinfo,
			     unsigned long size)
{
	char *buf __free(kfree) = kmalloc(PAGE_SIZE, GFP_KERNEL);
	size_t len = 0, n;
	char *p;

	if (!buf)
		return -ENOMEM;

	for (p = modinfo; p; p = module_next_tag_pair(p, &size)) {
		if (!strstarts(p, MODULE_USERSPACE_TAG))
			continue;
		n = snprintf(buf + len, PAGE_SIZE - 1 - len, "%s%s",
			     len ? "\n" : "", p + MODULE_USERSPACE_TAG_LEN);
		if (n >= PAGE_SIZE - 1 - len) {
			/* No half of one, that might read as another. */
			buf[len] = '\0';
			break;
		}
		len += n;
	}

	mod->userspace = kstrdup(buf, GFP_KERNEL);
	return mod->userspace ? 0 : -ENOMEM;
}

static bool exports_gated(const struct module *mod)
{
	unsigned int i;

	for (i = 0; i < mod->num_syms; i++)
		if (ksym_is_userspace(mod->flagstab[i]))
			return true;

	return false;
}

/**
 * module_userspace_setup() - read what a module declares
 * @mod: the module, its sections and taints are known
 * @info: its load info, takes the verdict
 *
 * A declaration that is not valid is no reason to refuse a module that uses no
 * symbol which asks for one: modpost has complained about it already.
 *
 * Context: Process context, before any symbol of @mod is resolved. May sleep.
 * Return: 0, or -ENOMEM.
 */
int module_userspace_setup(struct module *mod, struct load_info *info)
{
	const Elf_Shdr *sec = &info->sechdrs[info->index.info];
	char *modinfo = (char *)info->hdr + sec->sh_offset;
	bool intree = !test_bit(TAINT_OOT_MODULE, &mod->taints);

	module_userspace_scan(&info->userspace, modinfo, sec->sh_size);
	info->userspace_ok = module_userspace_may_use(&info->userspace, intree,
						      exports_gated(mod));

	if (!info->userspace.nr || module_userspace_is_bad(&info->userspace))
		return 0;

	/* Without sysfs, nobody would show or free the copy. */
	if (!IS_ENABLED(CONFIG_SYSFS))
		return 0;
	return copy_declarations(mod, modinfo, sec->sh_size);
}

/* One message for the module, not one for each symbol. */
static void report(const struct module *mod, const struct load_info *info,
		   bool enforce)
{
	const Elf_Shdr *symsec = &info->sechdrs[info->index.sym];
	const Elf_Sym *sym = (void *)symsec->sh_addr;
	struct module_userspace_use use = { };
	const char *text;
	unsigned int i;

	char *msg __free(kfree) = kmalloc(MODULE_USERSPACE_MSG_LEN, GFP_KERNEL);

	for (i = 1; i < symsec->sh_size / sizeof(*sym); i++) {
		struct find_symbol_arg fsa = {
			.name	= info->strtab + sym[i].st_name,
			.gplok	= true,
		};

		if (sym[i].st_shndx != SHN_UNDEF || !find_symbol(&fsa))
			continue;
		if (fsa.lent)
			module_userspace_add_lent(&use, fsa.name,
						  fsa.owner->name);
		else if (fsa.userspace)
			module_userspace_add_use(&use, fsa.name);
	}

	text = msg ? module_userspace_message(msg, MODULE_USERSPACE_MSG_LEN,
					      &info->userspace, &use) :
		     "out of memory to say which gated symbols it may not use";
	if (enforce)
		pr_err("%s: %s\n", mod->name, text);
	else
		pr_warn("%s: %s\n", mod->name, text);
}

/**
 * module_userspace_verify() - may a module use the gated symbol it asks for?
 * @mod: the module
 * @info: its load info, with the verdict of module_userspace_setup()
 *
 * Says why not when it is asked for the first time.
 *
 * Context: Process context, module_mutex is held. May sleep.
 * Return: 0 if it may, or if CONFIG_MODULE_ALLOW_MISSING_USERSPACE lets it,
 * -EACCES otherwise.
 */
int module_userspace_verify(struct module *mod, const struct load_info *info)
{
	bool first = !mod->using_userspace_symbols;
	bool enforce = READ_ONCE(userspace_enforce);

	lockdep_assert_held(&module_mutex);

	mod->using_userspace_symbols = true;
	if (likely(info->userspace_ok))
		return 0;

	if (first)
		report(mod, info, enforce);

	return enforce ? -EACCES : 0;
}

/**
 * module_userspace_enforced() - are modules refused, or only warned about?
 *
 * What an out-of-tree module lends has other flags than those it counts as
 * having. Where nothing is refused, no module must lose it.
 *
 * Context: Any.
 * Return: true if they are refused.
 */
bool module_userspace_enforced(void)
{
	return READ_ONCE(userspace_enforce);
}

/**
 * module_userspace_verify_get() - may symbol_get() give out a gated symbol?
 * @name: the name of the symbol
 *
 * It may not: who asks, and for which module, can't be known. Says so about ten
 * times an hour, for all symbols together.
 *
 * Context: Any, may be in an RCU read-side critical section.
 * Return: 0 if CONFIG_MODULE_ALLOW_MISSING_USERSPACE lets it, -EACCES otherwise.
 */
int module_userspace_verify_get(const char *name)
{
	/* Some ask again and again: intel_ips asks for i915 every few seconds. */
	static DEFINE_RATELIMIT_STATE(rs, 3600 * HZ, 10);
	bool enforce = module_userspace_enforced();

	if (__ratelimit(&rs)) {
		if (enforce)
			pr_err("refusing symbol_get() of %s, exported only to modules with a free userspace.\n",
			       name);
		else
			pr_warn("symbol_get() of %s, exported only to modules with a free userspace.\n",
				name);
	}

	return enforce ? -EACCES : 0;
}
