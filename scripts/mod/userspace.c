// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refuse modules that use symbols exported with EXPORT_SYMBOL_USERSPACE_GPL
 * and do not declare a free userspace.
 *
 * The grammar of a declaration, the verdict on it and the words of the message
 * are shared with the module loader: include/linux/module_userspace.h.
 */

#include "modpost.h"

static void report(struct module *mod, bool is_error)
{
	char msg[MODULE_USERSPACE_MSG_LEN];

	modpost_log(is_error, mod, "%s\n",
		    module_userspace_message(msg, sizeof(msg), &mod->userspace,
					     &mod->userspace_use));
}

/*
 * A module that wraps gated symbols and exports the wrappers to everybody would
 * lend them to modules that may not use them. In tree, whether it does is for
 * review.
 */
static void report_lending(struct module *mod, bool intree, bool is_error)
{
	const char *remedy = intree ?
		"If one of these hands a gated symbol on, it has to be gated as well." :
		"Export with EXPORT_SYMBOL_USERSPACE_GPL or EXPORT_SYMBOL_NS_USERSPACE_GPL.";
	char msg[MODULE_USERSPACE_MSG_LEN];
	size_t pos = 0;

	module_userspace_append_use(msg, sizeof(msg), &pos, "uses ",
				    &mod->userspace_use);
	module_userspace_append(msg, sizeof(msg), &pos,
				", exported only to modules with a free userspace, but exports ");
	module_userspace_append_use(msg, sizeof(msg), &pos, "",
				    &mod->exports_other);
	module_userspace_append(msg, sizeof(msg), &pos, " to others.");
	modpost_log(is_error, mod,
		    "%s\n%s\nSee Documentation/core-api/symbol-userspace.rst\n",
		    msg, remedy);
}

/* Whether a library is one is for review in tree, but not to the loader. */
static void report_library(struct module *mod, bool external)
{
	modpost_log(false, mod,
		    "says MODULE_USERSPACE_LIBRARY(), but exports no symbol with EXPORT_SYMBOL_USERSPACE_GPL%s\n",
		    !external ? "" :
		    ".\nBuilt with M= it is out of tree to the module loader, which takes it for no library.\nSee Documentation/core-api/symbol-userspace.rst");
}

/**
 * userspace_read - read the declarations of a module
 * @mod: the module
 * @info: its ELF file, not needed any more when this returns
 */
void userspace_read(struct module *mod, const struct elf_info *info)
{
	module_userspace_scan(&mod->userspace, info->modinfo, info->modinfo_len);
}

/**
 * userspace_check - check a module when all that it uses is known
 * @mod: the module
 * @intree: the sources of the module are part of the kernel tree
 * @external: it is built with M=, so it is out of tree to the module loader
 * @warn_only: warn where it would be refused
 * @extra_warn: warn about what is left to review
 *
 * Prints one message at the most. A declaration that is not valid is an error
 * even if nothing asks for it: a typo must not wait for its first use.
 */
void userspace_check(struct module *mod, bool intree, bool external,
		     bool warn_only, bool extra_warn)
{
	bool library, idle;

	if (!mod->userspace_use.nr) {
		if (module_userspace_is_bad(&mod->userspace))
			report(mod, !warn_only);
		return;
	}

	if (!module_userspace_may_use(&mod->userspace, intree,
				      mod->exports_userspace)) {
		report(mod, !warn_only);
		return;
	}

	library = mod->userspace.verdict == MODULE_USERSPACE_LIBRARY_ONLY;
	idle = library && !mod->exports_userspace;
	if (idle && external)
		report_library(mod, external);
	else if (mod->exports_other.nr && (!intree || (extra_warn && library)))
		report_lending(mod, intree, !intree && !warn_only);
	else if (idle && extra_warn)
		report_library(mod, external);
}

/**
 * userspace_check_get - check the symbols of symbol_get()
 * @mod: the module that asks, may be vmlinux
 * @get: the gated symbols that it asks for
 * @warn_only: warn where it would be refused
 *
 * __symbol_get() can't tell who asks, so it has to refuse everybody.
 */
void userspace_check_get(struct module *mod,
			 const struct module_userspace_use *get,
			 bool warn_only)
{
	char msg[MODULE_USERSPACE_MSG_LEN];
	size_t pos = 0;

	if (!get->nr)
		return;

	module_userspace_append_use(msg, sizeof(msg), &pos,
				    "uses symbol_get() for ", get);
	modpost_log(!warn_only, mod,
		    "%s, exported only to modules with a free userspace.\nRefer to the symbol itself.\nSee Documentation/core-api/symbol-userspace.rst\n",
		    msg);
}
