/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "common/common.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "common/report.h"

struct pool_block {
	struct pool_block *next;
	char data[];
};

void out_of_memory(void)
{
	report_last_words(program_invocation_short_name, "out-of-memory", "out of memory");
	exit(1);
}

char *pool_alloc(struct pool *p, size_t size)
{
	struct pool_block *b = malloc(sizeof(*b) + size);

	if (!b)
		out_of_memory();
	b->next = p->blocks;
	p->blocks = b;
	return b->data;
}

char *pool_strndup(struct pool *p, const char *s, size_t n)
{
	char *copy = pool_alloc(p, n + 1);

	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *pool_printf(struct pool *p, const char *fmt, ...)
{
	char *s, *copy;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		out_of_memory();
	copy = pool_strndup(p, s, (size_t)n);
	free(s);
	return copy;
}

void pool_free(struct pool *p)
{
	while (p->blocks) {
		struct pool_block *b = p->blocks;

		p->blocks = b->next;
		free(b);
	}
}

void words_add(struct words *w, const char *word)
{
	if (w->n + 1 >= w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 16;
		const char **v = realloc(w->v, cap * sizeof(*v));

		if (!v)
			out_of_memory();
		w->v = v;
		w->cap = cap;
	}
	w->v[w->n++] = word;
	w->v[w->n] = NULL;
}

void words_free(struct words *w)
{
	free(w->v);
	*w = (struct words){0};
}

const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *read_text(struct pool *pool, const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;
	char *text = NULL, *copy = NULL;

	if (fd < 0)
		return NULL;
	err = ld_read_all(fd, &text, size);
	if (err == -ENOMEM)
		out_of_memory();
	if (!err)
		copy = pool_strndup(pool, text, *size);
	free(text);
	close(fd);
	errno = -err;
	return copy;
}
