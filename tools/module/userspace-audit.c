// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which modules would a kernel refuse that exports symbols only to modules with
 * a free userspace, and because of what?
 *
 * The verdicts are those of the module loader, see "What checks what" in
 * Documentation/core-api/symbol-userspace-maintainers.rst. This reads files:
 * nothing is loaded, and no special rights are needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <fts.h>
#include <getopt.h>
#include <json-c/json.h>
#include <libelf.h>
#include <libkmod.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <linux/compiler.h>
#include <linux/hashtable.h>
#include <linux/kernel.h>

#include "../../include/linux/license.h"
#include "module-reader.h"
#include "source-build.h"

#ifndef AUDIT_LIST
#define AUDIT_LIST	"/usr/share/userspace-audit/userspace-audit.list"
#endif

enum verdict {
	UNCONCERNED,
	ACCEPTED,
	NONE_KNOWN,
	NAMES_UNKNOWN,
	REFUSED,
	LENT,
	GPL_INCOMPATIBLE,
	UNREADABLE,
	NR_VERDICTS
};

static const struct {
	const char *word, *text;
} verdicts[NR_VERDICTS] = {
	[UNCONCERNED]	   = { "unconcerned", "use no gated symbol" },
	[ACCEPTED]	   = { "accepted", "accepted" },
	[NONE_KNOWN]	   = { "none-known", "accepted, no free userspace known" },
	[NAMES_UNKNOWN]	   = { "names-unknown", "use symbol_get(), of what is not known" },
	[REFUSED]	   = { "refused", "refused, declare no free userspace" },
	[LENT]		   = { "lent", "refused for what another module lends" },
	[GPL_INCOMPATIBLE] = { "gpl-incompatible", "refused, not compatible with the GPL" },
	[UNREADABLE]	   = { "unreadable", "could not be read" },
};

/* A name, once: imports and exports point to it. */
struct symbol {
	struct hlist_node node;
	struct module **owners;		/* out of tree, or not GPL-compatible */
	unsigned int nr_owners;
	bool gated;
	bool via_inline;		/* see read_list_line() */
	char *lender;			/* according to Module.symvers */
	char name[];
};

struct import {
	struct symbol *sym;
	bool is_weak;
};

struct module {
	char *path, *name, *why;	/* why it could not be read */
	struct import *imports;
	struct symbol **exports;
	unsigned int nr_imports, nr_exports;
	bool is_vmlinux, is_object, flags_missing;
	bool intree, declared, none_known, proprietary;
	bool symbol_get, tolerated;
	struct uses {
		bool gated, lent;
		bool tainted;		/* proprietary, or takes of one that is */
		bool misses;		/* what is only for GPL-compatible ones */
	} uses;
	struct source *source;		/* that it was built from, or could not be */
	enum verdict verdict;
};

/* What the series declares for the modules of the tree */
struct listed {
	char *name;
	bool none_known;
};

struct rule {
	char *module, *verdict;
	bool used;
};

static DEFINE_HASHTABLE(symbols, 16);
static struct module *modules;
static size_t nr_modules;
static struct listed *listed;
static size_t nr_listed;
static struct rule *rules;
static size_t nr_rules;
static struct source *sources;
static size_t nr_sources;
static char *release, *other_release;	/* of the modules of the tree */
static bool kernel_has_series, trouble;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t progress = PTHREAD_COND_INITIALIZER;
static size_t next_module, done_modules;

static size_t limit = 1UL << 30;
static enum { TABLE, TSV, JSON } format;
static bool all;

static void __noreturn __printf(1, 2) die(const char *fmt, ...)
{
	va_list args;

	fputs("userspace-audit: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

static void *check(void *p)
{
	if (!p)
		die("out of memory");
	return p;
}

/* Room for one more; the array grows when its number is a power of two. */
static void *one_more(void *array, size_t nr, size_t size)
{
	if (nr & (nr - 1))
		return array;
	return check(reallocarray(array, nr ? 2 * nr : 1, size));
}

/* Bytes that are no text of one line, as \xNN; the caller frees it. */
static char *printable(const char *s)
{
	const unsigned char *c = (const unsigned char *)s;
	char *out = check(malloc(4 * strlen(s) + 1)), *p = out;

	for (; *c; c++) {
		if (*c >= ' ' && *c <= '~' && *c != '\\')
			*p++ = *c;
		else
			p += sprintf(p, *c == '\\' ? "\\\\" : "\\x%02x", *c);
	}
	*p = '\0';
	return out;
}

static void complain(const char *path, const char *why)
{
	char *text = printable(path);

	fprintf(stderr, "userspace-audit: %s: %s\n", text, why);
	free(text);
	trouble = true;
}

/* Symbols */

static struct symbol *symbol(const char *name)
{
	size_t len = strlen(name);
	u32 key = crc32(0, (const Bytef *)name, len);
	struct symbol *sym;

	hash_for_each_possible(symbols, sym, node, key)
		if (!strcmp(sym->name, name))
			return sym;
	sym = check(calloc(1, sizeof(*sym) + len + 1));
	memcpy(sym->name, name, len);
	hash_add(symbols, &sym->node, key);
	return sym;
}

static void gate(const char *name)
{
	symbol(name)->gated = true;
}

/* The name that the kernel gives a module whose .modinfo has none */
static char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = check(strdup(slash ? slash + 1 : path));
	char *c = strstr(name, ".ko") ?: strstr(name, ".o");

	if (c)
		*c = '\0';
	for (c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	return name;
}

/* Where the gated names come from */

/*
 * A line of Module.symvers: CRC, symbol, module, class, namespace. The one
 * place that knows the classes. False if it is no such line.
 */
static bool read_symvers_line(char *line)
{
	static const char *const plain[] = {
		"EXPORT_SYMBOL", "EXPORT_SYMBOL_GPL",
	};
	char *field[5] = { };
	struct symbol *sym;
	unsigned int i;

	for (i = 0; i < 5 && line; i++)
		field[i] = strsep(&line, "\t");
	if (!field[3] || strncmp(field[0], "0x", 2))
		return false;
	if (!strcmp(field[3], "EXPORT_SYMBOL_USERSPACE_GPL")) {
		gate(field[1]);
		kernel_has_series = true;
		return true;
	}
	if (!strcmp(field[3], "EXPORT_SYMBOL_LENT") ||
	    !strcmp(field[3], "EXPORT_SYMBOL_GPL_LENT")) {
		sym = symbol(field[1]);
		free(sym->lender);
		sym->lender = name_of(field[2]);
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(plain); i++)
		if (!strcmp(field[3], plain[i]))
			return true;
	return false;
}

/*
 * A line of the list that the series ships: what it is, a tab, the name. A symbol
 * that is also "inline" is used by an inline function of a kernel without the
 * series, which is a function that is not gated in one that has it: who uses no
 * other one is not concerned.
 */
static bool read_list_line(char *line)
{
	char *what = strsep(&line, "\t"), *c;

	if (!line || !*line)
		return false;
	if (!strcmp(what, "gated")) {
		gate(line);
		return true;
	}
	if (!strcmp(what, "inline")) {
		symbol(line)->via_inline = true;
		return true;
	}
	if (strcmp(what, "declared") && strcmp(what, "none-known"))
		return false;
	for (c = line; *c; c++)
		if (*c == '-')
			*c = '_';
	listed = one_more(listed, nr_listed, sizeof(*listed));
	listed[nr_listed++] = (struct listed){
		check(strdup(line)), !strcmp(what, "none-known")
	};
	return true;
}

static bool read_rule(char *line)
{
	char *module = strsep(&line, " \t");

	rules = one_more(rules, nr_rules, sizeof(*rules));
	rules[nr_rules++] = (struct rule){
		.module = check(strdup(module)),
		.verdict = check(strdup(line ? line : "*")),
	};
	return true;
}

static void read_lines(const char *path, bool (*read_line)(char *line))
{
	FILE *f = fopen(path, "r");
	unsigned int nr = 0, understood = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!f)
		die("%s: %s", path, strerror(errno));
	while ((len = getline(&line, &size, f)) > 0) {
		nr++;
		if (line[len - 1] == '\n')
			line[--len] = '\0';
		if (strlen(line) != (size_t)len)
			die("%s:%u: a NUL in it", path, nr);
		if (!*line || *line == '#')
			continue;
		if (!read_line(line))
			die("%s:%u: not understood", path, nr);
		understood++;
	}
	if (ferror(f))
		die("%s: %s", path, strerror(errno));
	/* What a build that was stopped has left. */
	if (!understood)
		die("%s: nothing in it", path);
	free(line);
	fclose(f);
}

/* Module.symvers, vmlinux, or a list in the form of the one that is shipped */
static void read_gated(const char *path)
{
	char magic[4] = "";
	struct module_file file;
	struct reader *r;
	const char *why;
	size_t i;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || pread(fd, magic, sizeof(magic), 0) < 0)
		die("%s: %s", path, strerror(errno));
	if (!memcmp(magic, ELFMAG, SELFMAG)) {
		r = check(reader_new(limit));
		why = read_module(r, fd, &file);
		if (why)
			die("%s: %s", path, why);
		for (i = 0; i < file.gated.nr; i++)
			gate(file.gated.name[i].text);
		kernel_has_series |= file.gated.nr;
		reader_free(r);
	} else if (!memcmp(magic, "0x", 2)) {
		read_lines(path, read_symvers_line);
	} else {
		read_lines(path, read_list_line);
	}
	close(fd);
}

/* The list that is shipped; it may lie beside the program as well. */
static void read_shipped(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);
	char *slash;

	if (n > 0) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		strcpy(slash ? slash + 1 : path, "userspace-audit.list");
		if (!access(path, R_OK)) {
			read_gated(path);
			return;
		}
	}
	read_gated(AUDIT_LIST);
}

/*
 * What the headers of a kernel among @paths, or @kernel, say, if it has the
 * series, or else the list that is shipped.
 */
static void find_gated(char **paths, const char *kernel)
{
	char *path;

	for (; *paths; paths++) {
		if (asprintf(&path, "%s/build/Module.symvers", *paths) < 0)
			die("out of memory");
		if (!access(path, R_OK))
			read_gated(path);
		free(path);
	}
	if (kernel) {
		if (asprintf(&path, "%s/Module.symvers", kernel) < 0)
			die("out of memory");
		if (!access(path, R_OK))
			read_gated(path);
		free(path);
	}
	if (!kernel_has_series)
		read_shipped();
}

/* Which files */

static void add_module(const char *path, const char *why)
{
	modules = one_more(modules, nr_modules, sizeof(*modules));
	modules[nr_modules++] = (struct module){
		.path = check(strdup(path)),
		.why = why ? check(strdup(why)) : NULL,
	};
}

static bool has_suffix(const char *name)
{
	static const char *const suffixes[] = {
		".ko", ".ko.gz", ".ko.xz", ".ko.zst",
	};
	size_t len = strlen(name), n, i;

	for (i = 0; i < ARRAY_SIZE(suffixes); i++) {
		n = strlen(suffixes[i]);
		if (len > n && !strcmp(name + len - n, suffixes[i]))
			return true;
	}
	return false;
}

static void add_path(char *path)
{
	char *const paths[] = { path, NULL };
	struct stat st;
	FTSENT *e;
	FTS *fts;

	if (stat(path, &st)) {
		add_module(path, strerror(errno));
		return;
	}
	if (!S_ISDIR(st.st_mode)) {
		add_module(path, NULL);
		return;
	}
	fts = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
	if (!fts)
		die("%s: %s", path, strerror(errno));
	while ((e = fts_read(fts))) {
		switch (e->fts_info) {
		case FTS_D:
		case FTS_DP:
			break;
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS:
			add_module(e->fts_path, strerror(e->fts_errno));
			break;
		default:
			if (has_suffix(e->fts_name))
				add_module(e->fts_path, NULL);
		}
	}
	if (errno)
		die("%s: %s", path, strerror(errno));
	fts_close(fts);
}

static void add_running(void)
{
	struct kmod_ctx *ctx = check(kmod_new(NULL, NULL));
	struct kmod_list *list = NULL, *pos;
	struct kmod_module *mod;
	const char *path;

	if (kmod_module_new_from_loaded(ctx, &list) < 0)
		die("/proc/modules could not be read");
	kmod_list_foreach(pos, list) {
		mod = kmod_module_get_module(pos);
		path = kmod_module_get_path(mod);
		if (path)
			add_module(path, NULL);
		else
			add_module(kmod_module_get_name(mod),
				   "is loaded, and has no file under /lib/modules");
		kmod_module_unref(mod);
	}
	kmod_module_unref_list(list);
	kmod_unref(ctx);
}

/* The headers of the kernel that runs */
static char *running_kernel(void)
{
	struct utsname uts;
	char *path;

	if (uname(&uts) ||
	    asprintf(&path, "/lib/modules/%s/build", uts.release) < 0)
		die("out of memory");
	return path;
}

/*
 * What modpost has not made a module of: there is an object file of each, in
 * which at least its license and its imports are as they will be.
 */
static void add_objects(struct source *s)
{
	char *const paths[] = { s->result, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	size_t before = nr_modules;
	FTSENT *e;
	char *end;

	while (fts && (e = fts_read(fts))) {
		end = e->fts_path + e->fts_pathlen - strlen(".mod");
		if (e->fts_info != FTS_F || end < e->fts_path ||
		    strcmp(end, ".mod"))
			continue;
		strcpy(end, ".o");
		add_module(e->fts_path,
			   access(e->fts_path, R_OK) ? s->error : NULL);
	}
	if (fts)
		fts_close(fts);
	if (nr_modules == before)
		add_module(s->dir, s->error);
}

static void add_source(struct source *s, const char *kernel)
{
	size_t i = nr_modules;

	/* The last part of it is the name. */
	while (strlen(s->dir) > 1 && s->dir[strlen(s->dir) - 1] == '/')
		s->dir[strlen(s->dir) - 1] = '\0';
	source_build(s, kernel);
	if (!s->error)
		add_path(s->result);
	else if (s->result)
		add_objects(s);
	else
		add_module(s->dir, s->error);
	for (; i < nr_modules; i++)
		modules[i].source = s;
}

/* The directory in which they were built is nobody's business. */
static void name_sources(void)
{
	struct module *m;
	const char *root;
	char *path;

	for (m = modules; m < modules + nr_modules; m++) {
		root = m->source ? m->source->result : NULL;
		if (!root || strncmp(m->path, root, strlen(root)))
			continue;
		if (asprintf(&path, "%s%s", m->source->dir,
			     m->path + strlen(root)) < 0)
			die("out of memory");
		free(m->path);
		m->path = path;
	}
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct module *)a)->path,
		      ((const struct module *)b)->path);
}

static void sort_modules(void)
{
	size_t i, nr = 0;

	if (nr_modules)
		qsort(modules, nr_modules, sizeof(*modules), by_path);
	for (i = 0; i < nr_modules; i++) {
		if (nr && !strcmp(modules[nr - 1].path, modules[i].path)) {
			free(modules[i].path);
			free(modules[i].why);
		} else {
			modules[nr++] = modules[i];
		}
	}
	nr_modules = nr;
}

/* Read them */

static struct import *imports(const struct names *names)
{
	struct import *list = check(malloc(names->nr * sizeof(*list) + 1));
	size_t i;

	for (i = 0; i < names->nr; i++)
		list[i] = (struct import){ symbol(names->name[i].text),
					   names->name[i].is_weak };
	return list;
}

static struct symbol **exports(const struct names *names)
{
	struct symbol **list = check(malloc(names->nr * sizeof(*list) + 1));
	size_t i;

	for (i = 0; i < names->nr; i++)
		list[i] = symbol(names->name[i].text);
	return list;
}

/* Modules of the tree are for one kernel, and only that one knows them. */
static void note_release(const char *vermagic)
{
	size_t len = strcspn(vermagic, " ");

	if (!release)
		release = check(strndup(vermagic, len));
	else if (!other_release && (strlen(release) != len ||
				    strncmp(release, vermagic, len)))
		other_release = check(strndup(vermagic, len));
}

static void take(struct module *m, const struct module_file *file)
{
	static const char *const offenders[] = { "driverloader", "lve" };
	size_t i;

	m->name = file->name ? check(strdup(file->name)) : name_of(m->path);
	m->is_vmlinux = file->is_vmlinux;
	m->is_object = file->is_object;
	m->flags_missing = file->exports.nr && !file->has_flags;
	m->intree = file->is_intree;
	m->declared = file->is_declared;
	m->none_known = file->is_none_known;
	m->proprietary = !file->license ||
			 !license_is_gpl_compatible(file->license);
	/* As module_license_offenders[] in kernel/module/main.c */
	for (i = 0; i < ARRAY_SIZE(offenders); i++)
		m->proprietary |= !strcmp(m->name, offenders[i]);

	if (m->intree && file->vermagic)
		note_release(file->vermagic);

	m->imports = imports(&file->imports);
	m->nr_imports = file->imports.nr;
	for (i = 0; i < file->gated.nr; i++)
		gate(file->gated.name[i].text);
	kernel_has_series |= file->gated.nr;
	if (m->is_vmlinux || (m->intree && !m->proprietary))
		return;
	m->exports = exports(&file->exports);
	m->nr_exports = file->exports.nr;
}

static void read_one(struct module *m, struct reader *r)
{
	int fd = open(m->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct module_file file;
	const char *why = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		why = "not a regular file";
	else
		why = read_module(r, fd, &file);
	if (!why && file.is_object && !m->source)
		why = "an object file, but no module";

	pthread_mutex_lock(&lock);
	if (why)
		m->why = check(strdup(why));
	else
		take(m, &file);
	pthread_mutex_unlock(&lock);
	if (fd >= 0)
		close(fd);
}

static void *worker(void *unused)
{
	struct reader *r = check(reader_new(limit));
	size_t i;

	for (;;) {
		i = __atomic_fetch_add(&next_module, 1, __ATOMIC_RELAXED);
		if (i >= nr_modules)
			break;
		if (!modules[i].why && !modules[i].name)
			read_one(&modules[i], r);
		if (__atomic_add_fetch(&done_modules, 1, __ATOMIC_RELEASE) ==
		    nr_modules) {
			pthread_mutex_lock(&lock);
			pthread_cond_signal(&progress);
			pthread_mutex_unlock(&lock);
		}
	}
	reader_free(r);
	return unused;
}

/* On a terminal, say how far it is; not before it has taken a second. */
static void show_progress(void)
{
	struct timespec until;
	bool shown = false;

	if (!isatty(STDERR_FILENO))
		return;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	pthread_mutex_lock(&lock);
	while (__atomic_load_n(&done_modules, __ATOMIC_ACQUIRE) < nr_modules) {
		if (pthread_cond_timedwait(&progress, &lock, &until) !=
		    ETIMEDOUT)
			continue;
		fprintf(stderr, "\r%zu of %zu modules", done_modules,
			nr_modules);
		shown = true;
		until.tv_nsec += 200000000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
	}
	pthread_mutex_unlock(&lock);
	if (shown)
		fputs("\r\033[K", stderr);
}

static void read_all(unsigned int jobs)
{
	pthread_t *threads;
	unsigned int i, nr = 0;

	if (jobs > nr_modules)
		jobs = nr_modules;
	threads = check(calloc(jobs + 1, sizeof(*threads)));
	while (nr < jobs && !pthread_create(&threads[nr], NULL, worker, NULL))
		nr++;
	if (nr)
		show_progress();
	else
		worker(NULL);
	for (i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
	free(threads);
}

/* Judge them */

static const struct listed *find_listed(const char *name)
{
	size_t i;

	for (i = 0; i < nr_listed; i++)
		if (!strcmp(listed[i].name, name))
			return &listed[i];
	return NULL;
}

static void set_owners(void)
{
	struct symbol *sym;
	struct module *m;
	unsigned int j;

	for (m = modules; m < modules + nr_modules; m++) {
		for (j = 0; j < m->nr_exports; j++) {
			sym = m->exports[j];
			sym->owners = one_more(sym->owners, sym->nr_owners,
					       sizeof(*sym->owners));
			sym->owners[sym->nr_owners++] = m;
		}
	}
}

/*
 * An out-of-tree module that uses gated symbols, or may ask symbol_get() for
 * them, lends what it exports, in so far as that is not gated anyway. Returns
 * who lends this one, or NULL.
 */
static const char *lender(const struct symbol *sym)
{
	const struct module *m;
	unsigned int i;

	if (sym->gated)
		return NULL;
	for (i = 0; i < sym->nr_owners; i++) {
		m = sym->owners[i];
		if (!m->intree && (m->uses.gated || m->uses.lent ||
				   (m->symbol_get && m->declared)))
			return m->name;
	}
	return sym->lender;
}

static bool is_tainted(const struct symbol *sym)
{
	unsigned int i;

	for (i = 0; i < sym->nr_owners; i++)
		if (sym->owners[i]->uses.tainted)
			return true;
	return false;
}

/*
 * One round; true if another one may find more. The order counts, as in
 * resolve_symbol() and inherit_taint() in kernel/module/main.c: who takes of a
 * proprietary module finds no GPL-only symbol from then on, and the other way
 * round. What is not found is no obstacle to a weak reference, which is none
 * then; what is found and refused is.
 */
static bool judge_imports(struct module *m)
{
	struct uses uses = { .tainted = m->proprietary };
	const struct import *i;
	bool gated, changed;

	for (i = m->imports; i < m->imports + m->nr_imports; i++) {
		gated = i->sym->gated &&
			(kernel_has_series || !i->sym->via_inline);
		if (gated || lender(i->sym)) {
			if (uses.tainted) {
				uses.misses |= !i->is_weak;
				continue;
			}
			uses.gated |= gated;
			uses.lent |= !gated;
		}
		if (uses.tainted || !is_tainted(i->sym))
			continue;
		if (uses.gated || uses.lent)
			uses.misses |= !i->is_weak;
		else
			uses.tainted = true;
	}
	changed = memcmp(&uses, &m->uses, sizeof(uses));
	m->uses = uses;
	return changed;
}

static enum verdict judge(struct module *m)
{
	const struct listed *l;

	if (m->why)
		return UNREADABLE;
	if (m->uses.misses)
		return GPL_INCOMPATIBLE;
	if (!m->uses.gated && !m->uses.lent)
		return m->symbol_get ? NAMES_UNKNOWN : UNCONCERNED;
	if (m->none_known)
		return NONE_KNOWN;
	if (m->declared || (m->intree && !m->uses.gated))
		return ACCEPTED;
	/* What the series would declare for the modules of this kernel */
	l = m->intree && !kernel_has_series ? find_listed(m->name) : NULL;
	if (l)
		return l->none_known ? NONE_KNOWN : ACCEPTED;
	return m->uses.gated ? REFUSED : LENT;
}

static bool is_refused(const struct module *m)
{
	return m->verdict == REFUSED || m->verdict == LENT ||
	       m->verdict == GPL_INCOMPATIBLE;
}

static void tolerate(struct module *m)
{
	size_t i;

	for (i = 0; i < nr_rules && is_refused(m); i++) {
		if (fnmatch(rules[i].module, m->name, 0) ||
		    fnmatch(rules[i].verdict, verdicts[m->verdict].word, 0))
			continue;
		m->tolerated = true;
		rules[i].used = true;
	}
}

static void cannot_judge(struct module *m, const char *why)
{
	m->why = check(strdup(why));
	m->verdict = UNREADABLE;
}

/*
 * Each kernel that has the series has __kflagstab, so a module that lacks it
 * was built for another one. What is refused anyway is so when it is rebuilt.
 */
static void check_flags(struct module *m)
{
	if (kernel_has_series && m->flags_missing && !m->why && !is_refused(m))
		cannot_judge(m, "exports without __kflagstab");
}

/* Of what modpost has not seen, only the license is sure. */
static void check_object(struct module *m)
{
	if (m->is_object && !m->why && m->verdict != GPL_INCOMPATIBLE)
		cannot_judge(m, m->source->error);
}

static void judge_all(void)
{
	struct symbol *get = symbol("__symbol_get");
	struct module *m, *end = modules + nr_modules;
	size_t round = 0;
	bool again = true;
	unsigned int j;

	set_owners();
	for (m = modules; m < end; m++)
		for (j = 0; j < m->nr_imports; j++)
			m->symbol_get |= m->imports[j].sym == get;
	/* Modules in a ring can't be loaded, and need not come to an end. */
	while (again && round++ <= nr_modules) {
		again = false;
		for (m = modules; m < end; m++)
			again |= judge_imports(m);
	}
	for (m = modules; m < end; m++) {
		m->verdict = judge(m);
		check_flags(m);
		check_object(m);
		tolerate(m);
	}
}

/* Say it */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The gated and lent symbols of a module, or who lends them; sorted, once. */
static size_t uses_of(const struct module *m, bool lenders, const char ***list)
{
	const struct symbol *sym;
	const char **names = NULL, *from;
	size_t nr = 0, i, once = 0;

	for (i = 0; i < m->nr_imports; i++) {
		sym = m->imports[i].sym;
		from = lender(sym);
		if (lenders ? !from : !from && !sym->gated)
			continue;
		names = one_more(names, nr, sizeof(*names));
		names[nr++] = lenders ? from : sym->name;
	}
	if (nr)
		qsort(names, nr, sizeof(*names), by_name);
	for (i = 0; i < nr; i++)
		if (!once || strcmp(names[once - 1], names[i]))
			names[once++] = names[i];
	*list = names;
	return once;
}

static char *joined(const struct module *m, bool lenders)
{
	char *text = NULL, *name;
	const char **list;
	size_t nr, i, len = 0;
	FILE *f = check(open_memstream(&text, &len));

	nr = uses_of(m, lenders, &list);
	for (i = 0; i < nr; i++) {
		name = printable(list[i]);
		fprintf(f, "%s%s", i ? "," : "", name);
		free(name);
	}
	free(list);
	if (fclose(f))
		die("out of memory");
	return text;
}

static bool is_shown(const struct module *m)
{
	return !m->is_vmlinux && m->verdict != UNREADABLE &&
	       (all || m->verdict != UNCONCERNED);
}

static void print_tsv(void)
{
	char *path, *name, *used, *from;
	const struct module *m;

	puts("file\tmodule\tin-tree\tverdict\tsymbols\tlender");
	for (m = modules; m < modules + nr_modules; m++) {
		if (!is_shown(m))
			continue;
		path = printable(m->path);
		name = printable(m->name);
		used = joined(m, false);
		from = joined(m, true);
		printf("%s\t%s\t%c\t%s\t%s\t%s\n", path, name,
		       m->intree ? 'Y' : 'N', verdicts[m->verdict].word, used,
		       from);
		free(path);
		free(name);
		free(used);
		free(from);
	}
}

static int width(void)
{
	struct winsize ws;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) || !ws.ws_col)
		return isatty(STDOUT_FILENO) ? 80 : INT_MAX;
	return ws.ws_col;
}

static void print_table(void)
{
	int columns = width(), wide = 6, left;
	char *name, *used, *from, *text;
	const struct module *m;

	for (m = modules; m < modules + nr_modules; m++) {
		if (!is_shown(m))
			continue;
		name = printable(m->name);
		if ((int)strlen(name) > wide)
			wide = strlen(name);
		free(name);
	}
	if (wide > columns / 2 - 5)
		wide = columns / 2 - 5;
	left = columns == INT_MAX ? INT_MAX : columns - wide - 23;
	if (left < 10)
		left = 10;
	for (m = modules; m < modules + nr_modules; m++) {
		if (!is_shown(m))
			continue;
		name = printable(m->name);
		used = joined(m, false);
		from = joined(m, true);
		if (asprintf(&text, "%s%s%s", used, *from ? " lent by " : "",
			     from) < 0)
			die("out of memory");
		printf("%-*.*s  %c  %-16s  ", wide, wide, name,
		       m->intree ? 'Y' : 'N',
		       m->tolerated ? "tolerated" : verdicts[m->verdict].word);
		if ((int)strlen(text) > left)
			printf("%.*s...\n", left - 3, text);
		else
			printf("%s\n", text);
		free(text);
		free(name);
		free(used);
		free(from);
	}
}

static size_t count(enum verdict verdict, bool tolerated)
{
	const struct module *m;
	size_t nr = 0;

	for (m = modules; m < modules + nr_modules; m++)
		nr += !m->is_vmlinux && m->verdict == verdict &&
		      m->tolerated == tolerated;
	return nr;
}

static size_t count_tolerated(void)
{
	size_t nr = 0;
	int i;

	for (i = 0; i < NR_VERDICTS; i++)
		nr += count(i, true);
	return nr;
}

/* What modpost said of the sources */
static void print_said(FILE *to)
{
	const struct source *s;
	char *line, *next, *copy;
	size_t i;

	for (s = sources; s < sources + nr_sources; s++) {
		for (i = 0; i < s->nr_said; i++) {
			copy = check(strdup(s->said[i]));
			next = copy;
			while ((line = strsep(&next, "\n"))) {
				line = printable(line);
				fprintf(to, "    %s\n", line);
				free(line);
			}
			free(copy);
		}
	}
}

static void print_summary(void)
{
	size_t nr, total = 0;
	int i;

	for (i = 0; i < NR_VERDICTS; i++)
		total += count(i, false);
	printf("%zu modules", total + count_tolerated());
	for (i = NR_VERDICTS - 1; i >= 0; i--) {
		nr = count(i, false);
		if (nr)
			printf("; %zu %s", nr, verdicts[i].text);
	}
	nr = count_tolerated();
	if (nr)
		printf("; %zu tolerated", nr);
	putchar('\n');
}

static void add_string(struct json_object *o, const char *key, const char *s)
{
	char *text = printable(s);

	json_object_object_add(o, key, json_object_new_string(text));
	free(text);
}

static struct json_object *json_list(const struct module *m, bool lenders)
{
	struct json_object *array = json_object_new_array();
	const char **list;
	size_t nr, i;
	char *text;

	nr = uses_of(m, lenders, &list);
	for (i = 0; i < nr; i++) {
		text = printable(list[i]);
		json_object_array_add(array, json_object_new_string(text));
		free(text);
	}
	free(list);
	return array;
}

static struct json_object *json_source(const struct source *s)
{
	struct json_object *said = json_object_new_array();
	struct json_object *o = json_object_new_object();
	size_t i;
	char *c;

	add_string(o, "source", s->dir);
	for (i = 0; i < s->nr_said; i++) {
		for (c = s->said[i]; *c; c++)
			if ((*c < ' ' && *c != '\n') || *c > '~')
				*c = '?';
		json_object_array_add(said, json_object_new_string(s->said[i]));
	}
	json_object_object_add(o, "modpost", said);
	return o;
}

static void print_json(void)
{
	struct json_object *top = json_object_new_object();
	struct json_object *summary = json_object_new_object();
	struct json_object *unread = json_object_new_array();
	struct json_object *array = json_object_new_array();
	struct json_object *built = json_object_new_array();
	const struct source *s;
	const struct module *m;
	struct json_object *o;
	int i;

	for (m = modules; m < modules + nr_modules; m++) {
		if (m->verdict != UNREADABLE && !is_shown(m))
			continue;
		o = json_object_new_object();
		add_string(o, "file", m->path);
		if (m->verdict == UNREADABLE) {
			add_string(o, "reason", m->why);
			json_object_array_add(unread, o);
			continue;
		}
		add_string(o, "module", m->name);
		json_object_object_add(o, "in_tree",
				       json_object_new_boolean(m->intree));
		add_string(o, "verdict", verdicts[m->verdict].word);
		json_object_object_add(o, "tolerated",
				       json_object_new_boolean(m->tolerated));
		json_object_object_add(o, "symbols", json_list(m, false));
		json_object_object_add(o, "lenders", json_list(m, true));
		json_object_array_add(array, o);
	}
	for (s = sources; s < sources + nr_sources; s++)
		json_object_array_add(built, json_source(s));
	for (i = 0; i < NR_VERDICTS; i++)
		json_object_object_add(summary, verdicts[i].word,
				       json_object_new_int64(count(i, false)));
	json_object_object_add(summary, "tolerated",
			       json_object_new_int64(count_tolerated()));

	json_object_object_add(top, "version", json_object_new_int(1));
	json_object_object_add(top, "modules", array);
	json_object_object_add(top, "unreadable", unread);
	json_object_object_add(top, "sources", built);
	json_object_object_add(top, "summary", summary);
	puts(json_object_to_json_string_ext(top, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(top);
}

/* The exit status; names what could not be read, and rules without effect. */
static int status(void)
{
	bool refused = false, any = false;
	size_t i;

	for (i = 0; i < nr_modules; i++) {
		if (modules[i].why)
			complain(modules[i].path, modules[i].why);
		any |= !modules[i].is_vmlinux;
		refused |= is_refused(&modules[i]) && !modules[i].tolerated;
		/* As one with a declaration that is not valid, and no need of it */
		refused |= modules[i].source && modules[i].source->objected &&
			   !modules[i].tolerated;
	}
	for (i = 0; i < nr_rules; i++)
		if (!rules[i].used)
			fprintf(stderr,
				"userspace-audit: nothing to tolerate: %s %s\n",
				rules[i].module, rules[i].verdict);
	if (!any) {
		fputs("userspace-audit: no module there\n", stderr);
		trouble = true;
	}
	return trouble ? 2 : refused;
}

static void usage(FILE *to)
{
	fputs("Usage: userspace-audit [options] [<file or directory>...]\n"
	      "\n"
	      "Say which modules are refused by a kernel that exports symbols only\n"
	      "to modules with a free userspace, and because of what.\n"
	      "\n"
	      "  -g, --gated=<file>     take the gated symbols from this Module.symvers,\n"
	      "                         vmlinux or list, not from the list that is shipped\n"
	      "  -s, --source=<dir>     build this source tree, by its dkms.conf if it has\n"
	      "                         one, and show what modpost says\n"
	      "  -k, --kernel=<dir>     the headers of the kernel for which it is built; by\n"
	      "                         default those of the kernel that runs\n"
	      "  -r, --running          the modules that are loaded now\n"
	      "  -a, --all              show modules that use no gated symbol as well\n"
	      "  -t, --tsv              print columns that tabs separate\n"
	      "  -j, --json             print JSON\n"
	      "  -T, --tolerate=<file>  do not count what these rules name as refused\n"
	      "  -l, --limit=<MiB>      the most that a module may have when it is\n"
	      "                         decompressed (1024)\n"
	      "  -J, --jobs=<number>    read so many modules at once\n"
	      "  -h, --help             print this\n"
	      "\n"
	      "Exit status: 0 if none is refused, 1 if some are, 2 if a file could not be\n"
	      "read, or for another error.\n", to);
}

static unsigned long number(const char *s, unsigned long max)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(s, &end, 10);
	if (errno || *end || *s < '0' || *s > '9' || !n || n > max)
		die("%s: expected 1 to %lu", s, max);
	return n;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "gated",	required_argument,	NULL, 'g' },
		{ "source",	required_argument,	NULL, 's' },
		{ "kernel",	required_argument,	NULL, 'k' },
		{ "running",	no_argument,		NULL, 'r' },
		{ "all",	no_argument,		NULL, 'a' },
		{ "tsv",	no_argument,		NULL, 't' },
		{ "json",	no_argument,		NULL, 'j' },
		{ "tolerate",	required_argument,	NULL, 'T' },
		{ "limit",	required_argument,	NULL, 'l' },
		{ "jobs",	required_argument,	NULL, 'J' },
		{ "help",	no_argument,		NULL, 'h' },
		{ }
	};
	long jobs = sysconf(_SC_NPROCESSORS_ONLN);
	bool running = false, gated = false;
	char *kernel = NULL;
	size_t i;
	int opt;

	/* Threads must not keep what the large modules took. */
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	elf_version(EV_CURRENT);
	while ((opt = getopt_long(argc, argv, "g:s:k:ratjT:l:J:h", options,
				  NULL)) != -1) {
		switch (opt) {
		case 'g':
			read_gated(optarg);
			gated = true;
			break;
		case 's':
			sources = one_more(sources, nr_sources,
					   sizeof(*sources));
			sources[nr_sources++] = (struct source){
				.dir = optarg,
			};
			break;
		case 'k':
			kernel = optarg;
			break;
		case 'r':
			running = true;
			break;
		case 'a':
			all = true;
			break;
		case 't':
			format = TSV;
			break;
		case 'j':
			format = JSON;
			break;
		case 'T':
			read_lines(optarg, read_rule);
			break;
		case 'l':
			limit = number(optarg, SIZE_MAX >> 21) << 20;
			break;
		case 'J':
			jobs = number(optarg, 1024);
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind == argc && !running && !nr_sources) {
		usage(stderr);
		return 2;
	}

	if (!kernel && (running || nr_sources))
		kernel = running_kernel();
	if (!gated)
		find_gated(argv + optind, kernel);
	for (i = optind; i < (size_t)argc; i++)
		add_path(argv[i]);
	if (running)
		add_running();
	for (i = 0; i < nr_sources; i++)
		add_source(&sources[i], kernel);
	sort_modules();
	read_all(jobs);
	name_sources();
	sort_modules();
	source_remove();
	if (other_release)
		die("modules of the tree of Linux %s and of Linux %s: name those of one kernel",
		    release, other_release);
	judge_all();

	if (format == TSV)
		print_tsv();
	else if (format == JSON)
		print_json();
	else
		print_table();
	if (format != JSON)
		print_said(format == TABLE ? stdout : stderr);
	if (format == TABLE)
		print_summary();
	if (fflush(stdout) || ferror(stdout))
		die("the output could not be written");
	return status();
}
