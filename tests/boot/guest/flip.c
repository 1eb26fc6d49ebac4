// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes bytes of a file, in many ways, one after the other: each single bit
 * of a range, then <random> times one to four bytes. The same arguments give
 * the same changes everywhere, so that modpost and the loader can be asked
 * about the same ones.
 *
 *	flip write <file> <offset> <length> <random> <directory>
 *		writes <directory>/<number>.o, for modpost
 *	flip load <file> <offset> <length> <random> [<probe>]
 *		runs in the guest: loads each, and while one is loaded, <probe>;
 *		prints "flip <number> <errno> [<errno of probe>]"
 *
 * Of the modules only the name before the first dot matters.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct file {
	char name[128];
	char *image;
	size_t size;
};

static void read_file(struct file *f, const char *path)
{
	const char *base = strrchr(path, '/');
	struct stat st;
	char *s;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st)) {
		perror(path);
		exit(2);
	}
	f->size = st.st_size;
	f->image = malloc(f->size);
	if (!f->image || read(fd, f->image, f->size) != (ssize_t)f->size) {
		perror(path);
		exit(2);
	}
	close(fd);
	snprintf(f->name, sizeof(f->name), "%s", base ? base + 1 : path);
	*strchrnul(f->name, '.') = '\0';
	for (s = f->name; *s; s++)
		if (*s == '-')
			*s = '_';
}

/* Knuth's MMIX generator: the same sequence everywhere. */
static unsigned int random_number(unsigned long long *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 33;
}

static void change(unsigned char *range, size_t len, unsigned long number)
{
	unsigned long long state = number;
	unsigned int n, i;

	if (number < 8 * len) {
		range[number / 8] ^= 1 << number % 8;
		return;
	}
	/* Numbers that follow each other give states that are alike. */
	for (i = 0; i < 8; i++)
		random_number(&state);
	n = 1 + random_number(&state) % 4;
	for (i = 0; i < n; i++) {
		unsigned char *p = &range[random_number(&state) % len];

		*p ^= 1 + random_number(&state) % 255;
	}
}

static int load(const struct file *f)
{
	return syscall(SYS_init_module, f->image, f->size, "") ? errno : 0;
}

static const char *errno_name(int err)
{
	return err ? strerrorname_np(err) : "0";
}

static void unload(const struct file *f)
{
	if (syscall(SYS_delete_module, f->name, O_NONBLOCK)) {
		printf("flip-error %s stays: %s\n", f->name, errno_name(errno));
		exit(3);
	}
}

int main(int argc, char **argv)
{
	unsigned long offset, len, total, i;
	struct file f, probe;
	int writing, err, fd;
	char path[4096];
	char *orig;

	if (argc < 6)
		return 2;
	writing = !strcmp(argv[1], "write");
	if (writing && argc < 7)
		return 2;
	read_file(&f, argv[2]);
	offset = strtoul(argv[3], NULL, 10);
	len = strtoul(argv[4], NULL, 10);
	total = 8 * len + strtoul(argv[5], NULL, 10);
	if (!len || offset + len > f.size)
		return 2;
	if (!writing && argc > 6)
		read_file(&probe, argv[6]);
	orig = malloc(len);
	if (!orig)
		return 2;
	memcpy(orig, f.image + offset, len);

	for (i = 0; i < total; i++) {
		memcpy(f.image + offset, orig, len);
		change((unsigned char *)f.image + offset, len, i);

		if (writing) {
			snprintf(path, sizeof(path), "%s/%lu.o", argv[6], i);
			fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
			if (fd < 0 ||
			    write(fd, f.image, f.size) != (ssize_t)f.size) {
				perror(path);
				return 2;
			}
			close(fd);
			continue;
		}

		err = load(&f);
		printf("flip %lu %s", i, errno_name(err));
		if (!err && argc > 6) {
			int probe_err = load(&probe);

			printf(" %s", errno_name(probe_err));
			if (!probe_err)
				unload(&probe);
		}
		putchar('\n');
		if (!err)
			unload(&f);
	}
	return 0;
}
