/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/text.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- characters ---- */

/*
 * Decodes the character at s, of at most n bytes (Unicode, table 3-7), and stores its length in
 * *len. Returns -1 and sets *len to 1 if it is not valid UTF-8.
 */
static long read_char(const char *text, size_t n, size_t *len)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xbf;
	size_t size = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	long c;

	*len = 1;
	if (s[0] < 0x80)
		return s[0];
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return -1;
	/*
	 * The bounds of the second byte exclude overlong forms, surrogates and code points above
	 * U+10FFFF.
	 */
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	c = s[0] & (0x7f >> size);
	for (size_t i = 1; i < size; i++) {
		if (i >= n || s[i] < low || s[i] > high)
			return -1;
		c = c << 6 | (s[i] & 0x3f);
		low = 0x80;
		high = 0xbf;
	}
	*len = size;
	return c;
}

/*
 * Characters that a terminal does not show as they are: control characters, and Unicode's for
 * direction, line breaks, joining, annotations and tags.
 */
static bool is_hidden(long c)
{
	static const struct {
		long first, last;
	} hidden[] = {
	    {0, 0x1f},        {0x7f, 0x9f},     {0xad, 0xad},       {0x61c, 0x61c},
	    {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f},
	    {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff},
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	return false;
}

/* ---- escaped strings ---- */

struct sink {
	ld_put_fn put;
	void *ctx;
	size_t size; /* bytes written */
};

static void put(struct sink *to, const char *text, size_t size)
{
	if (size)
		to->put(to->ctx, text, size);
	to->size += size;
}

static void put_hidden(struct sink *to, long c, unsigned char byte)
{
	static const char names[] = "abtnvfr";
	char text[16];
	int n;

	if (c >= '\a' && c <= '\r')
		n = snprintf(text, sizeof(text), "\\%c", names[c - '\a']);
	else if (c < 0 || c < 0x80)
		n = snprintf(text, sizeof(text), "\\x%02x", byte);
	else
		n = snprintf(text, sizeof(text), c > 0xffff ? "\\U%08lx" : "\\u%04lx", c);
	put(to, text, (size_t)n);
}

static void put_escaped(struct sink *to, const char *s, size_t n, bool lines)
{
	size_t plain = 0, i = 0, len;

	for (; i < n; i += len) {
		long c = read_char(s + i, n - i, &len);

		if (c >= 0 && (!is_hidden(c) || (lines && c == '\n')))
			continue;
		put(to, s + plain, i - plain);
		put_hidden(to, c, (unsigned char)s[i]);
		plain = i + len;
	}
	put(to, s + plain, i - plain);
}

/* ---- printf ---- */

struct spec {
	char flags[8];
	int width, precision; /* -1: none */
	int size;             /* of an integer: 0; 1 for l; 2 for ll; 'z', 'j' and 't' */
};

static const char *parse_number(const char *fmt, int *n, va_list *args)
{
	if (*fmt == '*') {
		*n = va_arg(*args, int);
		return fmt + 1;
	}
	for (*n = 0; *fmt >= '0' && *fmt <= '9'; fmt++)
		*n = *n * 10 + (*fmt - '0');
	return fmt;
}

/* fmt follows the '%'. Returns a pointer to the conversion specifier. */
static const char *parse_spec(const char *fmt, struct spec *spec, va_list *args)
{
	size_t n = strspn(fmt, "-+ #0");

	memset(spec, 0, sizeof(*spec));
	memcpy(spec->flags, fmt, n < sizeof(spec->flags) ? n : 0);
	fmt = parse_number(fmt + n, &spec->width, args);
	if (spec->width < 0 && spec->width != INT_MIN) {
		strcpy(spec->flags, "-");
		spec->width = -spec->width;
	}
	spec->precision = -1;
	if (*fmt == '.')
		fmt = parse_number(fmt + 1, &spec->precision, args);
	for (; *fmt && strchr("hlzjt", *fmt); fmt++)
		spec->size = *fmt == 'l' ? spec->size + 1 : *fmt == 'h' ? 0 : *fmt;
	return fmt;
}

static void put_string(struct sink *to, const struct spec *spec, const char *s)
{
	bool lines = spec->precision == atoi(&LD_LINES[1]), left = strchr(spec->flags, '-');
	size_t n, width = spec->width > 0 ? (size_t)spec->width : 0, begin = to->size;
	struct sink count = {to->put, to->ctx, 0};

	s = s ? s : "(null)";
	n = spec->precision < 0 ? strlen(s) : strnlen(s, (size_t)spec->precision);
	/* Right-align by the unescaped length. */
	for (; !left && count.size + n < width;)
		put(&count, " ", 1);
	to->size += count.size;
	put_escaped(to, s, n, lines);
	while (left && to->size - begin < width)
		put(to, " ", 1);
}

static long long signed_arg(const struct spec *spec, va_list *args)
{
	switch (spec->size) {
	case 0: return va_arg(*args, int);
	case 1: return va_arg(*args, long);
	case 2: return va_arg(*args, long long);
	case 'j': return va_arg(*args, intmax_t);
	default: return va_arg(*args, ptrdiff_t);
	}
}

static unsigned long long unsigned_arg(const struct spec *spec, va_list *args)
{
	switch (spec->size) {
	case 0: return va_arg(*args, unsigned int);
	case 1: return va_arg(*args, unsigned long);
	case 2: return va_arg(*args, unsigned long long);
	case 'j': return va_arg(*args, uintmax_t);
	default: return va_arg(*args, size_t);
	}
}

/* Numbers and characters, as printf() formats them. */
static void put_other(struct sink *to, const struct spec *spec, char letter, va_list *args)
{
	char format[48], text[256], precision[16] = "";
	int n;

	if (spec->precision >= 0)
		snprintf(precision, sizeof(precision), ".%d", spec->precision);
	snprintf(format, sizeof(format), "%%%s%.*d%s%s%c", spec->flags, spec->width > 0,
		 spec->width, precision, strchr("diuxXo", letter) ? "ll" : "", letter);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (strchr("di", letter))
		n = snprintf(text, sizeof(text), format, signed_arg(spec, args));
	else if (strchr("uxXo", letter))
		n = snprintf(text, sizeof(text), format, unsigned_arg(spec, args));
	else if (letter == 'p')
		n = snprintf(text, sizeof(text), format, va_arg(*args, void *));
	else
		n = snprintf(text, sizeof(text), format, va_arg(*args, double));
#pragma GCC diagnostic pop
	if (n > 0)
		put(to, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

void ld_text_vprint(ld_put_fn put_fn, void *ctx, const char *fmt, va_list args)
{
	struct sink to = {put_fn, ctx, 0};
	struct spec spec;
	va_list rest;

	va_copy(rest, args);
	while (*fmt) {
		size_t n = strcspn(fmt, "%");

		put(&to, fmt, n);
		fmt += n;
		if (!*fmt)
			break;
		fmt = parse_spec(fmt + 1, &spec, &rest);
		if (*fmt == 's') {
			put_string(&to, &spec, va_arg(rest, const char *));
		} else if (*fmt == 'c') {
			char c = (char)va_arg(rest, int);

			put_escaped(&to, &c, 1, false);
		} else if (*fmt == '%') {
			put(&to, "%", 1);
		} else if (*fmt) {
			put_other(&to, &spec, *fmt, &rest);
		}
		fmt += *fmt != '\0';
	}
	va_end(rest);
}

void ld_text_print(ld_put_fn put_fn, void *ctx, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ld_text_vprint(put_fn, ctx, fmt, args);
	va_end(args);
}

struct buffer {
	char *text;
	size_t size, cap; /* size may exceed cap: the excess was not stored */
};

static void put_buffer(void *ctx, const char *text, size_t size)
{
	struct buffer *b = ctx;

	if (b->size < b->cap)
		memcpy(b->text + b->size, text, size < b->cap - b->size ? size : b->cap - b->size);
	b->size += size;
}

int ld_text_vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct buffer b = {buf, 0, size ? size - 1 : 0};

	ld_text_vprint(put_buffer, &b, fmt, args);
	if (size)
		buf[b.size < b.cap ? b.size : b.cap] = '\0';
	return (int)b.size;
}

const char *ld_text_help(const char *message)
{
	const char *help = strstr(message, LD_HELP);

	return help ? help + strlen(LD_HELP) : NULL;
}

/* ---- JSON ---- */

void ld_text_json(ld_put_fn put_fn, void *ctx, const char *s)
{
	size_t n = strlen(s), plain = 0, i = 0, len;
	struct sink to = {put_fn, ctx, 0};
	char text[16];

	put(&to, "\"", 1);
	for (; i < n; i += len) {
		long c = read_char(s + i, n - i, &len);
		int size;

		if (c >= 0 && c != '"' && c != '\\' && !is_hidden(c))
			continue;
		put(&to, s + plain, i - plain);
		plain = i + len;
		c = c < 0 ? 0xfffd : c;
		if (c > 0xffff)
			size = snprintf(text, sizeof(text), "\\u%04lx\\u%04lx",
					0xd800 + ((c - 0x10000) >> 10), 0xdc00 + (c & 0x3ff));
		else
			size = snprintf(text, sizeof(text), "\\u%04lx", c);
		put(&to, text, (size_t)size);
	}
	put(&to, s + plain, i - plain);
	put(&to, "\"", 1);
}
