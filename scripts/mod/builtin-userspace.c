// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ask modules that are built in for what userspace.c asks modules for.
 *
 * To modpost, vmlinux.o is one object. It can't see which part of it uses a
 * symbol, nor to which module that part belongs. The objects that it was linked
 * from tell, so this program reads their symbols from nm:
 *
 *   nm -A -g built-in-fixup.a >SYMBOLS
 *   builtin-userspace .vmlinux.gated modules.builtin.modinfo <SYMBOLS
 *
 * The first file has the names of the gated symbols, from modpost. The second
 * has which code is a module, and what the modules declare. The name of the
 * module that an object belongs to is in the .cmd file of the object, where
 * scripts/generate_builtin_ranges.awk looks for it as well.
 *
 * Code that can't be a module is not asked.
 */

#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hash.h>
#include <hashtable.h>
#include <list.h>
#include <xalloc.h>
#include "declaration.h"

struct gated {
	struct hlist_node hnode;
	const char *owner;	/* the modules that define it, "" if none does */
	char name[];
};

struct use {
	struct list_head list;
	struct gated *gated;
	char object[];
};

struct object {
	struct hlist_node hnode;
	char *mods;	/* the modules that it is a part of */
	char name[];
};

struct name {
	struct list_head list;
	const char *name;
};

struct builtin {
	struct list_head list;
	struct hlist_node hnode;
	struct list_head names;
	struct module_userspace_use use;
	char *modinfo;		/* its strings, without their prefix */
	size_t modinfo_len;
	unsigned int namesakes;	/* other modules whose strings look the same */
	unsigned int declared;	/* declarations, with those of the namesakes */
	char name[];		/* path without .ko, as in modules.builtin */
};

/* What stands before the strings of a module. More than one can have it. */
struct prefix {
	struct hlist_node hnode;
	struct builtin *builtin;
	char name[];
};

static HASHTABLE_DEFINE(gated_symbols, 1U << 8);
static HASHTABLE_DEFINE(objects, 1U << 8);
static LIST_HEAD(uses);
static LIST_HEAD(builtins);
static HASHTABLE_DEFINE(builtin_paths, 1U << 10);
static HASHTABLE_DEFINE(prefixes, 1U << 10);
static bool warn_only;
static bool failed;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "builtin-userspace: %s: %s\n", what, why);
	exit(1);
}

static char *read_file(const char *name, size_t *size)
{
	size_t len = 0, room = 1 << 16;
	char *buf = xmalloc(room);
	FILE *f = fopen(name, "r");

	if (!f)
		die(name, strerror(errno));
	while (!feof(f)) {
		if (room - len < 2) {
			room *= 2;
			buf = xrealloc(buf, room);
		}
		len += fread(buf + len, 1, room - len - 1, f);
		if (ferror(f))
			die(name, strerror(errno));
	}
	fclose(f);
	buf[len] = '\0';
	if (size)
		*size = len;
	return buf;
}

static struct gated *find_gated(const char *name)
{
	struct gated *g;

	hash_for_each_possible(gated_symbols, g, hnode, hash_str(name))
		if (!strcmp(g->name, name))
			return g;
	return NULL;
}

/* Each line is a name, with those that CONFIG_TRIM_UNUSED_KSYMS drops. */
static void read_gated(const char *file)
{
	char *buf = read_file(file, NULL), *line, *pos = buf;

	while ((line = strsep(&pos, "\n"))) {
		struct gated *g;

		if (!*line)
			continue;
		g = xmalloc(sizeof(*g) + strlen(line) + 1);
		g->owner = NULL;
		strcpy(g->name, line);
		hash_add(gated_symbols, &g->hnode, hash_str(line));
	}
	free(buf);
}

static const char *basename_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static struct builtin *find_builtin(const char *path)
{
	struct builtin *b;

	hash_for_each_possible(builtin_paths, b, hnode, hash_str(path))
		if (!strcmp(b->name, path))
			return b;
	return NULL;
}

static void add_prefix(const char *name, const char *path)
{
	struct builtin *b = find_builtin(path);
	struct prefix *p;

	if (!b) {
		b = xcalloc(1, sizeof(*b) + strlen(path) + 1);
		INIT_LIST_HEAD(&b->names);
		strcpy(b->name, path);
		list_add_tail(&b->list, &builtins);
		hash_add(builtin_paths, &b->hnode, hash_str(path));
	}
	hash_for_each_possible(prefixes, p, hnode, hash_str(name))
		if (p->builtin == b && !strcmp(p->name, name))
			return;
	hash_for_each_possible(prefixes, p, hnode, hash_str(name)) {
		if (strcmp(p->name, name))
			continue;
		p->builtin->namesakes++;
		b->namesakes++;
	}

	p = xmalloc(sizeof(*p) + strlen(name) + 1);
	p->builtin = b;
	strcpy(p->name, name);
	hash_add(prefixes, &p->hnode, hash_str(name));
}

/* Is @object in the directory of the module, or in one below? */
static bool is_beside(const char *object, const struct builtin *b)
{
	return !strncmp(object, b->name, basename_of(b->name) - b->name);
}

static bool is_beside_builtin(const char *object)
{
	struct builtin *b;

	list_for_each_entry(b, &builtins, list)
		if (is_beside(object, b))
			return true;
	return false;
}

/* It can't be told whether @object is part of a module, and of which. */
static char *modfile_unknown(const char *object, const char *why)
{
	fprintf(stderr, "%s: builtin-userspace: %s: %s\n",
		warn_only ? "WARNING" : "ERROR", object, why);
	failed |= !warn_only;
	return xstrdup("");
}

/*
 * If an object is part of one module that is built in and of one that is not,
 * kbuild compiles it for the latter, without KBUILD_MODFILE. Its command @cmd has
 * the names of both. If none of them is known to be built in, it can't be told
 * whose the object is.
 */
static char *modfile_of_shared(const char *object, const char *cmd)
{
	static const char define[] = " -D__KBUILD_MODNAME=";
	const char *p = strstr(cmd, define);
	char *names, *pos, *name, *mods = NULL, *more;
	struct prefix *x;

	if (p)
		p += strlen(define);
	names = xstrndup(p ? p : "", p ? strcspn(p, " ") : 0);
	pos = names;
	while ((name = strsep(&pos, ":"))) {
		hash_for_each_possible(prefixes, x, hnode, hash_str(name)) {
			if (strcmp(x->name, name) ||
			    !is_beside(object, x->builtin))
				continue;
			if (asprintf(&more, "%s%s%s", mods ? mods : "",
				     mods ? " " : "", x->builtin->name) < 0)
				die(object, strerror(errno));
			free(mods);
			mods = more;
		}
	}
	free(names);
	return mods ? mods : modfile_unknown(object,
					     "built for a module, but part of vmlinux");
}

/*
 * The modules that @object is a part of, separated by spaces: what the command
 * that made it defines as KBUILD_MODFILE, or RUST_MODFILE. Without either it is
 * no code of a driver, as long as there are none where it is.
 */
static char *modfile(const char *object)
{
	const char *base = basename_of(object);
	char *buf, *p, *end, *cmd;

	if (asprintf(&cmd, "%.*s.%s.cmd", (int)(base - object), object,
		     base) < 0)
		die(object, strerror(errno));
	buf = read_file(cmd, NULL);
	free(cmd);
	p = strstr(buf, "-DKBUILD_MODFILE=");
	if (p) {
		p = strchr(p, '"');
		end = p ? strchr(++p, '"') : NULL;
	} else {
		p = strstr(buf, " RUST_MODFILE=");
		if (p)
			p += strlen(" RUST_MODFILE=");
		end = p ? strchr(p, ' ') : NULL;
	}
	if (p && end)
		p = xstrndup(p, end - p);
	else if (strstr(buf, " -DMODULE "))
		p = modfile_of_shared(object, buf);
	else if (is_beside_builtin(object))
		p = modfile_unknown(object,
				    "not known of which module it is a part");
	else
		p = xstrdup("");
	free(buf);
	return p;
}

/* An object may use several symbols, and one message about it is enough. */
static const char *modules_of(const char *object)
{
	struct object *o;

	hash_for_each_possible(objects, o, hnode, hash_str(object))
		if (!strcmp(o->name, object))
			return o->mods;

	o = xmalloc(sizeof(*o) + strlen(object) + 1);
	strcpy(o->name, object);
	o->mods = modfile(object);
	hash_add(objects, &o->hnode, hash_str(object));
	return o->mods;
}

/* Several objects of a module may use the same symbol. */
static void add_name(struct builtin *b, const char *name)
{
	struct name *n;

	list_for_each_entry(n, &b->names, list)
		if (n->name == name)
			return;

	n = xmalloc(sizeof(*n));
	n->name = name;
	list_add_tail(&n->list, &b->names);
	module_userspace_add_use(&b->use, name);
}

/* Is @name one of @names, which are separated by spaces? */
static bool is_among(const char *name, const char *names)
{
	size_t len = strlen(name);

	for (; *names; names += strcspn(names, " "), names += *names == ' ')
		if (strcspn(names, " ") == len && !memcmp(names, name, len))
			return true;
	return false;
}

static void add_use(const struct use *u)
{
	char *mods = xstrdup(modules_of(u->object)), *pos = mods, *name;

	while ((name = strsep(&pos, " "))) {
		struct builtin *b = find_builtin(name);

		/* What a module exports itself is no import. */
		if (b && !is_among(name, u->gated->owner))
			add_name(b, u->gated->name);
	}
	free(mods);
}

/* If nothing defines a gated symbol, not all objects have been read. */
static void check_exports(void)
{
	struct gated *g;

	hash_for_each(gated_symbols, g, hnode)
		if (!g->owner)
			die(g->name, "exported, but not defined");
}

/*
 * In a thin archive, llvm-nm names an object as seen from the directory of the
 * archive, while GNU nm does it as seen from here.
 */
static char *object_path(const char *archive, const char *object)
{
	size_t dir_len = basename_of(archive) - archive;
	char *path;

	if (!strncmp(object, archive, dir_len))
		dir_len = 0;
	if (asprintf(&path, "%.*s%s", (int)dir_len, archive, object) < 0)
		die(object, strerror(errno));
	return path;
}

/*
 * Lines are "archive:object: [value] type name". Where a function has a descriptor
 * of its name (ppc64 with ELFv1), its code is called ".name".
 */
static void read_symbols(FILE *f)
{
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, f) > 0) {
		char *name, *object, *end, type;
		struct gated *g;
		struct use *u;

		line[strcspn(line, "\n")] = '\0';
		name = strrchr(line, ' ');
		if (!name || name - line < 2)
			continue;
		g = find_gated(name + 1 + (name[1] == '.'));
		if (!g)
			continue;

		type = name[-1];
		object = strchr(line, ':');
		end = object ? strchr(++object, ':') : NULL;
		if (!end)
			die(line, "not understood");
		object[-1] = '\0';
		*end = '\0';
		object = object_path(line, object);

		/* The weak definition of a user may be lost to the real one. */
		if (!strchr("Uwv", type) &&
		    (!g->owner || !strchr("WV", type)))
			g->owner = modules_of(object);
		if (strchr("UwvWV", type)) {
			u = xmalloc(sizeof(*u) + strlen(object) + 1);
			u->gated = g;
			strcpy(u->object, object);
			list_add_tail(&u->list, &uses);
		}
		free(object);
	}
	if (ferror(f))
		die("the symbols", strerror(errno));
	free(line);
}

/* Does @s start with the tag of a declaration? */
static bool is_declaration(const char *s)
{
	return !strncmp(s, MODULE_USERSPACE_TAG, MODULE_USERSPACE_TAG_LEN);
}

/*
 * Give @s, a declaration or what a NUL has cut off one, to the module of each name
 * in @names.
 */
static void add_string(const char *names, size_t names_len,
		       const char *s, size_t len)
{
	char *copy = xstrndup(names, names_len), *pos = copy, *name;
	struct prefix *p;

	while ((name = strsep(&pos, ":"))) {
		hash_for_each_possible(prefixes, p, hnode, hash_str(name)) {
			struct builtin *b = p->builtin;

			if (strcmp(p->name, name))
				continue;
			b->modinfo = xrealloc(b->modinfo, b->modinfo_len + len);
			memcpy(b->modinfo + b->modinfo_len, s, len);
			b->modinfo_len += len;
			b->declared += is_declaration(s);
		}
	}
	free(copy);
}

/*
 * A string <name>.file=<path> is in each module, and only there: modules.builtin
 * is made of them. If an object is part of more than one module, there are as
 * many names, separated by colons, and as many paths. The name need not be that
 * of the file: '-' and ',' are replaced by '_', and in Rust it is written down.
 */
static void add_module(const char *file, const char *s, size_t len)
{
	char *copy = xstrndup(s, len), *names = copy, *paths = strchr(copy, '.');

	*paths = '\0';
	paths += strlen(".file=");
	while (names && paths)
		add_prefix(strsep(&names, ":"), strsep(&paths, " "));
	if (names || paths)
		die(file, "a string is not understood");
	free(copy);
}

/* The length of "<name>." in front of a string, or of "<name>:<name>." */
static size_t prefix_len(const char *s)
{
	size_t len = 0;

	while (isalnum((unsigned char)s[len]) || s[len] == '_' || s[len] == ':')
		len++;
	return s[len] == '.' ? len + 1 : 0;
}

/*
 * modules.builtin.modinfo has the strings of all modules, with "<name>." before
 * each. What comes behind a declaration and is no string of a module has been cut
 * off by a NUL, and goes with it; a last one that is not terminated stays like
 * that.
 */
static void read_modinfo(const char *file)
{
	size_t size, pos, len, prefix, owner_len = 0;
	char *buf = read_file(file, &size);
	const char *owner = NULL;	/* of the string before this one */
	const char *s;

	for (pos = 0; pos < size; pos += len + 1) {
		s = buf + pos;
		len = strnlen(s, size - pos);
		prefix = prefix_len(s);
		if (prefix && !strncmp(s + prefix, "file=", 5))
			add_module(file, s, len);
	}

	for (pos = 0; pos < size; pos += len + 1) {
		size_t nul;

		s = buf + pos;
		len = strnlen(s, size - pos);
		if (!len)
			continue;
		nul = pos + len < size;
		prefix = prefix_len(s);
		if (prefix && is_declaration(s + prefix)) {
			owner = s;
			owner_len = prefix - 1;
			add_string(s, prefix - 1, s + prefix, len + nul - prefix);
		} else if (owner && !module_userspace_is_modinfo(s + prefix,
								 len - prefix)) {
			add_string(owner, owner_len, s, len + nul);
		} else {
			owner = NULL;
		}
	}
	free(buf);
}

static void check(const struct builtin *b)
{
	struct module_userspace us;
	char msg[MODULE_USERSPACE_MSG_LEN];
	const char *text;

	module_userspace_scan(&us, b->modinfo, b->modinfo_len);
	if (us.verdict == MODULE_USERSPACE_NONE &&
	    module_userspace_none_known(basename_of(b->name)))
		return;

	/* A typo must not wait for the first use. */
	if (b->use.nr ? !module_userspace_may_use(&us, true) :
			module_userspace_is_bad(&us))
		text = module_userspace_message(msg, sizeof(msg), &us, &b->use);
	else if (b->use.nr && b->declared <= b->namesakes)
		text = "another module that is built in has the same name, so each of them has to declare a free userspace.\n"
		       MODULE_USERSPACE_PAGE;
	else
		return;

	fprintf(stderr, "%s: modpost: %s (built in): %s\n",
		warn_only ? "WARNING" : "ERROR", b->name, text);
	failed |= !warn_only;
}

int main(int argc, char **argv)
{
	struct builtin *b;
	struct use *u;

	if (argc > 1 && !strcmp(argv[1], "-U")) {
		warn_only = true;
		argv++;
		argc--;
	}
	if (argc != 3) {
		fprintf(stderr, "usage: builtin-userspace [-U] GATED MODINFO <SYMBOLS\n");
		return 1;
	}

	read_gated(argv[1]);
	read_modinfo(argv[2]);
	read_symbols(stdin);
	check_exports();
	list_for_each_entry(u, &uses, list)
		add_use(u);

	list_for_each_entry(b, &builtins, list)
		check(b);

	return failed;
}
