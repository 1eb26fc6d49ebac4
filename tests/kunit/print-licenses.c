// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the licenses and exceptions that the series takes for free, as the
 * compiler sees them. With an argument: read an SPDX license expression from
 * each line of the input instead, and print whether it is free.
 */
#include "declaration.c"

static void print(const char *what, const char *const *list, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		printf("%s\t%s\n", what, list[i]);
}

int main(int argc, char **argv)
{
	char line[2 * MODULE_USERSPACE_MAX_LEN];

	(void)argv;
	if (argc == 1) {
		print("license", module_userspace_licenses,
		      ARRAY_SIZE(module_userspace_licenses));
		print("exception", module_userspace_exceptions,
		      ARRAY_SIZE(module_userspace_exceptions));
		return 0;
	}

	while (fgets(line, sizeof(line), stdin)) {
		struct module_userspace us = { .nr = 1 };

		switch (module_userspace_check_license(&us, line,
						       strcspn(line, "\n"))) {
		case MODULE_USERSPACE_FREE:
			puts("free");
			break;
		case MODULE_USERSPACE_NOT_FREE:
			puts("not free");
			break;
		default:
			puts("malformed");
			break;
		}
	}
	return 0;
}
