// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz what reads the declarations of a module: modpost reads what anybody may
 * write into an object, and the tag that it writes is believed by the kernel.
 *
 * Sanitizers see what must not be touched. What must be true of every result
 * is said here, with an evaluator of license expressions that shares nothing
 * with the one in modpost but the tables: recursive descent here, a state
 * machine there.
 */
#include <stdint.h>
#include <stdlib.h>

#include "declaration.c"
#include "require.h"

/* The reference */

struct parser {
	const char *pos, *end;
	unsigned int depth;
	enum module_userspace_verdict error;	/* 0: none yet */
};

static bool in_list(const char *const *list, size_t nr, const char *word)
{
	while (nr--)
		if (!strcasecmp(list[nr], word))
			return true;
	return false;
}

static bool is_word(char c)
{
	return c && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789-.:", c);
}

static bool is_operator(const char *word)
{
	return !strcmp(word, "AND") || !strcmp(word, "OR") ||
	       !strcmp(word, "WITH");
}

static void skip_spaces(struct parser *p)
{
	while (p->pos < p->end && *p->pos == ' ')
		p->pos++;
}

/* The next word, not taken yet; "" if there is none. Longer ones are cut. */
static size_t peek(struct parser *p, char word[128])
{
	size_t n = 0;

	skip_spaces(p);
	while (p->pos + n < p->end && is_word(p->pos[n])) {
		if (n < 127)
			word[n] = p->pos[n];
		n++;
	}
	word[n < 127 ? n : 127] = '\0';

	return n;
}

static bool take(struct parser *p, const char *op)
{
	char word[128];
	size_t n = peek(p, word);

	if (p->error || strcmp(word, op))
		return false;
	p->pos += n;
	return true;
}

static bool fail(struct parser *p, enum module_userspace_verdict why)
{
	if (!p->error)
		p->error = why;
	return false;
}

static bool parse_or(struct parser *p);

static bool parse_operand(struct parser *p)
{
	char word[128];
	size_t n;
	bool free;

	if (p->error)
		return false;

	skip_spaces(p);
	if (p->pos < p->end && *p->pos == '(') {
		if (p->depth == MODULE_USERSPACE_MAX_DEPTH)
			return fail(p, MODULE_USERSPACE_BAD_DEPTH);
		p->depth++;
		p->pos++;
		free = parse_or(p);
		skip_spaces(p);
		if (p->pos == p->end || *p->pos != ')')
			return fail(p, MODULE_USERSPACE_BAD_LICENSE);
		p->pos++;
		p->depth--;
		return free;
	}

	n = peek(p, word);
	if (!n || is_operator(word))
		return fail(p, MODULE_USERSPACE_BAD_LICENSE);
	p->pos += n;
	free = in_list(module_userspace_licenses,
		       ARRAY_SIZE(module_userspace_licenses), word);
	if (p->pos < p->end && *p->pos == '+') {
		p->pos++;
		if (p->pos < p->end && is_word(*p->pos))
			return fail(p, MODULE_USERSPACE_BAD_LICENSE);
	}

	if (take(p, "WITH")) {
		n = peek(p, word);
		if (!n || is_operator(word))
			return fail(p, MODULE_USERSPACE_BAD_LICENSE);
		p->pos += n;
		if (!in_list(module_userspace_exceptions,
			     ARRAY_SIZE(module_userspace_exceptions), word))
			free = false;
	}
	return free;
}

static bool parse_and(struct parser *p)
{
	bool free = parse_operand(p);

	while (take(p, "AND"))
		free &= parse_operand(p);
	return free;
}

static bool parse_or(struct parser *p)
{
	bool free = parse_and(p);

	while (take(p, "OR"))
		free |= parse_and(p);
	return free;
}

static enum module_userspace_verdict reference(const char *s, size_t len)
{
	struct parser p = { .pos = s, .end = s + len };
	bool free = parse_or(&p);

	skip_spaces(&p);
	if (p.pos != p.end)
		fail(&p, MODULE_USERSPACE_BAD_LICENSE);
	if (p.error)
		return p.error;
	return free ? MODULE_USERSPACE_FREE : MODULE_USERSPACE_NOT_FREE;
}

/* What must be true of a declaration that is accepted */
static void require_good(const char *s, size_t len)
{
	const char *license;
	size_t i;

	REQUIRE(len <= MODULE_USERSPACE_MAX_LEN);
	for (i = 0; i < len; i++)
		REQUIRE(s[i] >= ' ' && s[i] <= '~');

	if (len == 7 && !memcmp(s, "library", 7))
		return;

	REQUIRE((len > 8 && !memcmp(s, "https://", 8) && s[8] != ' ') ||
		(len > 7 && !memcmp(s, "http://", 7) && s[7] != ' ') ||
		(len > 6 && !memcmp(s, "git://", 6) && s[6] != ' '));
	/* It becomes a string in C. */
	for (i = 0; i < len; i++)
		REQUIRE(!strchr("\"'\\", s[i]));
	license = memchr(s, ' ', len);
	REQUIRE(license);
	REQUIRE(reference(license, s + len - license) == MODULE_USERSPACE_FREE);
}

static void require_message(const struct module_userspace *us, size_t size)
{
	static const char *const names[] = { "", "dma_buf_get", NULL };
	struct module_userspace_use use = { .nr = 0 };
	char all[MODULE_USERSPACE_MSG_LEN];
	char longest[600];
	char *buf;
	size_t i;

	memset(longest, 's', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (i = 0; i < size % 7; i++)
		module_userspace_add_use(&use, names[i % 3] ?: longest);

	module_userspace_message(all, sizeof(all), us, &use);
	REQUIRE(strlen(all) < sizeof(all) - 1);
	REQUIRE(strstr(all, "MODULE_USERSPACE(\""));
	REQUIRE(strstr(all, "symbol-userspace.html"));
	for (i = 0; all[i]; i++)
		REQUIRE(all[i] == '\n' || (all[i] >= ' ' && all[i] <= '~'));

	/* On the heap, so that the sanitizer sees a byte too many. */
	size = 1 + size % sizeof(all);
	buf = malloc(size);
	REQUIRE(buf);
	module_userspace_message(buf, size, us, &use);
	REQUIRE(strlen(buf) == (strlen(all) < size ? strlen(all) : size - 1));
	REQUIRE(!memcmp(buf, all, strlen(buf)));
	free(buf);
}

static void require_detail(const struct module_userspace *us)
{
	size_t i;

	REQUIRE(memchr(us->detail, '\0', sizeof(us->detail)));
	for (i = 0; us->detail[i]; i++)
		REQUIRE(us->detail[i] >= ' ' && us->detail[i] <= '~');
}

static void fuzz_license(const char *s, size_t len)
{
	enum module_userspace_verdict want = reference(s, len);
	struct module_userspace us = { .nr = 1 };

	REQUIRE(module_userspace_check_license(&us, s, len) == want);
	REQUIRE(us.verdict == want);
	REQUIRE(memchr(us.detail, '\0', sizeof(us.detail)));
	REQUIRE((want == MODULE_USERSPACE_NOT_FREE) <= (us.detail[0] != '\0'));
	REQUIRE((want == MODULE_USERSPACE_FREE) <= (us.detail[0] == '\0'));
}

static void fuzz_declaration(const char *s, size_t len)
{
	struct module_userspace us = { .nr = 1 };

	switch (module_userspace_check(&us, s, len)) {
	case MODULE_USERSPACE_FREE:
		require_good(s, len);
		break;
	case MODULE_USERSPACE_LIBRARY_ONLY:
		REQUIRE(len == 7 && !memcmp(s, "library", 7));
		break;
	default:
		REQUIRE(module_userspace_is_bad(&us));
		REQUIRE(!module_userspace_may_use(&us, true));
		break;
	}
	require_detail(&us);
	require_message(&us, len);
}

static void fuzz_modinfo(const char *s, size_t len)
{
	struct module_userspace us;
	unsigned int nr = 0, libraries = 0;
	bool declared = false;
	size_t pos, n;

	memset(&us, 0xff, sizeof(us));
	module_userspace_scan(&us, s, len);
	require_detail(&us);
	require_message(&us, len);

	REQUIRE(us.verdict >= MODULE_USERSPACE_NONE &&
		us.verdict <= MODULE_USERSPACE_BOTH);
	REQUIRE(module_userspace_is_bad(&us) <=
		!module_userspace_may_use(&us, true));
	if (module_userspace_is_bad(&us) &&
	    us.verdict != MODULE_USERSPACE_BOTH)
		return;

	/* Read to the end, so each and every declaration in there is good. */
	REQUIRE(!len || !s[len - 1]);
	for (pos = 0; pos < len; pos += n + 1) {
		n = strlen(s + pos);
		if (strncmp(s + pos, "userspace=", 10)) {
			/* Not the rest of a declaration with a NUL in it */
			REQUIRE(!declared || !n || strchr(s + pos, '='));
			declared = declared && !n;
			continue;
		}
		declared = true;
		nr++;
		require_good(s + pos + 10, n - 10);
		libraries += !strcmp(s + pos, "userspace=library");
	}
	REQUIRE(us.nr == nr);

	switch (us.verdict) {
	case MODULE_USERSPACE_NONE:
		REQUIRE(!nr);
		break;
	case MODULE_USERSPACE_FREE:
		REQUIRE(nr && !libraries);
		break;
	case MODULE_USERSPACE_LIBRARY_ONLY:
		REQUIRE(nr && libraries == nr);
		break;
	default:
		REQUIRE(libraries && libraries < nr);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	/* libFuzzer's copy of the data has exactly this size. */
	fuzz_license((const char *)data, len);
	fuzz_declaration((const char *)data, len);
	fuzz_modinfo((const char *)data, len);

	return 0;
}
