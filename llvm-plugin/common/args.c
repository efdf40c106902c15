/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "common/args.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* As in libiberty. */
#define MAX_RESPONSE_FILES 2000
/*
 * Limits the bytes of response files that are read repeatedly: a few lines can name a large file
 * many times, and files that name each other twice double at each level.
 */
#define MAX_REPEATED ((size_t)1 << 20)

/* ---- --help ---- */

void print_row(FILE *out, const char *left, const char *help)
{
	if (strlen(left) < 32)
		fprintf(out, "%-32s%s\n", left, help);
	else
		fprintf(out, "%s\n%32s%s\n", left, "", help);
}

void print_option(FILE *out, char letter, const char *name, enum form form, const char *value,
		  const char *help)
{
	char left[128];
	size_t n = 0;

	value = value ? value : "";
	n += (size_t)snprintf(left, sizeof(left), "  ");
	if (letter)
		n += (size_t)snprintf(left + n, sizeof(left) - n, "-%c%s%s", letter,
				      *value ? " " : "", value);
	/* By convention: -EL and -Bstatic, but --rpath. */
	if (name)
		snprintf(left + n, sizeof(left) - n, "%s-%s%s%s%s%s", letter ? ", " : "",
			 name[0] < 'a' ? "" : "-", name,
			 form == OPTVALUE ? "[="
			 : *value         ? "="
					  : "",
			 value, form == OPTVALUE ? "]" : "");
	print_row(out, left, help);
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

/*
 * Parses the next word of text. Quotes are removed in place: the word cannot become longer. A
 * backslash escapes the next character, even within single quotes.
 */
static char *next_word(char **text, char *end)
{
	char *s = *text, *word, *out, quote = 0;

	while (s < end && is_blank(*s))
		s++;
	word = out = s;
	if (s == end)
		return NULL;
	for (; s < end && (quote || !is_blank(*s)); s++) {
		if (*s == '\\' && s + 1 < end)
			*out++ = *++s;
		else if (quote && *s == quote)
			quote = 0;
		else if (!quote && (*s == '"' || *s == '\''))
			quote = *s;
		else
			*out++ = *s;
	}
	/* *end is a NUL, so there is room for the terminator. */
	*text = s < end ? s + 1 : s;
	*out = '\0';
	return word;
}

/* A response file. */
struct read_file {
	struct read_file *next;
	dev_t dev;
	ino_t ino;
	bool open; /* its words are being expanded */
};

struct expansion {
	struct words *out, *names;
	struct pool *pool;
	struct report *report;
	unsigned files; /* response files read so far */
	struct read_file *read;
	size_t repeated; /* bytes that were read again */
};

static int refuse_file(struct expansion *x, const char *name, const char *why)
{
	return report_error(x->report, "response-file", "cannot read response file '%s': %s", name,
			    why);
}

/* Reads a response file and sets *file. NULL: an error was reported. */
static char *read_response(struct expansion *x, const char *name, size_t *size,
			   struct read_file **file)
{
	bool nested = false;
	struct read_file *f;
	struct stat st;
	char *text;

	for (f = x->read; f; f = f->next)
		nested |= f->open;
	if (stat(name, &st)) {
		refuse_file(x, name, strerror(errno));
		return NULL;
	}
	/* A pipe is allowed on the command line only. */
	if (nested && !S_ISREG(st.st_mode)) {
		refuse_file(x, name, "not a regular file");
		return NULL;
	}
	for (f = x->read; f && (f->dev != st.st_dev || f->ino != st.st_ino);)
		f = f->next;
	if (f && f->open) {
		refuse_file(x, name, "it includes itself");
		return NULL;
	}
	text = read_text(x->pool, name, size);
	if (!text) {
		refuse_file(x, name, strerror(errno));
		return NULL;
	}
	x->repeated += f ? *size : 0;
	if (x->repeated > MAX_REPEATED) {
		refuse_file(x, name, "files that are included repeatedly exceed 1 MiB");
		return NULL;
	}
	if (!f) {
		f = (struct read_file *)pool_alloc(x->pool, sizeof(*f));
		*f = (struct read_file){x->read, st.st_dev, st.st_ino, false};
		x->read = f;
	}
	*file = f;
	return text;
}

static int expand_word(struct expansion *x, const char *word)
{
	struct read_file *file;
	char *text, *end, *w;
	size_t size;
	int err = 0;

	if (word[0] != '@' || !word[1]) {
		words_add(x->out, word);
		return 0;
	}
	if (x->files++ == MAX_RESPONSE_FILES)
		return report_error(x->report, "response-file",
				    "too many response files: '%s' exceeds the limit of %d", word,
				    MAX_RESPONSE_FILES);
	text = read_response(x, word + 1, &size, &file);
	if (!text)
		return 1;
	words_add(x->names, word + 1);
	file->open = true;
	end = text + size;
	while (!err && (w = next_word(&text, end)))
		err = expand_word(x, w);
	file->open = false;
	return err;
}

int expand_args(struct words *out, struct words *files, struct pool *pool, struct report *r,
		size_t from, size_t argc, const char *const *argv)
{
	struct expansion x = {.out = out, .names = files, .pool = pool, .report = r};
	int err = 0;

	for (size_t i = from; i < argc && !err; i++)
		err = expand_word(&x, argv[i]);
	return err;
}

/* ---- --bind ---- */

/* The part after the last ':' before end. NULL if either part is empty. */
static const char *after_colon(const char *text, const char *end)
{
	for (const char *c = end; c > text; c--)
		if (c[-1] == ':')
			return c == end || c - 1 == text ? NULL : c;
	return NULL;
}

bool split_bind(struct pool *pool, const char *text, struct bind *b)
{
	const char *target = after_colon(text, text + strlen(text)), *name = NULL;
	const char *equals = text, *to = NULL;

	/* File names may contain '=' and ':', function names do not. */
	for (; target && !name && (equals = strchr(equals, '=')) && equals < target; equals++) {
		name = after_colon(text, equals);
		if (name && memchr(name, '/', (size_t)(equals - name)))
			name = NULL;
		to = equals + 1;
	}
	if (!name || to >= target - 1)
		return false;
	b->object = pool_strndup(pool, text, (size_t)(name - 1 - text));
	b->name = pool_strndup(pool, name, (size_t)(to - 1 - name));
	b->to_object = pool_strndup(pool, to, (size_t)(target - 1 - to));
	b->target = target;
	return true;
}
