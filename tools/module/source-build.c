// SPDX-License-Identifier: GPL-2.0-only
/*
 * Build a source tree against the headers of a kernel, to see what modpost says.
 *
 * A tree that has a dkms.conf is built by dkms(8), as it would be on the user's
 * machine, others by make. All is done in a temporary directory. If modpost
 * fails, it is told to warn where it would refuse, so that a module is there to
 * be judged: if that works, it was modpost that objected, whatever its words.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <glob.h>
#include <limits.h>
#include <signal.h>
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

/*
 * For a kernel without gated symbols: its modpost judges nothing, so what the
 * compiler sees of a declaration gets into the module as it is.
 */
static const char declarations[] =
	"#define MODULE_USERSPACE(url, license) \\\n"
	"	MODULE_INFO(userspace, url \" \" license)\n"
	"#define MODULE_USERSPACE_LIBRARY() MODULE_INFO(userspace, \"library\")\n";

struct build {
	struct source *source;
	const char *kernel;
	char *work;
	bool has_class;		/* the kernel has gated symbols */
	bool relaxed;		/* modpost is told to warn */
};

static char tmp[PATH_MAX];	/* where all is done */
static pid_t child;

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

/* Called in a signal handler as well. */
void source_remove(void)
{
	pid_t pid;

	if (!*tmp)
		return;
	pid = fork();
	if (!pid) {
		execlp("rm", "rm", "-rf", "--", tmp, NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	*tmp = '\0';
}

static void interrupted(int sig)
{
	if (child > 0) {
		kill(child, SIGTERM);
		waitpid(child, NULL, 0);
	}
	source_remove();
	signal(sig, SIG_DFL);
	raise(sig);
}

static const int signals[] = { SIGHUP, SIGINT, SIGTERM };

/* The handler has to know of all that there is to end and to remove. */
static void mask_signals(int how)
{
	unsigned int i;
	sigset_t set;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(how, &set, NULL);
}

static void make_tmp(void)
{
	const char *where = getenv("TMPDIR");
	unsigned int i;

	if (*tmp)
		return;
	mask_signals(SIG_BLOCK);
	snprintf(tmp, sizeof(tmp), "%s/userspace-audit.XXXXXX", where ?: "/tmp");
	if (!mkdtemp(tmp)) {
		warn("%s", tmp);
		*tmp = '\0';
		exit(2);
	}
	atexit(source_remove);
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		if (signal(signals[i], interrupted) == SIG_IGN)
			signal(signals[i], SIG_IGN);
	mask_signals(SIG_UNBLOCK);
}

static void __noreturn run_child(const struct build *b, const char *log,
				 char *const argv[])
{
	const char *own = getenv("KCFLAGS");
	int fd;

	fd = open("/dev/null", O_RDONLY);
	dup2(fd, STDIN_FILENO);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd < 0)
		err(127, "%s", log);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	setenv("LC_ALL", "C", 1);
	setenv("MAKEFLAGS", b->relaxed ?
	       "CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y" :
	       "CONFIG_MODULE_ALLOW_MISSING_USERSPACE=", 1);
	if (!b->has_class)
		setenv("KCFLAGS", text("%s -include %s/declarations.h",
				       own ?: "", b->work), 1);
	execvp(argv[0], argv);
	err(127, "%s", argv[0]);
}

/* True if the program ends well; what it prints is added to a log. */
static bool run(const struct build *b, char *const argv[])
{
	char *log = text("%s/make.log", b->work);
	int status;

	fflush(NULL);
	mask_signals(SIG_BLOCK);
	child = fork();
	/* The directory is the parent's to remove. */
	if (!child)
		*tmp = '\0';
	mask_signals(SIG_UNBLOCK);
	if (child < 0)
		err(2, "fork");
	if (!child)
		run_child(b, log, argv);
	free(log);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			err(2, "waitpid");
	child = 0;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

/* dkms asks for root, which a user is in a namespace of their own. */
static bool run_dkms(const struct build *b, char *const argv[])
{
	char *all[32] = { "unshare", "--map-root-user" };
	unsigned int i = geteuid() ? 2 : 0;

	for (; *argv && i < ARRAY_SIZE(all) - 1; argv++)
		all[i++] = *argv;
	all[i] = NULL;
	return run(b, all);
}

/* The first line of a file of the headers that has @word, or NULL */
static char *header_line(const char *kernel, const char *file, const char *word)
{
	char *path = text("%s/include/config/%s", kernel, file);
	FILE *f = fopen(path, "r");
	char *line = NULL;
	bool found = false;
	size_t size = 0;

	free(path);
	while (f && !found && getline(&line, &size, f) > 0)
		found = strstr(line, word);
	if (f)
		fclose(f);
	if (!found) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static char *only_match(char *pattern)
{
	glob_t found = { };
	char *path = NULL;

	if (!glob(pattern, 0, NULL, &found) && found.gl_pathc == 1)
		path = text("%s", found.gl_pathv[0]);
	globfree(&found);
	free(pattern);
	return path;
}

/* In the directory of dkms, what is being built is in "build" until it is. */
static bool build_with_dkms(struct build *b)
{
	char *tree = text("%s/dkms", b->work), *src = text("%s/src", b->work);
	char *const add[] = { "dkms", "add", "--dkmstree", tree, "--sourcetree",
			      src, b->source->dir, NULL };
	char *release = header_line(b->kernel, "kernel.release", "");
	char *headers = text("--kernelsourcedir=%s", b->kernel);
	char *own = NULL, *built;
	bool ok = false;

	if (!release) {
		b->source->error = text("%s has no headers of a kernel",
					b->kernel);
		return false;
	}
	if (!b->relaxed) {
		mkdir(tree, 0700);
		mkdir(src, 0700);
		run_dkms(b, add);
	}
	own = only_match(text("%s/*/*", tree));
	if (own) {
		char *const build[] = { "dkms", "build", "--dkmstree", tree,
					"--sourcetree", src, "-k", release,
					headers, "--no-depmod",
					own + strlen(tree) + 1, NULL };

		ok = run_dkms(b, build);
		built = only_match(text("%s/%s/*/module", own, release));
		ok = ok && built;
		b->source->result = ok ? built : text("%s/build", own);
	}
	free(own);
	free(headers);
	free(release);
	free(tree);
	free(src);
	return ok;
}

static bool build_with_make(struct build *b)
{
	char *copy = text("%s/src", b->work);
	char *from = text("%s/.", b->source->dir), *m = text("M=%s", copy);
	char *jobs = text("-j%ld", sysconf(_SC_NPROCESSORS_ONLN));
	char *const clean[] = { "make", "-C", (char *)b->kernel, m, "clean",
				NULL };
	char *const modules[] = { "make", jobs, "-C", (char *)b->kernel, m,
				  "modules", NULL };
	char *const copies[] = { "cp", "-a", "--", from, copy, NULL };
	/* What was built before is no answer, and clean may leave it. */
	char *const built[] = { "find", copy, "-regextype", "posix-extended",
				"-regex", ".*\\.ko(\\.gz|\\.xz|\\.zst)?",
				"-delete", NULL };
	bool ok;

	b->source->result = copy;
	if (b->relaxed)
		ok = run(b, modules);
	else
		ok = !mkdir(copy, 0700) && run(b, copies) && run(b, built) &&
		     run(b, clean) && run(b, modules);
	free(from);
	free(m);
	free(jobs);
	return ok;
}

/*
 * The messages of modpost, and what may be the reason if all fails. What modpost
 * prints goes on until kbuild or make say something.
 */
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
			goes_on = true;
		} else if (*line == ' ' || !strncmp(line, "make", 4)) {
			goes_on = false;
		} else if (goes_on) {
			more = text("%s\n%s", s->said[s->nr_said - 1], line);
			free(s->said[s->nr_said - 1]);
			s->said[s->nr_said - 1] = more;
		} else if (!s->error && strstr(line, "rror: ")) {
			s->error = text("is not built: %s", line);
		}
	}
	free(line);
	fclose(f);
}

/* What make printed: by itself, or into a log that dkms keeps */
static void read_logs(struct build *b)
{
	char *const roots[] = { b->work, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *e;

	while (fts && (e = fts_read(fts)))
		if (e->fts_info == FTS_F && !strcmp(e->fts_name, "make.log"))
			read_log(b->source, e->fts_path);
	if (fts)
		fts_close(fts);
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

static void write_declarations(const struct build *b)
{
	char *path = text("%s/declarations.h", b->work);
	FILE *f = fopen(path, "w");

	if (!f || fputs(declarations, f) < 0 || fclose(f))
		err(2, "%s", path);
	free(path);
}

void source_build(struct source *s, const char *kernel)
{
	static unsigned int nr;
	bool (*build)(struct build *b);
	char real[PATH_MAX], *conf;
	struct build b = { .source = s, .kernel = real };
	bool built;

	make_tmp();
	b.work = text("%s/%u", tmp, nr++);
	if (mkdir(b.work, 0700))
		err(2, "%s", b.work);
	if (!realpath(s->dir, real) || !realpath(kernel, real)) {
		s->error = text("%s: %s", *real ? real : s->dir, strerror(errno));
		return;
	}
	b.has_class = header_line(real, "auto.conf", "_MISSING_USERSPACE=y");
	write_declarations(&b);

	conf = text("%s/dkms.conf", s->dir);
	build = access(conf, R_OK) ? build_with_make : build_with_dkms;
	free(conf);
	built = build(&b);
	read_logs(&b);
	if (!built && b.has_class && s->nr_said) {
		b.relaxed = true;
		built = build(&b);
		s->objected = built;
	}
	if (built && holds_module(s->result)) {
		free(s->error);
		s->error = NULL;
	} else if (!s->error) {
		s->error = text("is not built: %s", built ?
				"no module came of it" : "its build failed");
	}
	free(b.work);
}
