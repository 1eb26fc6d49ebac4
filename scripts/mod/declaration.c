// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a module declares with MODULE_USERSPACE(), and the verdict on it.
 *
 * Symbols exported with EXPORT_SYMBOL_USERSPACE_GPL() may be used only by
 * modules that say where a free userspace implementation for them lives, and
 * under which license. See Documentation/core-api/symbol-userspace.rst.
 *
 * Nothing in here allocates or recurses, and all input is untrusted.
 */

#ifdef __KERNEL__
#include <linux/array_size.h>
#include <linux/sprintf.h>
#include <linux/stdarg.h>
#include <linux/string.h>
#else
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ARRAY_SIZE(arr) (sizeof(arr) / sizeof((arr)[0]))
#endif
#include "declaration.h"

/*
 * Licenses that are known to be free: each one is approved by the OSI or
 * listed as free by the FSF, according to the flags of the SPDX license list.
 * What is not in here is not free, so leaving one out is safe, and adding one
 * is a one-line patch.
 */
static const char *const module_userspace_licenses[] = {
	"0BSD",
	"AFL-3.0",
	"AGPL-3.0",
	"AGPL-3.0-only",
	"AGPL-3.0-or-later",
	"APSL-2.0",
	"Apache-1.1",
	"Apache-2.0",
	"Artistic-2.0",
	"BSD-1-Clause",
	"BSD-2-Clause",
	"BSD-2-Clause-Patent",
	"BSD-3-Clause",
	"BSD-3-Clause-Clear",
	"BSD-3-Clause-LBNL",
	"BSD-4-Clause",
	"BSL-1.0",
	"CC0-1.0",
	"CDDL-1.0",
	"CECILL-2.0",
	"CECILL-2.1",
	"CECILL-B",
	"CECILL-C",
	"ECL-2.0",
	"EFL-2.0",
	"EPL-1.0",
	"EPL-2.0",
	"EUPL-1.1",
	"EUPL-1.2",
	"FSFAP",
	"FTL",
	"GPL-2.0",
	"GPL-2.0-only",
	"GPL-2.0-or-later",
	"GPL-3.0",
	"GPL-3.0-only",
	"GPL-3.0-or-later",
	"HPND",
	"IJG",
	"ISC",
	"Imlib2",
	"Intel",
	"LGPL-2.0",
	"LGPL-2.0-only",
	"LGPL-2.0-or-later",
	"LGPL-2.1",
	"LGPL-2.1-only",
	"LGPL-2.1-or-later",
	"LGPL-3.0",
	"LGPL-3.0-only",
	"LGPL-3.0-or-later",
	"LPPL-1.3c",
	"MIT",
	"MIT-0",
	"MPL-1.1",
	"MPL-2.0",
	"MS-PL",
	"MulanPSL-2.0",
	"NCSA",
	"NTP",
	"OLDAP-2.8",
	"OSL-3.0",
	"OpenSSL",
	"PHP-3.01",
	"PostgreSQL",
	"Python-2.0",
	"QPL-1.0",
	"Ruby",
	"SGI-B-2.0",
	"Sleepycat",
	"UPL-1.0",
	"Unlicense",
	"Vim",
	"W3C",
	"WTFPL",
	"X11",
	"ZPL-2.1",
	"Zlib",
};

/*
 * An exception of the SPDX list only adds permissions to its license. What is
 * not on that list may as well take some away, so only known ones count.
 */
static const char *const module_userspace_exceptions[] = {
	"Autoconf-exception-2.0",
	"Autoconf-exception-3.0",
	"Bison-exception-2.2",
	"Bootloader-exception",
	"Classpath-exception-2.0",
	"Font-exception-2.0",
	"GCC-exception-2.0",
	"GCC-exception-3.1",
	"GPL-3.0-linking-exception",
	"GStreamer-exception-2005",
	"GStreamer-exception-2008",
	"LGPL-3.0-linking-exception",
	"LLVM-exception",
	"Libtool-exception",
	"Linux-syscall-note",
	"OCaml-LGPL-linking-exception",
	"OpenJDK-assembly-exception-1.0",
	"Qt-GPL-exception-1.0",
	"Qt-LGPL-exception-1.1",
	"Swift-exception",
	"Universal-FOSS-exception-1.0",
	"WxWindows-exception-3.1",
	"eCos-exception-2.0",
	"freertos-exception-2.0",
	"openvpn-openssl-exception",
	"u-boot-exception-2.0",
};

/* Generated from the facts that the declarations of the tree come from. */
static const char *const module_userspace_none[] = {
#include "userspace-none.h"
};

/**
 * module_userspace_none_known - is a module known to have no free userspace?
 * @name: the name of a module of the tree
 *
 * Nobody is to lose a driver, so the few for which no free userspace could be
 * named use gated symbols without a declaration.
 *
 * Context: Any.
 * Return: true if it is one of these.
 */
bool module_userspace_none_known(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(module_userspace_none); i++)
		if (!strcmp(name, module_userspace_none[i]))
			return true;

	return false;
}

static bool module_userspace_listed(const char *const *list, size_t nr,
				    const char *id, size_t len)
{
	size_t i;

	/* SPDX identifiers are not case-sensitive. */
	for (i = 0; i < nr; i++)
		if (strlen(list[i]) == len && !strncasecmp(list[i], id, len))
			return true;

	return false;
}

static bool module_userspace_is_word(const char *word, size_t len,
				     const char *op)
{
	return strlen(op) == len && !memcmp(word, op, len);
}

/* The operators are case-sensitive, and no identifier may look like one. */
static bool module_userspace_is_operator(const char *word, size_t len)
{
	return module_userspace_is_word(word, len, "AND") ||
	       module_userspace_is_word(word, len, "OR") ||
	       module_userspace_is_word(word, len, "WITH");
}

/* Length of the identifier or operator at @s; ':' is in DocumentRef-x:y. */
static size_t module_userspace_word(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char c = s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '-' || c == '.' ||
		      c == ':'))
			break;
	}
	return i;
}

/**
 * module_userspace_fault - note what is wrong with the declarations
 * @us: where to note it
 * @verdict: what is wrong
 * @detail: the part at fault, printable ASCII, need not be terminated
 * @len: its length, may be 0
 *
 * Context: Any.
 * Return: @verdict.
 */
enum module_userspace_verdict
module_userspace_fault(struct module_userspace *us,
		       enum module_userspace_verdict verdict,
		       const char *detail, size_t len)
{
	if (len < sizeof(us->detail)) {
		if (len)
			memcpy(us->detail, detail, len);
		us->detail[len] = '\0';
	} else {
		memcpy(us->detail, detail, sizeof(us->detail) - 4);
		memcpy(us->detail + sizeof(us->detail) - 4, "...", 4);
	}
	us->verdict = verdict;

	return verdict;
}

/**
 * module_userspace_check_license - verdict on an SPDX license expression
 * @us: where to leave the verdict, and the part at fault
 * @expr: the expression, printable ASCII, need not be terminated
 * @len: its length
 *
 * Understands the expressions of the SPDX specification 2.3, annex D: AND, OR,
 * WITH, "+" and parentheses. The expression is free when it can be met with
 * free licenses alone: OR needs one side of that kind, AND needs both. One
 * pass and no recursion: each level of parentheses has the value of the
 * alternatives before the last OR, and the value of the factors since then.
 *
 * Context: Any.
 * Return: %MODULE_USERSPACE_FREE, or what is wrong.
 */
enum module_userspace_verdict
module_userspace_check_license(struct module_userspace *us, const char *expr,
			       size_t len)
{
	bool any[MODULE_USERSPACE_MAX_DEPTH + 1] = { false };
	bool all[MODULE_USERSPACE_MAX_DEPTH + 1] = { true };
	const char *unknown = NULL;
	bool operand = true;	/* an operand is next, not an operator */
	bool simple = false;	/* behind an identifier, so WITH may follow */
	unsigned int unknown_depth = 0;
	unsigned int depth = 0;
	size_t unknown_len = 0;
	size_t pos = 0;

	while (pos < len) {
		const char *word = expr + pos;
		size_t n;
		bool free;

		if (*word == ' ') {
			pos++;
			continue;
		}

		if (*word == '(') {
			if (!operand)
				goto malformed;
			if (depth == MODULE_USERSPACE_MAX_DEPTH)
				return module_userspace_fault(us, MODULE_USERSPACE_BAD_DEPTH,
							      word, len - pos);
			depth++;
			any[depth] = false;
			all[depth] = true;
			pos++;
			continue;
		}

		if (*word == ')') {
			if (operand || !depth)
				goto malformed;
			free = any[depth] || all[depth];
			/* Nothing that is unknown in here is needed. */
			if (free && unknown_depth == depth)
				unknown = NULL;
			depth--;
			if (unknown_depth > depth)
				unknown_depth = depth;
			all[depth] = all[depth] && free;
			simple = false;
			pos++;
			continue;
		}

		n = module_userspace_word(word, len - pos);
		if (!n)
			goto malformed;

		if (operand) {
			if (module_userspace_is_operator(word, n))
				goto malformed;
			free = module_userspace_listed(module_userspace_licenses,
						       ARRAY_SIZE(module_userspace_licenses),
						       word, n);
			/* "or any later version": this one is still offered */
			if (pos + n < len && word[n] == '+') {
				pos++;
				if (module_userspace_word(expr + pos + n,
							  len - pos - n))
					goto malformed;
			}
			operand = false;
			simple = true;
		} else if (module_userspace_is_word(word, n, "OR")) {
			any[depth] = any[depth] || all[depth];
			all[depth] = true;
			operand = true;
			free = true;
		} else if (module_userspace_is_word(word, n, "AND")) {
			operand = true;
			free = true;
		} else if (simple && module_userspace_is_word(word, n, "WITH")) {
			pos += n;
			while (pos < len && expr[pos] == ' ')
				pos++;
			word = expr + pos;
			n = module_userspace_word(word, len - pos);
			if (!n || module_userspace_is_operator(word, n))
				goto malformed;
			free = module_userspace_listed(module_userspace_exceptions,
						       ARRAY_SIZE(module_userspace_exceptions),
						       word, n);
			simple = false;
		} else {
			goto malformed;
		}

		if (!free && !unknown) {
			unknown = word;
			unknown_len = n;
			unknown_depth = depth;
		}
		all[depth] = all[depth] && free;
		pos += n;
	}

	if (operand || depth)
		goto malformed;

	if (!any[0] && !all[0])
		return module_userspace_fault(us, MODULE_USERSPACE_NOT_FREE,
					      unknown, unknown_len);

	us->verdict = MODULE_USERSPACE_FREE;
	return us->verdict;

malformed:
	return module_userspace_fault(us, MODULE_USERSPACE_BAD_LICENSE,
				      expr, len);
}

/* Length of the scheme and "://" of a URL, 0 if it is none that we know. */
static size_t module_userspace_scheme(const char *s, size_t len)
{
	static const char *const schemes[] = { "https://", "http://", "git://" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(schemes); i++) {
		size_t n = strlen(schemes[i]);

		if (len > n && !memcmp(s, schemes[i], n))
			return n;
	}
	return 0;
}

/**
 * module_userspace_check - verdict on one declaration
 * @us: where to leave the verdict, and the part at fault
 * @entry: what stands behind "userspace=", need not be terminated
 * @len: its length
 *
 * Context: Any.
 * Return: %MODULE_USERSPACE_FREE, %MODULE_USERSPACE_LIBRARY_ONLY, or what is
 * wrong.
 */
enum module_userspace_verdict
module_userspace_check(struct module_userspace *us, const char *entry,
		       size_t len)
{
	size_t i, url, from;
	bool quoted = false;

	if (len > MODULE_USERSPACE_MAX_LEN)
		return module_userspace_fault(us, MODULE_USERSPACE_BAD_LEN,
					      NULL, 0);

	/* From here on any part of it may be printed. */
	for (i = 0; i < len; i++) {
		if (entry[i] >= 0x20 && entry[i] <= 0x7e)
			continue;
		from = i < sizeof(us->detail) ? 0 : i - (sizeof(us->detail) - 1);
		return module_userspace_fault(us, MODULE_USERSPACE_BAD_BYTE,
					      entry + from, i - from);
	}

	if (module_userspace_is_word(entry, len, MODULE_USERSPACE_IS_LIBRARY)) {
		us->verdict = MODULE_USERSPACE_LIBRARY_ONLY;
		return us->verdict;
	}

	/* modpost writes the declaration into C. */
	for (url = 0; url < len && entry[url] != ' '; url++)
		quoted |= entry[url] == '"' || entry[url] == '\'' ||
			  entry[url] == '\\';
	i = module_userspace_scheme(entry, url);
	if (!i || entry[i] == '/' || quoted)
		return module_userspace_fault(us, MODULE_USERSPACE_BAD_URL,
					      entry, url ? url : len);
	while (url < len && entry[url] == ' ')
		url++;
	if (url == len)
		return module_userspace_fault(us, MODULE_USERSPACE_NO_LICENSE,
					      entry, len);

	return module_userspace_check_license(us, entry + url, len - url);
}

/* Does @s start like a modinfo string: a tag and an equals sign? */
bool module_userspace_is_modinfo(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char c = s[i];

		if (c == '=')
			return i > 0;
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '_' || c == '-' ||
		      c == '.'))
			return false;
	}
	return false;
}

/**
 * module_userspace_scan - verdict on all declarations of a module
 * @us: the result
 * @modinfo: its section .userspace, or what modules.builtin.modinfo has of it
 * @size: the size of that, may be 0
 *
 * A NUL byte within a declaration can't be told from the end of a string, but
 * what comes next is then no "tag=value" pair, and the declaration counts as
 * cut short. All of it is looked at: a good declaration does not make up for a
 * bad one.
 *
 * Context: Any.
 */
void module_userspace_scan(struct module_userspace *us, const char *modinfo,
			   size_t size)
{
	bool declared = false;	/* the last string was a declaration */
	bool library = false;
	bool free = false;
	size_t pos, len;

	memset(us, 0, sizeof(*us));

	for (pos = 0; pos < size; pos += len + 1) {
		const char *s = modinfo + pos;

		for (len = 0; pos + len < size && s[len]; len++)
			;
		if (!len)
			continue;	/* padding */
		if (pos + len == size) {
			module_userspace_fault(us, MODULE_USERSPACE_BAD_END,
					       NULL, 0);
			return;
		}
		if (len < MODULE_USERSPACE_TAG_LEN ||
		    memcmp(s, MODULE_USERSPACE_TAG, MODULE_USERSPACE_TAG_LEN)) {
			if (declared && !module_userspace_is_modinfo(s, len)) {
				module_userspace_fault(us, MODULE_USERSPACE_BAD_END,
						       NULL, 0);
				return;
			}
			declared = false;
			continue;
		}

		declared = true;
		us->nr++;
		switch (module_userspace_check(us, s + MODULE_USERSPACE_TAG_LEN,
					       len - MODULE_USERSPACE_TAG_LEN)) {
		case MODULE_USERSPACE_FREE:
			free = true;
			break;
		case MODULE_USERSPACE_LIBRARY_ONLY:
			library = true;
			break;
		default:
			return;
		}
	}

	if (free && library)
		us->verdict = MODULE_USERSPACE_BOTH;
	else if (free)
		us->verdict = MODULE_USERSPACE_FREE;
	else if (library)
		us->verdict = MODULE_USERSPACE_LIBRARY_ONLY;
}

/**
 * module_userspace_is_bad - is a declaration malformed or not free?
 * @us: what the module declares
 *
 * Context: Any.
 * Return: true if there is a declaration that is not valid, which is a mistake
 * whether or not the module uses a gated symbol.
 */
bool module_userspace_is_bad(const struct module_userspace *us)
{
	switch (us->verdict) {
	case MODULE_USERSPACE_NONE:
	case MODULE_USERSPACE_FREE:
	case MODULE_USERSPACE_LIBRARY_ONLY:
		return false;
	default:
		return true;
	}
}

/**
 * module_userspace_may_use - may a module use gated symbols?
 * @us: what the module declares
 * @library: it may say that it is a library
 *
 * Context: Any.
 * Return: true if it may. Whatever is not known to be right is refused.
 */
bool module_userspace_may_use(const struct module_userspace *us, bool library)
{
	switch (us->verdict) {
	case MODULE_USERSPACE_FREE:
		return true;
	case MODULE_USERSPACE_LIBRARY_ONLY:
		return library;
	default:
		return false;
	}
}

/**
 * module_userspace_add_use - note that a module uses a gated symbol
 * @use: the list of them
 * @name: the name of the symbol, must live as long as @use
 *
 * Context: Any.
 */
void module_userspace_add_use(struct module_userspace_use *use,
			      const char *name)
{
	unsigned int i;

	/* Symbol tables differ in their order, messages should not. */
	for (i = 0; i < ARRAY_SIZE(use->name); i++) {
		if (i >= use->nr) {
			use->name[i] = name;
			break;
		}
		if (strcmp(name, use->name[i]) < 0) {
			const char *next = use->name[i];

			use->name[i] = name;
			name = next;
		}
	}
	use->nr++;
}

/**
 * module_userspace_add_lent - note that a module uses a symbol that is lent
 * @use: the list of gated symbols that it uses
 * @name: the name of the symbol, must live as long as @use
 * @lender: the name of the out-of-tree module that exports it, likewise
 *
 * Context: Any.
 */
void module_userspace_add_lent(struct module_userspace_use *use,
			       const char *name, const char *lender)
{
	if (!use->lent || strcmp(name, use->lent) < 0) {
		use->lent = name;
		use->lender = lender;
	}
	use->nr_lent++;
	module_userspace_add_use(use, name);
}

#ifdef __KERNEL__
__printf(4, 5)
#else
__attribute__((format(printf, 4, 5)))
#endif
static void module_userspace_append(char *buf, size_t size, size_t *pos,
				    const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf + *pos, size - *pos, fmt, ap);
	va_end(ap);

	if (n > 0)
		*pos += n;
	if (*pos >= size)
		*pos = size - 1;
}

/**
 * module_userspace_append_use - append "uses a, b and 3 more symbols"
 * @buf: the message
 * @size: the size of @buf
 * @pos: the length of the message so far, is updated
 * @verb: what stands before the names, may be empty
 * @use: the symbols
 *
 * Context: Any.
 */
void module_userspace_append_use(char *buf, size_t size, size_t *pos,
				 const char *verb,
				 const struct module_userspace_use *use)
{
	unsigned int i, shown = use->nr;

	if (shown > ARRAY_SIZE(use->name))
		shown = ARRAY_SIZE(use->name);

	for (i = 0; i < shown; i++) {
		const char *sep = verb;

		if (i)
			sep = i + 1 == use->nr ? " and " : ", ";
		module_userspace_append(buf, size, pos, "%s%.64s", sep,
					use->name[i]);
	}
	if (use->nr > shown)
		module_userspace_append(buf, size, pos, " and %u more %s",
					use->nr - shown,
					use->nr - shown > 1 ? "symbols" : "symbol");
}

/**
 * module_userspace_message - say why a module is refused, and what to add
 * @buf: where to write the message, without a newline at its end
 * @size: its size, %MODULE_USERSPACE_MSG_LEN is enough
 * @us: what the module declares
 * @use: the gated symbols that it uses, may be none if @us is bad
 *
 * Context: Any.
 * Return: @buf.
 */
const char *
module_userspace_message(char *buf, size_t size,
			 const struct module_userspace *us,
			 const struct module_userspace_use *use)
{
	size_t pos = 0;

	module_userspace_append_use(buf, size, &pos, "uses ", use);
	if (use->nr)
		module_userspace_append(buf, size, &pos,
					", exported only to modules with a free userspace, but ");

	switch (us->verdict) {
	case MODULE_USERSPACE_NONE:
		module_userspace_append(buf, size, &pos, "declares none");
		break;
	case MODULE_USERSPACE_LIBRARY_ONLY:
		module_userspace_append(buf, size, &pos,
					"says that it is a library, is not part of the kernel tree and exports no such symbol");
		break;
	case MODULE_USERSPACE_BOTH:
		module_userspace_append(buf, size, &pos,
					"declares both a userspace and that it is a library");
		break;
	default:
		module_userspace_append(buf, size, &pos,
					"its declaration of a userspace is not valid: ");
		break;
	}

	switch (us->verdict) {
	case MODULE_USERSPACE_BAD_END:
		module_userspace_append(buf, size, &pos,
					"it is cut short or not terminated");
		break;
	case MODULE_USERSPACE_BAD_LEN:
		module_userspace_append(buf, size, &pos,
					"it is longer than %u bytes",
					MODULE_USERSPACE_MAX_LEN);
		break;
	case MODULE_USERSPACE_BAD_BYTE:
		module_userspace_append(buf, size, &pos,
					"a control or non-ASCII character follows \"%s\"",
					us->detail);
		break;
	case MODULE_USERSPACE_BAD_URL:
		module_userspace_append(buf, size, &pos,
					"\"%s\" is no https, http or git URL",
					us->detail);
		break;
	case MODULE_USERSPACE_NO_LICENSE:
		module_userspace_append(buf, size, &pos,
					"no license follows \"%s\"",
					us->detail);
		break;
	case MODULE_USERSPACE_BAD_LICENSE:
		module_userspace_append(buf, size, &pos,
					"\"%s\" is no SPDX license expression",
					us->detail);
		break;
	case MODULE_USERSPACE_BAD_DEPTH:
		module_userspace_append(buf, size, &pos,
					"more than %u parentheses are open at \"%s\"",
					MODULE_USERSPACE_MAX_DEPTH, us->detail);
		break;
	case MODULE_USERSPACE_STRAY:
		module_userspace_append(buf, size, &pos,
					"beside it is a string that is no declaration");
		break;
	case MODULE_USERSPACE_TOO_MANY:
		module_userspace_append(buf, size, &pos,
					"all declarations together are longer than %u bytes",
					MODULE_USERSPACE_MAX_ALL);
		break;
	case MODULE_USERSPACE_NOT_FREE:
		module_userspace_append(buf, size, &pos,
					"\"%s\" is not on the list of free licenses and exceptions",
					us->detail);
		break;
	default:
		break;
	}

	module_userspace_append(buf, size, &pos, ".\n");
	/* How a symbol is exported does not show that it is lent. */
	if (use->lent)
		module_userspace_append(buf, size, &pos,
					"%.64s counts as one, because %.64s, which exports it, was built out of tree and uses such symbols itself.\n",
					use->lent, use->lender);
	module_userspace_append(buf, size, &pos,
				"%s: MODULE_USERSPACE(\"<url>\", \"<SPDX license>\");",
				us->verdict == MODULE_USERSPACE_NONE ?
				"Add this line" : "Write it as");
	if (us->verdict == MODULE_USERSPACE_NONE && use->nr &&
	    use->nr == use->nr_lent)
		module_userspace_append(buf, size, &pos,
					"\nor, without an interface to userspace of its own: MODULE_USERSPACE_LIBRARY();");
	module_userspace_append(buf, size, &pos, "\n" MODULE_USERSPACE_PAGE);

	return buf;
}
