// SPDX-License-Identifier: GPL-2.0-only
/*
 * Build a source tree against the headers of a kernel, to see what modpost says.
 *
 * A tree that has a dkms.conf is built by dkms(8), as it would be on the user's
 * machine, others by make. All is done in a temporary directory. modpost is told
 * to warn where it would refuse, so that a module is there to be judged.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <glob.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/compiler.h>
#include <linux/kernel.h>

#include "source-build.h"

static __printf(1, 2) char *text(const char *fmt, ...)
{
	va_list args;
	char *out;

	va_start(args, fmt);
	if (vasprintf(&out, fmt, args) < 0)
		errx(2, "out of memory");
	va_end(args);
	return out;
}

/* True if the program ends well; what it prints is added to @work/make.log. */
static bool run(const char *work, char *const argv[])
{
	char *log = text("%s/make.log", work);
	int status, fd;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		err(2, "fork");
	if (!pid) {
		fd = open("/dev/null", O_RDONLY);
		dup2(fd, STDIN_FILENO);
		fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
		if (fd < 0)
			err(127, "%s", log);
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		setenv("LC_ALL", "C", 1);
		setenv("MAKEFLAGS", "CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y", 1);
		execvp(argv[0], argv);
		err(127, "%s", argv[0]);
	}
	free(log);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			err(2, "waitpid");
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

/* dkms asks for root, which a user is in a namespace of their own. */
static bool run_dkms(const char *work, char *const argv[])
{
	char *all[32] = { "unshare", "--map-root-user" };
	unsigned int i = geteuid() ? 2 : 0;

	for (; *argv && i < ARRAY_SIZE(all) - 1; argv++)
		all[i++] = *argv;
	all[i] = NULL;
	return run(work, all);
}

static char *release_of(const char *kernel)
{
	char *path = text("%s/include/config/kernel.release", kernel);
	FILE *f = fopen(path, "r");
	char name[128] = "";

	free(path);
	if (!f)
		return NULL;
	if (fgets(name, sizeof(name), f))
		name[strcspn(name, "\n")] = '\0';
	fclose(f);
	return *name ? text("%s", name) : NULL;
}

static void build_with_dkms(struct source *s, const char *kernel)
{
	char *tree = text("%s/dkms", s->work), *src = text("%s/src", s->work);
	char *pattern = text("%s/*/*", tree), *headers, *release;
	char *const add[] = { "dkms", "add", "--dkmstree", tree, "--sourcetree",
			      src, s->dir, NULL };
	glob_t found = { };

	release = release_of(kernel);
	if (!release) {
		s->error = text("%s has no headers of a kernel", kernel);
		return;
	}
	headers = text("--kernelsourcedir=%s", kernel);
	mkdir(tree, 0700);
	mkdir(src, 0700);
	if (run_dkms(s->work, add) &&
	    !glob(pattern, 0, NULL, &found) && found.gl_pathc == 1) {
		char *const build[] = { "dkms", "build", "--dkmstree", tree,
					"--sourcetree", src, "-k", release,
					headers, "--no-depmod",
					found.gl_pathv[0] + strlen(tree) + 1,
					NULL };

		/* What failed is left elsewhere. */
		s->result = text("%s/%s", found.gl_pathv[0], release);
		s->built = run_dkms(s->work, build);
	}
	globfree(&found);
	free(pattern);
	free(headers);
	free(release);
	free(tree);
	free(src);
}

static void build_with_make(struct source *s, const char *kernel)
{
	char *copy = text("%s/src", s->work), *from = text("%s/.", s->dir);
	char *m = text("M=%s", copy);
	char *jobs = text("-j%ld", sysconf(_SC_NPROCESSORS_ONLN));
	char *const make[] = { "make", "-C", (char *)kernel, m, "clean", NULL };
	char *const modules[] = { "make", jobs, "-C", (char *)kernel, m,
				  "modules", NULL };
	char *const copies[] = { "cp", "-a", "--", from, copy, NULL };
	/* What was built before is no answer, and clean may leave it. */
	char *const built[] = { "find", copy, "-regextype", "posix-extended",
				"-regex", ".*\\.ko(\\.gz|\\.xz|\\.zst)?",
				"-delete", NULL };

	mkdir(copy, 0700);
	s->built = run(s->work, copies) && run(s->work, built) &&
		   run(s->work, make) && run(s->work, modules);
	s->result = copy;
	free(from);
	free(m);
	free(jobs);
}

static bool objects(const char *line)
{
	/* As scripts/mod/userspace.c has them */
	static const char *const parts[] = {
		"declares none", "declares both", "is not valid",
		"says that it is a library", "that modpost did not write",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (strstr(line, parts[i]))
			return true;
	return false;
}

/* A message of modpost ends with the page that it names, or with its only line. */
static void read_log(struct source *s, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL, *more;
	bool goes_on = false;
	size_t size = 0;

	if (!f)
		return;
	while (getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "ERROR: modpost: ", 16) ||
		    !strncmp(line, "WARNING: modpost: ", 18)) {
			s->said = reallocarray(s->said, s->nr_said + 1,
					       sizeof(*s->said));
			if (!s->said)
				errx(2, "out of memory");
			s->said[s->nr_said++] = text("%s", line);
			s->objected |= objects(line);
			goes_on = strstr(line, "userspace");
		} else if (goes_on) {
			more = text("%s\n%s", s->said[s->nr_said - 1], line);
			free(s->said[s->nr_said - 1]);
			s->said[s->nr_said - 1] = more;
			goes_on = strncmp(line, "See ", 4);
		} else if (!s->error && (strstr(line, "rror: ") ||
					 strstr(line, "rror! "))) {
			s->error = text("is not built: %s", line);
		}
	}
	free(line);
	fclose(f);
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && !strcmp(s + n - m, end);
}

static bool has_macro(const char *path)
{
	FILE *f = fopen(path, "r");
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	while (f && !found && getline(&line, &size, f) > 0)
		found = strstr(line, "MODULE_USERSPACE(") ||
			strstr(line, "MODULE_USERSPACE_LIBRARY(");
	free(line);
	if (f)
		fclose(f);
	return found;
}

static bool holds_module(char *root)
{
	char *const roots[] = { root, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	bool any = false;
	FTSENT *e;

	while (fts && !any && (e = fts_read(fts)))
		any = e->fts_info == FTS_F && strstr(e->fts_name, ".ko");
	if (fts)
		fts_close(fts);
	return any;
}

/* What was said, and what the source has */
static void look_through(struct source *s)
{
	char *const roots[] = { s->work, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *e;

	while (fts && (e = fts_read(fts))) {
		if (e->fts_info != FTS_F)
			continue;
		if (!strcmp(e->fts_name, "make.log"))
			read_log(s, e->fts_path);
		else if (ends_with(e->fts_name, ".c"))
			s->declares |= has_macro(e->fts_path);
	}
	if (fts)
		fts_close(fts);
}

void source_build(struct source *s, const char *kernel)
{
	const char *tmp = getenv("TMPDIR");
	char real[PATH_MAX], *conf;

	s->work = text("%s/userspace-audit.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(s->work))
		err(2, "%s", s->work);
	if (!realpath(s->dir, real) || !realpath(kernel, real)) {
		s->error = text("%s: %s", *real ? real : s->dir, strerror(errno));
		return;
	}
	conf = text("%s/dkms.conf", s->dir);
	if (!access(conf, R_OK))
		build_with_dkms(s, real);
	else
		build_with_make(s, real);
	free(conf);
	look_through(s);
	if (s->built && holds_module(s->result)) {
		free(s->error);
		s->error = NULL;
	} else if (!s->error) {
		s->error = text("is not built: %s", s->built ?
				"no module came of it" : "its build failed");
	}
}

void source_remove(struct source *s)
{
	char *const roots[] = { s->work, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *e;

	while (fts && (e = fts_read(fts)))
		if (e->fts_info != FTS_D)
			remove(e->fts_accpath);
	if (fts)
		fts_close(fts);
}
