// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs in the guest: loads modules as it is told and prints what happened, as
 * facts for tests/boot/run to judge. It judges nothing itself, so that a guest
 * that dies half-way can't look like one that has passed.
 *
 * The steps, one a line:
 *
 *	load <id> <file> [force]	insert a module, the way insmod does
 *	unload <id> <name>		remove it
 *	read <id> <path>		the contents of a file
 *	write <id> <path> <text>
 *	exec <id> <command>		through sh
 *
 * For each of them it prints
 *
 *	@begin <id>
 *	@<fact> <value>			any number
 *	@end <id>
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MODULE_INIT_IGNORE_MODVERSIONS	1
#define MODULE_INIT_IGNORE_VERMAGIC	2

static int kmsg = -1;

static void print_errno(int err)
{
	printf("@errno %s\n", err ? strerrorname_np(err) : "0");
}

static void print_escaped(const char *fact, const char *s)
{
	printf("@%s ", fact);
	for (; *s; s++) {
		if (*s == '\n')
			printf("\\n");
		else
			putchar(*s);
	}
	putchar('\n');
}

/* A record of /dev/kmsg is one printk(), however many lines it has. */
static void print_kmsg(void)
{
	char buf[8192], *text, *end;
	unsigned int prio;
	ssize_t n;

	while ((n = read(kmsg, buf, sizeof(buf) - 1)) > 0 || errno == EPIPE) {
		if (n <= 0) {
			printf("@kmsg-lost\n");
			continue;
		}
		buf[n] = '\0';
		prio = strtoul(buf, NULL, 10);
		text = strchr(buf, ';');
		if (!text)
			continue;
		/* What follows the line is the device that it is about. */
		end = strchr(++text, '\n');
		if (end)
			*end = '\0';
		printf("@kmsg %u %s\n", prio & 7, text);
	}
}

static char *slurp(const char *path)
{
	static char buf[65536];
	size_t len = 0;
	ssize_t n;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return NULL;
	while ((n = read(fd, buf + len, sizeof(buf) - 1 - len)) > 0)
		len += n;
	close(fd);
	if (n < 0)
		return NULL;
	buf[len] = '\0';
	return buf;
}

/* Where a module that is loaded shows, and one that was refused must not. */
static void print_module(const char *file)
{
	char name[128], line[160], path[256], *s;
	struct stat st;

	snprintf(name, sizeof(name), "%s", strrchr(file, '/') ?
		 strrchr(file, '/') + 1 : file);
	*strchrnul(name, '.') = '\0';
	for (s = name; *s; s++)
		if (*s == '-')
			*s = '_';

	s = slurp("/proc/modules");
	snprintf(line, sizeof(line), "%s ", name);
	while (s && strncmp(s, line, strlen(line))) {
		s = strchr(s, '\n');
		if (s)
			s++;
	}
	printf("@proc %s\n", s ? "present" : "absent");

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	printf("@sysfs %s\n", stat(path, &st) ? "absent" : "present");

	snprintf(path, sizeof(path), "/sys/module/%s/userspace", name);
	if (!stat(path, &st))
		printf("@mode %o\n", st.st_mode & 07777);
	s = slurp(path);
	if (s)
		print_escaped("userspace", s);
}

static void do_load(const char *file, bool force)
{
	int flags = force ? MODULE_INIT_IGNORE_MODVERSIONS |
			    MODULE_INIT_IGNORE_VERMAGIC : 0;
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0 || syscall(SYS_finit_module, fd, "", flags))
		err = errno;
	if (fd >= 0)
		close(fd);
	print_errno(err);
	print_kmsg();
	print_module(file);
}

static void do_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);
	int err = 0;

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err = errno;
	if (fd >= 0)
		close(fd);
	print_errno(err);
}

static void do_exec(const char *command)
{
	char line[8192];
	FILE *f = popen(command, "r");
	int status;

	if (!f) {
		print_errno(errno);
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		printf("@out %s\n", line);
	}
	status = pclose(f);
	if (WIFEXITED(status))
		printf("@exit %d\n", WEXITSTATUS(status));
	else
		printf("@exit signal %d\n", WTERMSIG(status));
	print_kmsg();
}

int main(int argc, char **argv)
{
	char line[4096];
	FILE *steps = fopen(argc > 1 ? argv[1] : "/steps", "re");

	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (!steps || kmsg < 0) {
		perror("guest");
		return 1;
	}
	lseek(kmsg, 0, SEEK_END);

	while (fgets(line, sizeof(line), steps)) {
		char verb[16], id[128], arg[256];
		int n = 0;
		const char *rest, *s;

		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%15s %127s %n", verb, id, &n) != 2 || !n)
			continue;
		rest = line + n;
		n = 0;
		if (sscanf(rest, "%255s %n", arg, &n) != 1)
			continue;

		printf("@begin %s\n", id);
		fflush(stdout);
		if (!strcmp(verb, "load")) {
			do_load(arg, !strcmp(rest + n, "force"));
		} else if (!strcmp(verb, "unload")) {
			print_errno(syscall(SYS_delete_module, arg, O_NONBLOCK) ?
				    errno : 0);
			print_kmsg();
			print_module(arg);
		} else if (!strcmp(verb, "read")) {
			s = slurp(arg);
			print_errno(s ? 0 : errno);
			if (s)
				print_escaped("text", s);
		} else if (!strcmp(verb, "write")) {
			do_write(arg, rest + n);
		} else if (!strcmp(verb, "exec")) {
			do_exec(rest);
		}
		printf("@end %s\n", id);
		fflush(stdout);
	}
	return 0;
}
