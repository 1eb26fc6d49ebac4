// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refuse modules that use symbols exported with EXPORT_SYMBOL_USERSPACE_GPL()
 * and do not declare a free userspace.
 *
 * The declarations of a module are in a section that its link discards. Those
 * that are valid go into its .mod.c file as the modinfo tag "userspace", and the
 * module loader asks for no more than that tag. So nothing else may write it:
 * see report_hand_written().
 */

#include <string.h>

#include <list.h>
#include <xalloc.h>
#include "modpost.h"

struct declaration {
	struct list_head list;
	char text[];
};

static void report(struct module *mod, bool is_error)
{
	char msg[MODULE_USERSPACE_MSG_LEN];

	modpost_log(is_error, mod, "%s\n",
		    module_userspace_message(msg, sizeof(msg), &mod->userspace,
					     &mod->userspace_use));
}

/*
 * A tag that modpost did not write would get a module past the module loader,
 * and so would an "intree" tag, if what it uses is lent. No option relaxes this:
 * what is built with it could be loaded by a kernel that refuses.
 */
static void report_hand_written(struct module *mod)
{
	modpost_log(true, mod,
		    "has a modinfo tag \"%s\" that modpost did not write, and uses symbols that are, or may be, exported only to modules with a free userspace.\n"
		    "Remove the tag, and declare with MODULE_USERSPACE().\n"
		    MODULE_USERSPACE_PAGE "\n",
		    mod->own_userspace_tag ? "userspace" : "intree");
}

/* The module loader counts these exports as gated, see lends_userspace_symbols() */
static void report_lending(struct module *mod)
{
	char msg[MODULE_USERSPACE_MSG_LEN];
	size_t pos = 0;

	module_userspace_append_use(msg, sizeof(msg), &pos, "exports ",
				    &mod->exports_other);
	modpost_log(false, mod,
		    "%s, and uses symbols exported only to modules with a free userspace.\n"
		    "To other out-of-tree modules its exports count as such, however they are exported.\n"
		    MODULE_USERSPACE_PAGE "\n", msg);
}

static void add_declaration(struct module *mod, const char *text)
{
	struct declaration *d;

	list_for_each_entry(d, &mod->declarations, list)
		if (!strcmp(d->text, text))
			return;

	d = xmalloc(sizeof(*d) + strlen(text) + 1);
	strcpy(d->text, text);
	list_add_tail(&d->list, &mod->declarations);
}

/**
 * userspace_read - read the declarations of a module
 * @mod: the module
 * @info: its ELF file, not needed any more when this returns
 */
void userspace_read(struct module *mod, const struct elf_info *info)
{
	const char *s = info->userspace, *end = s + info->userspace_len;
	const struct declaration *d;
	size_t len = 0;

	module_userspace_scan(&mod->userspace, info->userspace,
			      info->userspace_len);
	if (module_userspace_is_bad(&mod->userspace))
		return;

	/* The scan has seen that a NUL ends the last one. */
	for (; s < end; s += strlen(s) + 1) {
		if (strstarts(s, MODULE_USERSPACE_TAG))
			add_declaration(mod, s + MODULE_USERSPACE_TAG_LEN);
		else if (*s)
			module_userspace_fault(&mod->userspace,
					       MODULE_USERSPACE_STRAY, "", 0);
	}

	list_for_each_entry(d, &mod->declarations, list)
		len += strlen(d->text) + 1;
	if (len > MODULE_USERSPACE_MAX_ALL)
		module_userspace_fault(&mod->userspace,
				       MODULE_USERSPACE_TOO_MANY, "", 0);
}

/*
 * Out of tree, "library" is not for a driver to hide behind: the module has to
 * export a gated symbol, or to use nothing but what other modules lend. In tree,
 * also if that is built with M=, it is left to review.
 */
static bool may_be_library(const struct module *mod, bool intree)
{
	const struct module_userspace_use *use = &mod->userspace_use;

	return intree || mod->exports_userspace ||
	       (use->nr && use->nr == use->nr_lent &&
		!mod->uses_unknown && !mod->uses_symbol_get);
}

/**
 * userspace_check - check a module when all that it uses is known
 * @mod: the module
 * @intree: the sources of the module are part of the kernel tree
 * @external: it is built with M=, so it is out of tree to the module loader
 * @warn_only: warn where it would be refused
 *
 * Prints one message at the most. A declaration that is not valid is an error
 * even if nothing asks for it: a typo must not wait for its first use.
 */
void userspace_check(struct module *mod, bool intree, bool external,
		     bool warn_only)
{
	const struct module_userspace_use *use = &mod->userspace_use;
	bool uses_unknown = mod->uses_unknown || mod->uses_symbol_get;
	bool may_use, none = mod->userspace.verdict == MODULE_USERSPACE_NONE;
	/* Sources of the tree don't know that M= has built what they use. */
	bool excused = intree && use->nr == use->nr_lent;

	if ((mod->own_userspace_tag || (external && mod->own_intree_tag)) &&
	    (use->nr || mod->uses_external || uses_unknown)) {
		report_hand_written(mod);
		return;
	}

	may_use = module_userspace_may_use(&mod->userspace,
					   may_be_library(mod, intree));
	if (may_use)
		mod->write_userspace_tag = true;
	else if (!external && none &&
		 module_userspace_none_known(get_basename(mod->name)))
		mod->write_userspace_none = use->nr;
	else if (module_userspace_is_bad(&mod->userspace))
		report(mod, !warn_only);
	else if (use->nr || (uses_unknown && mod->userspace.nr))
		report(mod, !warn_only && !excused);

	mod->lacks_userspace = none && use->nr && !excused &&
			       !mod->write_userspace_none;

	if (may_use && external && !intree && mod->is_lender &&
	    mod->exports_other.nr)
		report_lending(mod);
}

/**
 * userspace_check_vmlinux - check what built-in code asks symbol_get() for
 * @mod: vmlinux
 * @warn_only: warn where it would be refused
 *
 * The module loader gives it no gated symbol: it can't know what the code that
 * asks declares, and such code can refer to the symbol itself.
 */
void userspace_check_vmlinux(struct module *mod, bool warn_only)
{
	char msg[MODULE_USERSPACE_MSG_LEN];
	size_t pos = 0;

	if (!mod->userspace_use.nr)
		return;

	module_userspace_append_use(msg, sizeof(msg), &pos,
				    "uses symbol_get() for ",
				    &mod->userspace_use);
	modpost_log(!warn_only, mod,
		    "%s, exported only to modules with a free userspace.\n"
		    "Code that is built in has to refer to the symbol itself.\n"
		    MODULE_USERSPACE_PAGE "\n", msg);
}

/**
 * userspace_write - write the tag that the module loader asks for
 * @buf: the .mod.c file
 * @mod: the module, userspace_check() has been called for it
 */
void userspace_write(struct buffer *buf, const struct module *mod)
{
	const struct declaration *d;

	if (mod->write_userspace_none)
		buf_printf(buf, "\nMODULE_INFO(userspace, \"none known\");\n");
	if (!mod->write_userspace_tag)
		return;

	buf_printf(buf, "\n");
	list_for_each_entry(d, &mod->declarations, list) {
		buf_printf(buf, "MODULE_INFO(userspace, \"");
		/* No declaration that is valid has a '"' or a '\\'. */
		buf_write(buf, d->text, strlen(d->text));
		buf_printf(buf, "\");\n");
	}
}
