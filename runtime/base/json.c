/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/json.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 16

struct parser {
	ld_json_alloc_fn alloc;
	void *ctx;
	const char *at;
	unsigned int depth;
};

static bool parse_value(struct parser *p, struct ld_json *v);

static bool take(struct parser *p, char c)
{
	p->at += strspn(p->at, " \t\r\n");
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

/* ---- strings ---- */

static bool parse_hex(const char *s, unsigned int *value)
{
	*value = 0;
	for (int i = 0; i < 4; i++) {
		const char *digit = memchr("0123456789abcdef", tolower((unsigned char)s[i]), 16);

		if (!digit)
			return false;
		*value = *value * 16 + (unsigned int)(isdigit((unsigned char)*digit)
							  ? *digit - '0'
							  : *digit - 'a' + 10);
	}
	return true;
}

static char *put_utf8(char *to, unsigned int c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

/* The character after a backslash, never longer than its escape. Returns NULL on error. */
static char *parse_escape(struct parser *p, char *to)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	unsigned int c, low;
	const char *letter;

	if (*p->at == 'u') {
		if (!parse_hex(p->at + 1, &c) || !c)
			return NULL;
		p->at += 5;
		if (c >= 0xd800 && c < 0xdc00 && p->at[0] == '\\' && p->at[1] == 'u' &&
		    parse_hex(p->at + 2, &low) && low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			p->at += 6;
		}
		return put_utf8(to, c);
	}
	letter = *p->at ? strchr(letters, *p->at) : NULL;
	if (!letter)
		return NULL;
	p->at++;
	*to++ = meant[letter - letters];
	return to;
}

/* Where the string ends, or NULL. */
static const char *closing_quote(const char *s)
{
	for (; *s && *s != '"'; s++)
		if (*s == '\\' && !*++s)
			return NULL;
	return *s ? s : NULL;
}

static const char *parse_string(struct parser *p)
{
	const char *end = closing_quote(p->at);
	char *string, *to;

	if (!end)
		return NULL;
	string = to = p->alloc(p->ctx, (size_t)(end - p->at) + 1);
	while (p->at < end) {
		if (*p->at != '\\') {
			*to++ = *p->at++;
			continue;
		}
		p->at++;
		to = parse_escape(p, to);
		if (!to)
			return NULL;
	}
	*to = '\0';
	p->at = end + 1;
	return string;
}

/* ---- values ---- */

static struct ld_json *new_value(struct parser *p)
{
	struct ld_json *v = p->alloc(p->ctx, sizeof(*v));

	memset(v, 0, sizeof(*v));
	return v;
}

static bool parse_elements(struct parser *p, struct ld_json *v, bool keys, char end)
{
	struct ld_json **last = &v->first;

	if (take(p, end))
		return true;
	do {
		struct ld_json *e = new_value(p);

		if (keys && (!take(p, '"') || !(e->key = parse_string(p)) || !take(p, ':')))
			return false;
		if (!parse_value(p, e))
			return false;
		*last = e;
		last = &e->next;
	} while (take(p, ','));
	return take(p, end);
}

static bool parse_word(struct parser *p)
{
	static const char *const words[] = {"true", "false", "null"};

	for (int i = 0; i < 3; i++)
		if (!strncmp(p->at, words[i], strlen(words[i]))) {
			p->at += strlen(words[i]);
			return true;
		}
	return false;
}

static bool parse_value(struct parser *p, struct ld_json *v)
{
	bool ok;
	char *end;

	if (take(p, '"')) {
		v->kind = LD_JSON_STRING;
		v->string = parse_string(p);
		return v->string != NULL;
	}
	if (take(p, '[') || take(p, '{')) {
		bool keys = p->at[-1] == '{';

		v->kind = keys ? LD_JSON_OBJECT : LD_JSON_ARRAY;
		ok = ++p->depth < MAX_DEPTH && parse_elements(p, v, keys, keys ? '}' : ']');
		p->depth--;
		return ok;
	}
	if (*p->at != '-' && !isdigit((unsigned char)*p->at))
		return parse_word(p);
	/* Numbers of reports are whole and not negative; others are skipped. */
	v->kind = isdigit((unsigned char)*p->at) ? LD_JSON_NUMBER : LD_JSON_OTHER;
	v->number = strtoull(p->at, &end, 10);
	p->at = end + strspn(end, "0123456789.eE+-");
	return true;
}

const struct ld_json *ld_json_parse(ld_json_alloc_fn alloc, void *ctx, const char *text)
{
	struct parser p = {.alloc = alloc, .ctx = ctx, .at = text};
	struct ld_json *v = new_value(&p);

	if (!parse_value(&p, v))
		return NULL;
	p.at += strspn(p.at, " \t\r\n");
	return *p.at ? NULL : v;
}

const struct ld_json *ld_json_member(const struct ld_json *object, const char *key)
{
	const struct ld_json *v = object && object->kind == LD_JSON_OBJECT ? object->first : NULL;

	while (v && strcmp(v->key, key))
		v = v->next;
	return v;
}

const char *ld_json_string(const struct ld_json *object, const char *key)
{
	const struct ld_json *v = ld_json_member(object, key);

	return v && v->kind == LD_JSON_STRING ? v->string : NULL;
}

uint64_t ld_json_number(const struct ld_json *object, const char *key)
{
	const struct ld_json *v = ld_json_member(object, key);

	return v && v->kind == LD_JSON_NUMBER ? v->number : 0;
}
