// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs in the guest: two processes load and unload the same modules, each as
 * often and as fast as it can.
 *
 *	stress <rounds> <seed> <directory> <module>...
 *
 * What becomes of any one attempt depends on what the other process has just
 * done, so it is counted, and tests/boot/stress.py judges the sums. For each
 * module it prints, on one line,
 *
 *	<module>:<errno>=<count>,... -<module>:<errno>=<count>,...
 *
 * where 0 is success, and "-" is the removal. Before these, cpus:<cpu>=<count>
 * says how many rounds ended on which CPU: each process has its own, if there is
 * more than one.
 *
 * Each round loads all modules in their order and removes them in the reverse
 * order, but leaves out about a quarter of both, so that modules come and go
 * while others ask for what they export.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_MODULES	32
#define MAX_ERRNO	256
#define MAX_CPUS	8

struct counts {
	unsigned int cpu[MAX_CPUS];
	unsigned int load[MAX_MODULES][MAX_ERRNO];
	unsigned int unload[MAX_MODULES][MAX_ERRNO];
};

struct file {
	char *name;
	char path[256];
	void *image;
	size_t size;
};

static struct file files[MAX_MODULES];
static int nr_files;

/* Knuth's MMIX generator: the same sequence everywhere. */
static unsigned int random_number(unsigned long long *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 33;
}

/*
 * finit_module() makes the second of two that load the same file wait for the
 * first and share its fate. init_module() knows nothing of the other one.
 */
static int load(const struct file *f, int with_file)
{
	int fd, err = 0;

	if (!with_file)
		return syscall(SYS_init_module, f->image, f->size, "") ?
		       errno : 0;

	fd = open(f->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		err = errno;
	if (fd >= 0)
		close(fd);
	return err;
}

static void loader(struct counts *c, unsigned long rounds,
		   unsigned long long seed, int nr)
{
	unsigned long round;
	cpu_set_t cpus;
	int i, err;

	if (sysconf(_SC_NPROCESSORS_ONLN) > 1) {
		CPU_ZERO(&cpus);
		CPU_SET(nr, &cpus);
		if (sched_setaffinity(0, sizeof(cpus), &cpus))
			_exit(2);
	}

	for (round = 0; round < rounds; round++) {
		for (i = 0; i < nr_files; i++) {
			if (random_number(&seed) % 4 == 0)
				continue;
			err = load(&files[i], nr);
			c->load[i][err % MAX_ERRNO]++;
		}
		for (i = nr_files - 1; i >= 0; i--) {
			if (random_number(&seed) % 4 == 0)
				continue;
			err = syscall(SYS_delete_module, files[i].name,
				      O_NONBLOCK) ? errno : 0;
			c->unload[i][err % MAX_ERRNO]++;
		}
		c->cpu[sched_getcpu() % MAX_CPUS]++;
	}
}

static void print_counts(const char *sign, int i, unsigned int (*counts)[2][MAX_ERRNO])
{
	char sep = ':';
	unsigned int err;

	printf("%s%s", sign, files[i].name);
	for (err = 0; err < MAX_ERRNO; err++) {
		unsigned int sum = (*counts)[0][err] + (*counts)[1][err];

		if (!sum)
			continue;
		printf("%c%s=%u", sep, err ? strerrorname_np(err) : "0", sum);
		sep = ',';
	}
	putchar(' ');
}

int main(int argc, char **argv)
{
	unsigned long long seed;
	struct counts *counts;
	unsigned long rounds;
	int i, status, bad = 0;
	char sep = ':';
	struct stat st;
	pid_t pid[2];
	char *s;

	if (argc < 5 || argc - 4 > MAX_MODULES)
		return 2;
	rounds = strtoul(argv[1], NULL, 10);
	seed = strtoull(argv[2], NULL, 10);
	nr_files = argc - 4;

	for (i = 0; i < nr_files; i++) {
		struct file *f = &files[i];
		int fd;

		f->name = argv[i + 4];
		snprintf(f->path, sizeof(f->path), "%s/%s.ko", argv[3], f->name);
		/* That of the file, but '_' for each '-'. */
		for (s = f->name; *s; s++)
			if (*s == '-')
				*s = '_';
		fd = open(f->path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &st)) {
			perror(f->path);
			return 2;
		}
		f->size = st.st_size;
		f->image = mmap(NULL, f->size, PROT_READ, MAP_PRIVATE, fd, 0);
		close(fd);
		if (f->image == MAP_FAILED)
			return 2;
	}

	counts = mmap(NULL, 2 * sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		return 2;

	for (i = 0; i < 2; i++) {
		pid[i] = fork();
		if (pid[i] < 0)
			return 2;
		if (!pid[i]) {
			loader(&counts[i], rounds, seed + i, i);
			_exit(0);
		}
	}
	for (i = 0; i < 2; i++)
		if (waitpid(pid[i], &status, 0) < 0 || status)
			bad = 1;

	/* Whoever uses a module goes before it. */
	for (i = nr_files - 1; i >= 0; i--)
		syscall(SYS_delete_module, files[i].name, O_NONBLOCK);

	printf("cpus");
	for (i = 0; i < MAX_CPUS; i++) {
		unsigned int sum = counts[0].cpu[i] + counts[1].cpu[i];

		if (!sum)
			continue;
		printf("%c%d=%u", sep, i, sum);
		sep = ',';
	}
	putchar(' ');
	for (i = 0; i < nr_files; i++) {
		unsigned int both[2][MAX_ERRNO];

		memcpy(both[0], counts[0].load[i], sizeof(both[0]));
		memcpy(both[1], counts[1].load[i], sizeof(both[1]));
		print_counts("", i, &both);
		memcpy(both[0], counts[0].unload[i], sizeof(both[0]));
		memcpy(both[1], counts[1].unload[i], sizeof(both[1]));
		print_counts("-", i, &both);
	}
	putchar('\n');
	return bad;
}
