// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what a module declares with MODULE_USERSPACE(): the grammar,
 * the verdict, and the words of the message.
 *
 * The code is modpost's, scripts/mod/declaration.c, and nothing else of the kernel
 * has it. It reads what anybody may write into an object, and here KASAN sees it
 * do so.
 */

#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/module_symbol.h>
#include <linux/string.h>
#include "../../scripts/mod/declaration.c"

#define URL		"https://example.org/driver"
#define TAG		MODULE_USERSPACE_TAG

/* An identifier that no license list will ever know. */
#define UNKNOWN		"LicenseRef-unknown"

#define FREE		MODULE_USERSPACE_FREE
#define LIBRARY		MODULE_USERSPACE_LIBRARY_ONLY
#define NONE		MODULE_USERSPACE_NONE
#define BOTH		MODULE_USERSPACE_BOTH
#define NOT_FREE	MODULE_USERSPACE_NOT_FREE
#define BAD_LICENSE	MODULE_USERSPACE_BAD_LICENSE
#define BAD_DEPTH	MODULE_USERSPACE_BAD_DEPTH
#define BAD_URL		MODULE_USERSPACE_BAD_URL
#define BAD_BYTE	MODULE_USERSPACE_BAD_BYTE
#define BAD_LEN		MODULE_USERSPACE_BAD_LEN
#define BAD_END		MODULE_USERSPACE_BAD_END
#define NO_LICENSE	MODULE_USERSPACE_NO_LICENSE

/**
 * struct text_case - A license expression or a declaration, and its verdict
 * @name: What must hold.
 * @text: The expression or declaration.
 * @verdict: The verdict on it.
 * @detail: The part that must be named as the one at fault, NULL if none is.
 */
struct text_case {
	const char *name;
	const char *text;
	enum module_userspace_verdict verdict;
	const char *detail;
};

static void text_case_to_desc(const struct text_case *t, char *desc)
{
	strscpy(desc, t->name, KUNIT_PARAM_DESC_SIZE);
}

typedef enum module_userspace_verdict (*check_fn)(struct module_userspace *us,
						  const char *s, size_t len);

/*
 * The text is not terminated where it comes from: whatever stands behind it
 * must not change the verdict, and KASAN must not see it read.
 */
static void expect_verdict(struct kunit *test, check_fn check,
			   const struct text_case *t)
{
	static const char * const behind[] = {
		"", "X", "+", " ", ")", " OR MIT", (" AND " UNKNOWN),
	};
	size_t len = strlen(t->text);
	int i;

	for (i = 0; i < ARRAY_SIZE(behind); i++) {
		struct module_userspace us = { };
		size_t extra = strlen(behind[i]);
		char *s = kunit_kzalloc(test, len + extra, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, s);
		memcpy(s, t->text, len);
		memcpy(s + len, behind[i], extra);

		KUNIT_EXPECT_EQ_MSG(test, check(&us, s, len), t->verdict,
				    "\"%s\", followed by \"%s\"", t->text,
				    behind[i]);
		KUNIT_EXPECT_EQ(test, us.verdict, t->verdict);
		KUNIT_EXPECT_STREQ(test, us.detail, t->detail ?: "");
		kunit_kfree(test, s);
	}
}

/* License expressions */

static const struct text_case license_cases[] = {
	/* One license */
	{ "a license on the list is free", "MIT", FREE },
	{ "the first license of the list is found", "0BSD", FREE },
	{ "the last license of the list is found", "Zlib", FREE },
	{ "identifiers are not case-sensitive: lower", "mit", FREE },
	{ "identifiers are not case-sensitive: upper", "APACHE-2.0", FREE },
	{ "identifiers are not case-sensitive: mixed", "gPl-2.0-ONLY", FREE },
	{ "a license that is known and not free is not free", "CC-BY-NC-4.0",
	  NOT_FREE, "CC-BY-NC-4.0" },
	{ "a source-available license is not free", "BUSL-1.1",
	  NOT_FREE, "BUSL-1.1" },
	{ "an unknown license is not free", UNKNOWN, NOT_FREE, UNKNOWN },
	{ "a reference into another document is not free",
	  "DocumentRef-x:LicenseRef-y",
	  NOT_FREE, "DocumentRef-x:LicenseRef-y" },
	{ "NONE is not free", "NONE", NOT_FREE, "NONE" },
	{ "NOASSERTION is not free", "NOASSERTION", NOT_FREE, "NOASSERTION" },
	{ "the start of an identifier is not the identifier", "MI",
	  NOT_FREE, "MI" },
	{ "an identifier with more behind it is another one", "MITX",
	  NOT_FREE, "MITX" },
	{ "the words of MODULE_LICENSE() are no license expression: GPL",
	  "GPL", NOT_FREE, "GPL" },
	{ "an exception alone is no license", "LLVM-exception",
	  NOT_FREE, "LLVM-exception" },
	{ "an identifier that starts like an operator is none", "ORACLE",
	  NOT_FREE, "ORACLE" },
	{ "the part at fault is cut to what a message quotes",
	  "LicenseRef-0123456789-0123456789-0123456789-0123456789-0123456789",
	  NOT_FREE,
	  "LicenseRef-0123456789-0123456789-0123456789-0123456789-01234..." },

	/* + */
	{ "plus keeps a free license free", "GPL-2.0+", FREE },
	{ "plus makes no license free", "BUSL-1.1+", NOT_FREE, "BUSL-1.1" },
	{ "plus goes with WITH", "GPL-2.0+ WITH Classpath-exception-2.0",
	  FREE },

	/* WITH */
	{ "a known exception only adds permissions",
	  "GPL-2.0-only WITH Linux-syscall-note", FREE },
	{ "exceptions are not case-sensitive",
	  "apache-2.0 WITH llvm-EXCEPTION", FREE },
	{ "an unknown exception is not free", "MIT WITH Unknown-exception",
	  NOT_FREE, "Unknown-exception" },
	{ "a license is no exception", "MIT WITH ISC", NOT_FREE, "ISC" },
	{ "an exception makes no license free",
	  "BUSL-1.1 WITH LLVM-exception", NOT_FREE, "BUSL-1.1" },
	{ "of an unknown license and an unknown exception the license is named",
	  UNKNOWN " WITH Unknown-exception", NOT_FREE, UNKNOWN },
	{ "WITH belongs to the license next to it: AND",
	  "MIT AND GPL-2.0-only WITH Linux-syscall-note", FREE },
	{ "WITH belongs to the license next to it: OR",
	  "MIT OR ISC WITH Unknown-exception", FREE },

	/* AND, OR and their precedence */
	{ "OR needs one side: the first", "MIT OR " UNKNOWN, FREE },
	{ "OR needs one side: the second", UNKNOWN " OR MIT", FREE },
	{ "OR needs one side: the last of many",
	  UNKNOWN " OR BUSL-1.1 OR SSPL-1.0 OR MIT", FREE },
	{ "OR of nothing free is not free", "BUSL-1.1 OR SSPL-1.0",
	  NOT_FREE, "BUSL-1.1" },
	{ "AND of free licenses is free", "MIT AND ISC AND Zlib", FREE },
	{ "AND needs the first side", UNKNOWN " AND MIT", NOT_FREE, UNKNOWN },
	{ "AND needs the second side", "MIT AND " UNKNOWN, NOT_FREE, UNKNOWN },
	{ "AND needs every side", "MIT AND ISC AND " UNKNOWN " AND Zlib",
	  NOT_FREE, UNKNOWN },
	{ "AND binds stronger than OR: free first",
	  "MIT OR ISC AND " UNKNOWN, FREE },
	{ "AND binds stronger than OR: free last",
	  UNKNOWN " AND ISC OR MIT", FREE },
	{ "AND binds stronger than OR: neither",
	  "MIT AND BUSL-1.1 OR SSPL-1.0 AND ISC", NOT_FREE, "BUSL-1.1" },
	{ "an OR that is met stays met",
	  "MIT OR " UNKNOWN " AND ISC OR BUSL-1.1", FREE },

	/* Parentheses */
	{ "parentheses around one license", "(MIT)", FREE },
	{ "parentheses around all of it", "(MIT OR ISC)", FREE },
	{ "parentheses with spaces inside", "( MIT )", FREE },
	{ "parentheses that touch an operator", "(MIT)AND(ISC)", FREE },
	{ "parentheses bind stronger than AND: free",
	  "MIT AND (ISC OR " UNKNOWN ")", FREE },
	{ "parentheses bind stronger than AND: not free",
	  "(MIT OR ISC) AND " UNKNOWN, NOT_FREE, UNKNOWN },
	{ "parentheses that are not free spoil their AND",
	  "MIT AND (" UNKNOWN " AND ISC)", NOT_FREE, UNKNOWN },
	{ "parentheses that are not free spoil no OR",
	  "(" UNKNOWN ") OR MIT", FREE },
	{ "parentheses side by side", "(MIT OR " UNKNOWN ") AND (" UNKNOWN
	  " OR ISC)", FREE },
	{ "parentheses one after the other start anew",
	  "(" UNKNOWN ") OR (MIT)", FREE },
	{ "parentheses that are met do not help the next ones: OR",
	  "(MIT OR ISC) AND (" UNKNOWN ")", NOT_FREE, UNKNOWN },
	{ "parentheses that are met do not help the next ones: deeper",
	  "((MIT OR ISC)) AND ((" UNKNOWN " AND MIT))", NOT_FREE, UNKNOWN },
	{ "parentheses in parentheses",
	  "((MIT OR " UNKNOWN ") AND (ISC OR " UNKNOWN ")) AND Zlib", FREE },
	{ "an unknown license that is not needed is not named",
	  "(BUSL-1.1 OR MIT) AND " UNKNOWN, NOT_FREE, UNKNOWN },
	{ "an unknown license that is needed is named, though another is not",
	  UNKNOWN " AND (BUSL-1.1 OR MIT)", NOT_FREE, UNKNOWN },
	{ "an unknown license is named when nothing else in its parentheses is free",
	  "(BUSL-1.1 OR SSPL-1.0) AND (" UNKNOWN " OR MIT)",
	  NOT_FREE, "BUSL-1.1" },

	/* Spaces */
	{ "leading and trailing spaces do not matter", "  MIT  ", FREE },
	{ "double spaces do not matter",
	  "MIT  OR  ISC  WITH  LLVM-exception", FREE },
};

KUNIT_ARRAY_PARAM(license, license_cases, text_case_to_desc);

/* All of a malformed expression is at fault, so only its text is listed. */
static const struct text_case malformed_cases[] = {
	{ "the words of MODULE_LICENSE() are no license expression: GPL v2",
	  "GPL v2" },
	{ "a space before plus is malformed", "GPL-2.0 +" },
	{ "two plus are malformed", "GPL-2.0++" },
	{ "plus in front is malformed", "+GPL-2.0" },
	{ "plus alone is malformed", "+" },
	{ "plus behind a parenthesis is malformed", "(MIT)+" },
	{ "plus behind an exception is malformed", "MIT WITH LLVM-exception+" },
	{ "plus and an operator without a space are malformed", "MIT+OR ISC" },
	{ "plus and an identifier without a space are malformed", "MIT+ISC" },
	{ "WITH behind a parenthesis is malformed",
	  "(MIT) WITH LLVM-exception" },
	{ "WITH before a parenthesis is malformed",
	  "MIT WITH (LLVM-exception)" },
	{ "two WITH are malformed",
	  "MIT WITH LLVM-exception WITH LLVM-exception" },
	{ "WITH without an exception is malformed", "MIT WITH" },
	{ "WITH and a space without an exception is malformed", "MIT WITH " },
	{ "WITH without a license is malformed", "WITH LLVM-exception" },
	{ "WITH and an operator is malformed", "MIT WITH OR" },
	{ "empty parentheses are malformed", "()" },
	{ "an open parenthesis is malformed", "(MIT" },
	{ "a parenthesis that was not opened is malformed", "MIT)" },
	{ "parentheses the wrong way round are malformed", ")MIT(" },
	{ "a parenthesis behind a license is malformed", "MIT (ISC)" },
	{ "a license behind a parenthesis is malformed", "(MIT) ISC" },
	{ "parentheses without an operator between are malformed",
	  "(MIT)(ISC)" },
	{ "an operator before a closing parenthesis is malformed",
	  "(MIT OR) ISC" },
	{ "other brackets are malformed", "[MIT]" },
	{ "nothing at all is malformed", "" },
	{ "spaces alone are malformed", "   " },
	{ "two licenses without an operator are malformed", "MIT ISC" },
	{ "an operator alone is malformed: AND", "AND" },
	{ "an operator alone is malformed: OR", "OR" },
	{ "an operator alone is malformed: WITH", "WITH" },
	{ "AND without a second operand is malformed", "MIT AND" },
	{ "OR without a second operand is malformed", "MIT OR" },
	{ "AND without a first operand is malformed", "AND MIT" },
	{ "OR without a first operand is malformed", "OR MIT" },
	{ "two operators in a row are malformed", "MIT AND OR ISC" },
	{ "operators are case-sensitive: and", "MIT and ISC" },
	{ "operators are case-sensitive: or", "MIT or ISC" },
	{ "operators are case-sensitive: Or", "MIT Or ISC" },
	{ "operators are case-sensitive: with", "MIT with LLVM-exception" },
	{ "an unknown operator is malformed", "MIT XOR ISC" },
	{ "a slash is no operator", "MIT/ISC" },
	{ "a comma is no operator", "MIT, ISC" },
	{ "an underscore is in no identifier", "Apache_2.0" },
	{ "malformed at the end counts, though the start is free",
	  "MIT OR ISC OR" },
	{ "malformed comes before not free", UNKNOWN " AND" },
};

KUNIT_ARRAY_PARAM(malformed, malformed_cases, text_case_to_desc);

static void license_verdict(struct kunit *test)
{
	expect_verdict(test, module_userspace_check_license, test->param_value);
}

static void license_malformed(struct kunit *test)
{
	const struct text_case *param = test->param_value;
	const struct text_case t = {
		.text = param->text,
		.verdict = BAD_LICENSE,
		.detail = param->text,
	};

	expect_verdict(test, module_userspace_check_license, &t);
}

/* @depth parentheses around "MIT" */
static const char *nested(struct kunit *test, int depth)
{
	char *s = kunit_kzalloc(test, 2 * depth + sizeof("MIT"), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	memset(s, '(', depth);
	memcpy(s + depth, "MIT", 3);
	memset(s + depth + 3, ')', depth);

	return s;
}

static void license_deepest_nesting_is_allowed(struct kunit *test)
{
	const struct text_case t = {
		.text = nested(test, MODULE_USERSPACE_MAX_DEPTH),
		.verdict = FREE,
	};

	expect_verdict(test, module_userspace_check_license, &t);
}

static void license_depth_counts_open_parentheses_only(struct kunit *test)
{
	const char *deep = nested(test, MODULE_USERSPACE_MAX_DEPTH);
	const size_t size = 3 * strlen(deep) + sizeof(" AND  OR ");
	char *s = kunit_kzalloc(test, size, GFP_KERNEL);
	const struct text_case t = { .text = s, .verdict = FREE };

	KUNIT_ASSERT_NOT_NULL(test, s);
	snprintf(s, size, "%s AND %s OR %s", deep, deep, deep);
	expect_verdict(test, module_userspace_check_license, &t);
}

static void license_one_level_deeper_is_refused(struct kunit *test)
{
	const struct text_case t = {
		.text = nested(test, MODULE_USERSPACE_MAX_DEPTH + 1),
		.verdict = BAD_DEPTH,
		.detail = "(MIT)))))))))",
	};

	BUILD_BUG_ON(MODULE_USERSPACE_MAX_DEPTH != 8);
	expect_verdict(test, module_userspace_check_license, &t);
}

static void license_innermost_level_counts(struct kunit *test)
{
	const struct text_case free = {
		.text = "((((((((" UNKNOWN " OR MIT))))))))",
		.verdict = FREE,
	};
	const struct text_case not_free = {
		.text = "((((((((" UNKNOWN " AND MIT))))))))",
		.verdict = NOT_FREE,
		.detail = UNKNOWN,
	};

	expect_verdict(test, module_userspace_check_license, &free);
	expect_verdict(test, module_userspace_check_license, &not_free);
}

static struct kunit_case license_test_cases[] = {
	KUNIT_CASE_PARAM(license_verdict, license_gen_params),
	KUNIT_CASE_PARAM(license_malformed, malformed_gen_params),
	KUNIT_CASE(license_deepest_nesting_is_allowed),
	KUNIT_CASE(license_depth_counts_open_parentheses_only),
	KUNIT_CASE(license_one_level_deeper_is_refused),
	KUNIT_CASE(license_innermost_level_counts),
	{}
};

static struct kunit_suite license_suite = {
	.name = "module_userspace_license",
	.test_cases = license_test_cases,
};

/* Declarations: what stands behind "userspace=" */

static const struct text_case declaration_cases[] = {
	{ "https is accepted", "https://example.org/x MIT", FREE },
	{ "http is accepted", "http://example.org/x MIT", FREE },
	{ "git is accepted", "git://example.org/x MIT", FREE },
	{ "the shortest URL is accepted", "git://x MIT", FREE },
	{ "an expression with spaces is accepted",
	  URL " MIT OR (ISC AND GPL-2.0-only WITH Linux-syscall-note)", FREE },
	{ "more than one space before the license is accepted",
	  URL "   MIT", FREE },
	{ "trailing spaces are accepted", URL " MIT ", FREE },
	/* modpost writes it into C, so quotes and backslashes are refused below. */
	{ "a URL may hold any other printable character",
	  "https://example.org:80/~x?a=b&c=%20#[y]", NO_LICENSE,
	  "https://example.org:80/~x?a=b&c=%20#[y]" },
	{ "library is accepted", "library", LIBRARY },

	{ "an empty declaration has no URL", "", BAD_URL },
	{ "a space has no URL", " ", BAD_URL, " " },
	{ "a license alone has no URL", "MIT", BAD_URL, "MIT" },
	{ "the license before the URL is refused", "MIT " URL, BAD_URL, "MIT" },
	{ "a space before the URL is refused", " " URL " MIT",
	  BAD_URL, " " URL " MIT" },
	{ "a scheme alone is no URL", "https:// MIT", BAD_URL, "https://" },
	{ "a URL without a host is refused", "https:///x MIT",
	  BAD_URL, "https:///x" },
	{ "a scheme with one slash is refused", "https:/example.org MIT",
	  BAD_URL, "https:/example.org" },
	{ "a URL without a scheme is refused", "example.org/x MIT",
	  BAD_URL, "example.org/x" },
	{ "other schemes are refused: ftp", "ftp://example.org/x MIT",
	  BAD_URL, "ftp://example.org/x" },
	{ "other schemes are refused: file", "file:///x MIT",
	  BAD_URL, "file:///x" },
	{ "other schemes are refused: ssh", "git+ssh://example.org/x MIT",
	  BAD_URL, "git+ssh://example.org/x" },
	{ "a scheme with more in front is refused", "xhttps://example.org MIT",
	  BAD_URL, "xhttps://example.org" },
	{ "a quote in the URL is refused", "https://x\" MIT",
	  BAD_URL, "https://x\"" },
	{ "an apostrophe in the URL is refused", "https://x' MIT",
	  BAD_URL, "https://x'" },
	{ "a backslash in the URL is refused", "https://x\\n MIT",
	  BAD_URL, "https://x\\n" },
	{ "schemes are lower case", "HTTPS://example.org/x MIT",
	  BAD_URL, "HTTPS://example.org/x" },

	{ "a URL without a license is refused", URL, NO_LICENSE, URL },
	{ "a URL and a space have no license", URL " ", NO_LICENSE, URL " " },
	{ "a space in the URL starts the license", "https://example.org/a b MIT",
	  BAD_LICENSE, "b MIT" },
	{ "a license that is not free is refused", URL " BUSL-1.1",
	  NOT_FREE, "BUSL-1.1" },
	{ "a malformed license is refused", URL " GPL v2",
	  BAD_LICENSE, "GPL v2" },
	{ "one level too deep is refused", URL " (((((((((MIT)))))))))",
	  BAD_DEPTH, "(MIT)))))))))" },

	{ "library with more behind it is refused", "libraryx",
	  BAD_URL, "libraryx" },
	{ "library with a license is refused", "library MIT",
	  BAD_URL, "library" },
	{ "library with a space behind it is refused", "library ",
	  BAD_URL, "library" },
	{ "library with a space in front is refused", " library",
	  BAD_URL, " library" },
	{ "library is lower case", "Library", BAD_URL, "Library" },
	{ "the start of library is refused", "librar", BAD_URL, "librar" },

	{ "a tab is refused", URL "\tMIT", BAD_BYTE, URL },
	{ "a line feed is refused", URL " MIT\n", BAD_BYTE, URL " MIT" },
	{ "a carriage return is refused", URL " MIT\r", BAD_BYTE, URL " MIT" },
	{ "an escape sequence is refused", "https://\033[2J MIT",
	  BAD_BYTE, "https://" },
	{ "the last control character is refused", URL "\037 MIT",
	  BAD_BYTE, URL },
	{ "DEL is refused", URL "\177 MIT", BAD_BYTE, URL },
	{ "the first byte beyond ASCII is refused", URL "\200 MIT",
	  BAD_BYTE, URL },
	{ "the last byte is refused", URL "\377 MIT", BAD_BYTE, URL },
	{ "UTF-8 in a URL is refused", "https://ex\303\244mple.org MIT",
	  BAD_BYTE, "https://ex" },
	{ "a no-break space is refused", URL "\302\240MIT", BAD_BYTE, URL },
	{ "a bad byte in front is refused", "\001" URL " MIT", BAD_BYTE },
	{ "a bad byte in the license is refused", URL " MIT OR I\001C",
	  BAD_BYTE, URL " MIT OR I" },
	{ "a bad byte behind library is refused", "library\001",
	  BAD_BYTE, "library" },
	{ "what is quoted stands right before the bad byte",
	  "https://example.org/0123456789-0123456789-0123456789-0123456789-0123456789\001",
	  BAD_BYTE,
	  "mple.org/0123456789-0123456789-0123456789-0123456789-0123456789" },
};

KUNIT_ARRAY_PARAM(declaration, declaration_cases, text_case_to_desc);

static void declaration_verdict(struct kunit *test)
{
	expect_verdict(test, module_userspace_check, test->param_value);
}

static void declaration_nul_within_is_refused(struct kunit *test)
{
	static const char entry[] = URL " MIT\0 AND ISC";
	struct module_userspace us = { };

	KUNIT_EXPECT_EQ(test, module_userspace_check(&us, entry,
						     sizeof(entry) - 1),
			BAD_BYTE);
	KUNIT_EXPECT_STREQ(test, us.detail, URL " MIT");
}

/* "https://xx...x" and @license, @len bytes in all */
static const char *long_declaration(struct kunit *test, size_t len,
				    const char *license)
{
	char *s = kunit_kzalloc(test, len + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	memset(s, 'x', len);
	memcpy(s, "https://", 8);
	memcpy(s + len - strlen(license), license, strlen(license));

	return s;
}

static void declaration_longest_is_accepted(struct kunit *test)
{
	const struct text_case t = {
		.text = long_declaration(test, MODULE_USERSPACE_MAX_LEN, " MIT"),
		.verdict = FREE,
	};

	expect_verdict(test, module_userspace_check, &t);
}

static void declaration_one_byte_more_is_refused(struct kunit *test)
{
	const struct text_case t = {
		.text = long_declaration(test, MODULE_USERSPACE_MAX_LEN + 1,
					 " MIT"),
		.verdict = BAD_LEN,
	};

	expect_verdict(test, module_userspace_check, &t);
}

static void declaration_too_long_comes_before_all_else(struct kunit *test)
{
	const struct text_case t = {
		.text = long_declaration(test, MODULE_USERSPACE_MAX_LEN + 1,
					 "\001"),
		.verdict = BAD_LEN,
	};

	expect_verdict(test, module_userspace_check, &t);
}

/* "MIT OR MIT OR ..." to the last byte that is allowed */
static void declaration_longest_license_is_accepted(struct kunit *test)
{
	static const char more[] = " OR MIT";
	char *s = kunit_kzalloc(test, MODULE_USERSPACE_MAX_LEN + 1, GFP_KERNEL);
	const struct text_case t = { .text = s, .verdict = FREE };

	KUNIT_ASSERT_NOT_NULL(test, s);
	strscpy(s, "git://x MIT", MODULE_USERSPACE_MAX_LEN + 1);
	while (strlen(s) + strlen(more) <= MODULE_USERSPACE_MAX_LEN)
		strcat(s, more);
	memset(s + strlen(s), ' ', MODULE_USERSPACE_MAX_LEN - strlen(s));
	KUNIT_ASSERT_EQ(test, strlen(s), MODULE_USERSPACE_MAX_LEN);

	expect_verdict(test, module_userspace_check, &t);
}

static struct kunit_case declaration_test_cases[] = {
	KUNIT_CASE_PARAM(declaration_verdict, declaration_gen_params),
	KUNIT_CASE(declaration_nul_within_is_refused),
	KUNIT_CASE(declaration_longest_is_accepted),
	KUNIT_CASE(declaration_one_byte_more_is_refused),
	KUNIT_CASE(declaration_too_long_comes_before_all_else),
	KUNIT_CASE(declaration_longest_license_is_accepted),
	{}
};

static struct kunit_suite declaration_suite = {
	.name = "module_userspace_declaration",
	.test_cases = declaration_test_cases,
};

/* The .modinfo section */

/**
 * struct modinfo_case - A .modinfo section, and the verdict on it
 * @name: What must hold.
 * @data: The section.
 * @size: Its size.
 * @verdict: The verdict on all of its declarations.
 * @nr: How many declarations must be counted.
 */
struct modinfo_case {
	const char *name;
	const char *data;
	size_t size;
	enum module_userspace_verdict verdict;
	unsigned int nr;
};

#define TERMINATED(s)	.data = s, .size = sizeof(s)
#define CUT(s)		.data = s, .size = sizeof(s) - 1
#define GOOD		TAG URL " MIT"

static const struct modinfo_case modinfo_cases[] = {
	/* None */
	{ "an empty section declares nothing", CUT(""), NONE, 0 },
	{ "padding declares nothing", TERMINATED("\0\0\0"), NONE, 0 },
	{ "other tags declare nothing",
	  TERMINATED("license=GPL\0author=Me"), NONE, 0 },
	{ "a longer tag is another tag",
	  TERMINATED("userspacex=" URL " MIT"), NONE, 0 },
	{ "a tag with more in front is another tag",
	  TERMINATED("xuserspace=" URL " MIT"), NONE, 0 },
	{ "the tag of a built-in module is another tag",
	  TERMINATED("driver." GOOD), NONE, 0 },
	{ "the tag in another case is another tag",
	  TERMINATED("Userspace=" URL " MIT"), NONE, 0 },
	{ "the start of the tag is no declaration",
	  TERMINATED("userspace"), NONE, 0 },
	{ "the tag in a value is no declaration",
	  TERMINATED("description=" GOOD), NONE, 0 },

	/* One */
	{ "one declaration", TERMINATED(GOOD), FREE, 1 },
	{ "one declaration between other tags",
	  TERMINATED("license=GPL\0" GOOD "\0author=Me"), FREE, 1 },
	{ "padding in front, between and at the end",
	  TERMINATED("\0\0license=GPL\0\0\0" GOOD "\0\0\0name=x\0\0"), FREE, 1 },
	{ "a library", TERMINATED(TAG "library"), LIBRARY, 1 },
	{ "an empty declaration is one", TERMINATED(TAG), BAD_URL, 1 },
	{ "an empty declaration does not reach for the next string",
	  TERMINATED(TAG "\0https=" URL " MIT"), BAD_URL, 1 },
	{ "one that is not free", TERMINATED(TAG URL " BUSL-1.1"), NOT_FREE, 1 },
	{ "control characters", TERMINATED(TAG URL "\n MIT"), BAD_BYTE, 1 },

	/* Several */
	{ "two good ones are free",
	  TERMINATED(GOOD "\0" TAG "git://x ISC"), FREE, 2 },
	{ "the same one twice is free", TERMINATED(GOOD "\0" GOOD), FREE, 2 },
	{ "a bad one is not made up for by a good one behind it",
	  TERMINATED(TAG URL " BUSL-1.1\0" GOOD), NOT_FREE, 1 },
	{ "a bad one is not made up for by a good one before it",
	  TERMINATED(GOOD "\0" TAG URL " BUSL-1.1"), NOT_FREE, 2 },
	{ "of two bad ones the first decides",
	  TERMINATED(TAG URL "\0" TAG URL " BUSL-1.1"), NO_LICENSE, 1 },
	{ "a library twice is a library",
	  TERMINATED(TAG "library\0" TAG "library"), LIBRARY, 2 },
	{ "a userspace and a library are a contradiction",
	  TERMINATED(GOOD "\0" TAG "library"), BOTH, 2 },
	{ "a library and a userspace are a contradiction",
	  TERMINATED(TAG "library\0name=x\0" GOOD), BOTH, 2 },
	{ "a bad one comes before the contradiction",
	  TERMINATED(GOOD "\0" TAG "library\0" TAG "x"), BAD_URL, 3 },

	/* Cut short */
	{ "no terminator behind a declaration", CUT(GOOD), BAD_END, 0 },
	{ "no terminator behind a library", CUT(TAG "library"), BAD_END, 0 },
	{ "no terminator behind the tag", CUT(TAG), BAD_END, 0 },
	{ "no terminator behind the start of the tag", CUT("user"), BAD_END, 0 },
	{ "no terminator behind another tag, after a good declaration",
	  CUT(GOOD "\0license=GPL"), BAD_END, 1 },
	{ "a NUL within the license, before a space",
	  TERMINATED(GOOD "\0 AND " UNKNOWN), BAD_END, 1 },
	{ "a NUL within the license, before an identifier",
	  TERMINATED(GOOD "\0" UNKNOWN), BAD_END, 1 },
	{ "a NUL within the license, before an equals sign",
	  TERMINATED(GOOD "\0="), BAD_END, 1 },
	{ "a NUL within the license, then padding",
	  TERMINATED(GOOD "\0\0\0 AND " UNKNOWN), BAD_END, 1 },
	{ "a NUL behind library", TERMINATED(TAG "library\0 no"), BAD_END, 1 },
	{ "a NUL within the URL", TERMINATED(TAG "https://x\0y MIT"),
	  NO_LICENSE, 1 },
	{ "a NUL within the tag is no declaration",
	  TERMINATED("user\0space=" URL " MIT"), NONE, 0 },
	{ "a string without a tag elsewhere is not ours to judge",
	  TERMINATED("no tag\0" GOOD "\0license=GPL\0no tag"), FREE, 1 },
};

static void modinfo_case_to_desc(const struct modinfo_case *t, char *desc)
{
	strscpy(desc, t->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(modinfo, modinfo_cases, modinfo_case_to_desc);

static void modinfo_verdict(struct kunit *test)
{
	const struct modinfo_case *t = test->param_value;
	struct module_userspace us;
	char *copy;

	/* The literal has one more NUL at its end, which must not be seen. */
	memset(&us, 0xff, sizeof(us));
	module_userspace_scan(&us, t->data, t->size);
	KUNIT_EXPECT_EQ(test, us.verdict, t->verdict);
	KUNIT_EXPECT_EQ(test, us.nr, t->nr);

	/* A copy of the very size, for KASAN. */
	copy = kunit_kmalloc(test, t->size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, t->data, t->size);
	memset(&us, 0xff, sizeof(us));
	module_userspace_scan(&us, copy, t->size);
	KUNIT_EXPECT_EQ(test, us.verdict, t->verdict);
	KUNIT_EXPECT_EQ(test, us.nr, t->nr);
	KUNIT_EXPECT_LT(test, strnlen(us.detail, sizeof(us.detail)),
			sizeof(us.detail));
}

KUNIT_DEFINE_ACTION_WRAPPER(kvfree_action, kvfree, const void *);

/* More than kmalloc() is good for. */
static char *big_buffer(struct kunit *test, size_t size)
{
	char *s = kvzalloc(size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, kvfree_action,
							   s));
	return s;
}

static void modinfo_thousands_of_declarations(struct kunit *test)
{
	static const char bad[] = TAG URL " BUSL-1.1";
	const unsigned int nr = 10000;
	char *s = big_buffer(test, nr * sizeof(GOOD) + sizeof(bad));
	struct module_userspace us;
	unsigned int i;

	for (i = 0; i < nr; i++)
		memcpy(s + i * sizeof(GOOD), GOOD, sizeof(GOOD));
	module_userspace_scan(&us, s, nr * sizeof(GOOD));
	KUNIT_EXPECT_EQ(test, us.verdict, FREE);
	KUNIT_EXPECT_EQ(test, us.nr, nr);

	/* The last one counts as much as the first. */
	memcpy(s + nr * sizeof(GOOD), bad, sizeof(bad));
	module_userspace_scan(&us, s, nr * sizeof(GOOD) + sizeof(bad));
	KUNIT_EXPECT_EQ(test, us.verdict, NOT_FREE);
	KUNIT_EXPECT_EQ(test, us.nr, nr + 1);
	KUNIT_EXPECT_STREQ(test, us.detail, "BUSL-1.1");
}

static void modinfo_one_of_one_mib(struct kunit *test)
{
	const size_t size = 1024 * 1024;
	char *s = big_buffer(test, size);
	struct module_userspace us;

	memset(s, 'x', size - 1);
	memcpy(s, GOOD, strlen(GOOD));
	module_userspace_scan(&us, s, size);
	KUNIT_EXPECT_EQ(test, us.verdict, BAD_LEN);
	KUNIT_EXPECT_EQ(test, us.nr, 1);
	KUNIT_EXPECT_STREQ(test, us.detail, "");

	/* The same, and no end */
	s[size - 1] = 'x';
	module_userspace_scan(&us, s, size);
	KUNIT_EXPECT_EQ(test, us.verdict, BAD_END);
}

static void modinfo_other_tag_of_one_mib_is_skipped(struct kunit *test)
{
	const size_t size = 1024 * 1024;
	char *s = big_buffer(test, size + sizeof(GOOD));
	struct module_userspace us;

	memset(s, 'x', size - 1);
	memcpy(s, "alias=", strlen("alias="));
	memcpy(s + size, GOOD, sizeof(GOOD));
	module_userspace_scan(&us, s, size + sizeof(GOOD));
	KUNIT_EXPECT_EQ(test, us.verdict, FREE);
	KUNIT_EXPECT_EQ(test, us.nr, 1);
}

static struct kunit_case modinfo_test_cases[] = {
	KUNIT_CASE_PARAM(modinfo_verdict, modinfo_gen_params),
	KUNIT_CASE(modinfo_thousands_of_declarations),
	KUNIT_CASE(modinfo_one_of_one_mib),
	KUNIT_CASE(modinfo_other_tag_of_one_mib_is_skipped),
	{}
};

static struct kunit_suite modinfo_suite = {
	.name = "module_userspace_modinfo",
	.test_cases = modinfo_test_cases,
};

/* Who may use gated symbols */

/**
 * struct use_case - What follows from a verdict
 * @name: What must hold.
 * @verdict: The verdict.
 * @may_use: A module may use gated symbols, but may not be a library.
 * @library_may_use: Same, and may be a library.
 * @bad: It is a mistake even where no gated symbol is used.
 */
struct use_case {
	const char *name;
	enum module_userspace_verdict verdict;
	bool may_use, library_may_use;
	bool bad;
};

static const struct use_case use_cases[] = {
	{ "a free userspace will do everywhere",
	  FREE, true, true, false },
	{ "a library has to be one",
	  LIBRARY, false, true, false },
	{ "no declaration is refused, but no mistake",
	  NONE, false, false, false },
	{ "refused: cut short", BAD_END, false, false, true },
	{ "refused: too long", BAD_LEN, false, false, true },
	{ "refused: a bad byte", BAD_BYTE, false, false, true },
	{ "refused: a bad URL", BAD_URL, false, false, true },
	{ "refused: no license", NO_LICENSE, false, false, true },
	{ "refused: a malformed license",
	  BAD_LICENSE, false, false, true },
	{ "refused: nested too deep",
	  BAD_DEPTH, false, false, true },
	{ "refused: not free", NOT_FREE, false, false, true },
	{ "refused: a userspace and a library",
	  BOTH, false, false, true },
	{ "refused: a string that is no declaration",
	  MODULE_USERSPACE_STRAY, false, false, true },
	{ "refused: too many", MODULE_USERSPACE_TOO_MANY, false, false, true },
	{ "refused: a verdict that nobody knows",
	  MODULE_USERSPACE_TOO_MANY + 1, false, false, true },
};

static void use_case_to_desc(const struct use_case *t, char *desc)
{
	strscpy(desc, t->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(use, use_cases, use_case_to_desc);

static void verdict_may_use(struct kunit *test)
{
	const struct use_case *t = test->param_value;
	const struct module_userspace us = { .verdict = t->verdict, .nr = 1 };

	KUNIT_EXPECT_EQ(test, module_userspace_may_use(&us, false), t->may_use);
	KUNIT_EXPECT_EQ(test, module_userspace_may_use(&us, true),
			t->library_may_use);
	KUNIT_EXPECT_EQ(test, module_userspace_is_bad(&us), t->bad);
}

static void verdict_none_known_is_a_list(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, module_userspace_none_known(module_userspace_none[0]));
	KUNIT_EXPECT_FALSE(test, module_userspace_none_known("vgem"));
	KUNIT_EXPECT_FALSE(test, module_userspace_none_known(""));
}

/* What was never scanned must not pass. */
static void verdict_all_zero_is_refused(struct kunit *test)
{
	const struct module_userspace us = { };

	KUNIT_EXPECT_FALSE(test, module_userspace_may_use(&us, true));
}

static struct kunit_case verdict_test_cases[] = {
	KUNIT_CASE_PARAM(verdict_may_use, use_gen_params),
	KUNIT_CASE(verdict_all_zero_is_refused),
	KUNIT_CASE(verdict_none_known_is_a_list),
	{}
};

static struct kunit_suite verdict_suite = {
	.name = "module_userspace_verdict",
	.test_cases = verdict_test_cases,
};

/* Flags of exported symbols */

static const struct flag_case {
	const char *name;
	unsigned char flags;
	bool gpl_only;
	bool userspace;
} flag_cases[] = {
	{ "no flag: for every module", 0, false, false },
	{ "GPL-only: not gated", KSYM_FLAG_GPL_ONLY, true, false },
	{ "gated: GPL-only as well",
	  KSYM_FLAG_GPL_ONLY | KSYM_FLAG_USERSPACE, true, true },
	{ "gated without GPL-only: still GPL-only",
	  KSYM_FLAG_USERSPACE, true, true },
	{ "flags that nobody knows do not matter",
	  (unsigned char)~(KSYM_FLAG_GPL_ONLY | KSYM_FLAG_USERSPACE),
	  false, false },
	{ "all flags: gated and GPL-only", 0xff, true, true },
};

static void flag_case_to_desc(const struct flag_case *t, char *desc)
{
	strscpy(desc, t->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(flag, flag_cases, flag_case_to_desc);

static void flags_mapping(struct kunit *test)
{
	const struct flag_case *t = test->param_value;

	KUNIT_EXPECT_EQ(test, ksym_is_gpl_only(t->flags), t->gpl_only);
	KUNIT_EXPECT_EQ(test, ksym_is_userspace(t->flags), t->userspace);
}

static struct kunit_case flags_test_cases[] = {
	KUNIT_CASE_PARAM(flags_mapping, flag_gen_params),
	{}
};

static struct kunit_suite flags_suite = {
	.name = "module_userspace_flags",
	.test_cases = flags_test_cases,
};

/* Messages */

#define LINE_TO_ADD	"MODULE_USERSPACE(\"<url>\", \"<SPDX license>\");"
#define X64		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define DOCUMENT	"\nSee https://docs.kernel.org/core-api/symbol-userspace.html"

/**
 * struct message_case - A .modinfo section, and what the message must say
 * @name: What must hold.
 * @data: The section.
 * @size: Its size.
 * @verdict: The verdict on it, so that no verdict is forgotten here.
 * @reason: What must be in the message.
 */
static const struct message_case {
	const char *name;
	const char *data;
	size_t size;
	enum module_userspace_verdict verdict;
	const char *reason;
} message_cases[] = {
	{ "says that nothing is declared", CUT(""), NONE, "declares none" },
	{ "says that it is cut short", CUT(GOOD), BAD_END, "cut short" },
	{ "says how long it may be",
	  TERMINATED(TAG "git://x/" X64 X64 X64 X64 X64 X64 X64
		     X64 " MIT"),
	  BAD_LEN, "longer than 512 bytes" },
	{ "says where the bad byte is", TERMINATED(TAG "https://x\ny MIT"),
	  BAD_BYTE, "character follows \"https://x\"" },
	{ "says what is no URL", TERMINATED(TAG "example.org MIT"),
	  BAD_URL, "\"example.org\" is no https, http or git URL" },
	{ "says behind what the license is missing", TERMINATED(TAG "git://x"),
	  NO_LICENSE, "no license follows \"git://x\"" },
	{ "says what is malformed", TERMINATED(TAG "git://x GPL v2"),
	  BAD_LICENSE, "\"GPL v2\" is no SPDX license expression" },
	{ "says where it is too deep",
	  TERMINATED(TAG "git://x ((((((((((MIT))))))))))"), BAD_DEPTH,
	  "more than 8 parentheses are open at \"((MIT))))))))))\"" },
	{ "says what is not free", TERMINATED(TAG "git://x MIT AND BUSL-1.1"),
	  NOT_FREE, "\"BUSL-1.1\" is not on the list of free licenses" },
	{ "says that it is both", TERMINATED(GOOD "\0" TAG "library"),
	  BOTH, "both a userspace and that it is a library" },
	{ "says that it hides behind a library", TERMINATED(TAG "library"),
	  LIBRARY, "is a library, is not part of the kernel tree and exports no such symbol" },
};

static void message_case_to_desc(const struct message_case *t, char *desc)
{
	strscpy(desc, t->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(message, message_cases, message_case_to_desc);

static void expect_contains(struct kunit *test, const char *msg,
			    const char *part)
{
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(msg, part),
				  "\"%s\" is not in \"%s\"", part, msg);
}

static void message_says_why(struct kunit *test)
{
	const struct message_case *t = test->param_value;
	char *msg = kunit_kzalloc(test, MODULE_USERSPACE_MSG_LEN, GFP_KERNEL);
	struct module_userspace_use use = { };
	struct module_userspace us;

	KUNIT_ASSERT_NOT_NULL(test, msg);
	module_userspace_scan(&us, t->data, t->size);
	KUNIT_EXPECT_EQ(test, us.verdict, t->verdict);

	module_userspace_add_use(&use, "dma_buf_get");
	KUNIT_EXPECT_PTR_EQ(test,
			    module_userspace_message(msg,
						     MODULE_USERSPACE_MSG_LEN,
						     &us, &use),
			    (const char *)msg);
	KUNIT_EXPECT_TRUE(test, strstarts(msg, "uses dma_buf_get, "));
	expect_contains(test, msg, t->reason);
	expect_contains(test, msg, LINE_TO_ADD);
	expect_contains(test, msg, DOCUMENT);

	/* Only a declaration that is not there can be added. */
	KUNIT_EXPECT_EQ(test, !!strstr(msg, "Add this line"),
			t->verdict == NONE);

	/* Whoever prints it adds the last newline. */
	KUNIT_EXPECT_NE(test, msg[strlen(msg) - 1], '\n');
}

static const struct symbols_case {
	const char *name;
	unsigned int nr;
	const char *start;
} symbols_cases[] = {
	{ "no symbol: the declaration alone", 0,
	  "its declaration of a userspace is not valid: " },
	{ "one symbol", 1,
	  "uses bar, exported only to modules with a free userspace, but " },
	{ "two symbols", 2, "uses bar and zig, exported only " },
	{ "three symbols", 3, "uses bar, foo and zig, exported only " },
	{ "as many symbols as fit", 4,
	  "uses alpha, bar, foo and zig, exported only " },
	{ "one symbol more", 5,
	  "uses alpha, bar, foo, zig and 1 more symbol, exported only " },
	{ "two symbols more", 6,
	  "uses alpha, bar, foo, zig and 2 more symbols, exported only " },
	{ "a thousand symbols", 1000,
	  "uses alpha, bar, foo, zig and 996 more symbols, exported only " },
};

static void symbols_case_to_desc(const struct symbols_case *t, char *desc)
{
	strscpy(desc, t->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(symbols, symbols_cases, symbols_case_to_desc);

static void message_names_symbols(struct kunit *test)
{
	/* Not in the order in which a message names them. */
	static const char * const names[] = {
		"bar", "zig", "foo", "alpha", "zulu",
	};
	const struct symbols_case *t = test->param_value;
	char *msg = kunit_kzalloc(test, MODULE_USERSPACE_MSG_LEN, GFP_KERNEL);
	struct module_userspace us = { .verdict = BAD_END, .nr = 1 };
	struct module_userspace_use use = { };
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, msg);
	for (i = 0; i < t->nr; i++)
		module_userspace_add_use(&use,
					 names[min(i, ARRAY_SIZE(names) - 1)]);
	KUNIT_EXPECT_EQ(test, use.nr, t->nr);

	module_userspace_message(msg, MODULE_USERSPACE_MSG_LEN, &us, &use);
	KUNIT_EXPECT_TRUE_MSG(test, strstarts(msg, t->start),
			      "\"%s\" does not start with \"%s\"", msg,
			      t->start);
	KUNIT_EXPECT_NULL(test, strstr(msg, "zulu"));
}

/* The source of such a symbol does not say that it is gated. */
static void message_names_lender(struct kunit *test)
{
	char *msg = kunit_kzalloc(test, MODULE_USERSPACE_MSG_LEN, GFP_KERNEL);
	struct module_userspace us = { .verdict = NONE };
	struct module_userspace_use use = { };

	KUNIT_ASSERT_NOT_NULL(test, msg);
	module_userspace_add_use(&use, "alpha");
	module_userspace_message(msg, MODULE_USERSPACE_MSG_LEN, &us, &use);
	KUNIT_EXPECT_NULL(test, strstr(msg, "counts as one"));

	/* One will do; as ever, that does not depend on their order. */
	module_userspace_add_lent(&use, "foo", "other");
	module_userspace_add_lent(&use, "bar", "shim");
	module_userspace_add_lent(&use, "zig", "another");
	module_userspace_message(msg, MODULE_USERSPACE_MSG_LEN, &us, &use);
	KUNIT_EXPECT_TRUE(test, strstarts(msg, "uses alpha, bar, foo and zig, "));
	expect_contains(test, msg,
			"\nbar counts as one, because shim, which exports it, was built out of tree and uses such symbols itself.\nAdd this line: ");
}

/* Who uses only what is lent may say that it is a library, and is told so. */
static void message_offers_library(struct kunit *test)
{
	char *msg = kunit_kzalloc(test, MODULE_USERSPACE_MSG_LEN, GFP_KERNEL);
	struct module_userspace us = { .verdict = NONE };
	struct module_userspace_use use = { };

	KUNIT_ASSERT_NOT_NULL(test, msg);
	module_userspace_add_lent(&use, "bar", "shim");
	module_userspace_message(msg, MODULE_USERSPACE_MSG_LEN, &us, &use);
	expect_contains(test, msg, "MODULE_USERSPACE_LIBRARY();");

	module_userspace_add_use(&use, "foo");
	module_userspace_message(msg, MODULE_USERSPACE_MSG_LEN, &us, &use);
	KUNIT_EXPECT_NULL(test, strstr(msg, "MODULE_USERSPACE_LIBRARY();"));
}

/* The longest of everything: detail, symbol names and number of symbols. */
static void longest_input(struct kunit *test, struct module_userspace *us,
			  struct module_userspace_use *use)
{
	const size_t len = 2000;
	char *name = kunit_kzalloc(test, len + 1, GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, name);
	memset(name, 's', len);
	for (i = 0; i < MODULE_USERSPACE_NAMES; i++)
		module_userspace_add_lent(use, name, name);
	use->nr = UINT_MAX;

	us->nr = UINT_MAX;
	memset(us->detail, 'd', sizeof(us->detail) - 1);
}

static void message_longest_fits(struct kunit *test)
{
	const size_t guard = 16;
	char *msg = kunit_kmalloc(test, MODULE_USERSPACE_MSG_LEN + guard,
				  GFP_KERNEL);
	struct module_userspace_use use = { };
	struct module_userspace us = { };
	int i;

	KUNIT_ASSERT_NOT_NULL(test, msg);
	longest_input(test, &us, &use);

	for (i = NONE; i <= MODULE_USERSPACE_TOO_MANY; i++) {
		us.verdict = i;
		memset(msg, '~', MODULE_USERSPACE_MSG_LEN + guard);
		module_userspace_message(msg, MODULE_USERSPACE_MSG_LEN, &us,
					 &use);

		KUNIT_ASSERT_LT(test, strnlen(msg, MODULE_USERSPACE_MSG_LEN),
				MODULE_USERSPACE_MSG_LEN);
		/* Nothing was cut off: its last words are there. */
		KUNIT_EXPECT_STREQ(test,
				   msg + strlen(msg) - strlen(DOCUMENT),
				   DOCUMENT);
		KUNIT_EXPECT_NULL(test, memchr_inv(msg + MODULE_USERSPACE_MSG_LEN,
						   '~', guard));
	}
}

static void message_is_cut_to_its_buffer(struct kunit *test)
{
	char *msg = kunit_kmalloc(test, MODULE_USERSPACE_MSG_LEN, GFP_KERNEL);
	char *all = kunit_kzalloc(test, MODULE_USERSPACE_MSG_LEN, GFP_KERNEL);
	struct module_userspace_use use = { };
	struct module_userspace us = { .verdict = NOT_FREE };
	size_t size;

	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_ASSERT_NOT_NULL(test, all);
	longest_input(test, &us, &use);
	module_userspace_message(all, MODULE_USERSPACE_MSG_LEN, &us, &use);

	for (size = 1; size < MODULE_USERSPACE_MSG_LEN; size++) {
		size_t len = min(size - 1, strlen(all));

		memset(msg, '~', MODULE_USERSPACE_MSG_LEN);
		module_userspace_message(msg, size, &us, &use);
		KUNIT_ASSERT_EQ(test, strnlen(msg, size), len);
		KUNIT_ASSERT_MEMEQ(test, msg, all, len);
		KUNIT_ASSERT_NULL(test, memchr_inv(msg + size, '~',
						   MODULE_USERSPACE_MSG_LEN - size));
	}
}

static struct kunit_case message_test_cases[] = {
	KUNIT_CASE_PARAM(message_says_why, message_gen_params),
	KUNIT_CASE_PARAM(message_names_symbols, symbols_gen_params),
	KUNIT_CASE(message_names_lender),
	KUNIT_CASE(message_offers_library),
	KUNIT_CASE(message_longest_fits),
	KUNIT_CASE(message_is_cut_to_its_buffer),
	{}
};

static struct kunit_suite message_suite = {
	.name = "module_userspace_message",
	.test_cases = message_test_cases,
};

kunit_test_suites(&license_suite, &declaration_suite, &modinfo_suite,
		  &verdict_suite, &flags_suite, &message_suite);

MODULE_DESCRIPTION("KUnit tests of what modules declare with MODULE_USERSPACE()");
MODULE_LICENSE("GPL");
