/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The cache of tune is a text file to which lines are added:
 *
 *	link KEY HASH CODE
 *	load HASH KERNEL INSNS...
 *
 * Lines that are not understood are ignored: the last one of an interrupted run may be incomplete,
 * so a line ends in " .".
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bpfld/tune.h"

static struct cached *new_cached(struct tune *t)
{
	struct cached *c = (struct cached *)pool_alloc(t->q->pool, sizeof(*c));

	memset(c, 0, sizeof(*c));
	return c;
}

static void add_cost(struct cost *cost, unsigned long long insns, size_t i)
{
	cost->insns[i] = insns;
	cost->total += insns;
	cost->refused += insns == REFUSED_COST;
}

static void read_load(struct tune *t, uint64_t hash, char *words)
{
	struct cached *c = new_cached(t);
	size_t nr = 0;
	char *word;

	c->hash = hash;
	c->kernel = strsep(&words, " ");
	c->cost.insns =
	    (unsigned long long *)pool_alloc(t->q->pool, (strlen(words ? words : "") + 1) *
							     sizeof(*c->cost.insns));
	while ((word = strsep(&words, " ")) && strcmp(word, "."))
		add_cost(&c->cost, strtoull(word, NULL, 10), nr++);
	if (!word || nr != t->nr_programs)
		return;
	c->next = t->loads;
	t->loads = c;
}

static void read_line(struct tune *t, char *line)
{
	uint64_t a, b, code;
	struct cached *c;
	int end = 0;

	if (sscanf(line, "link %" SCNx64 " %" SCNx64 " %" SCNu64 " .%n", &a, &b, &code, &end) ==
		3 &&
	    end) {
		c = new_cached(t);
		*c = (struct cached){.key = a, .hash = b, .code = code, .next = t->links};
		t->links = c;
	} else if (sscanf(line, "load %" SCNx64 " %n", &a, &end) == 1 && end) {
		read_load(t, a, line + end);
	}
}

void tune_open_cache(struct tune *t, const char *path)
{
	size_t size;
	char *text = read_text(t->q->pool, path, &size), *line;

	while (text && (line = strsep(&text, "\n")))
		read_line(t, line);
	t->cache = fopen(path, "ae");
	if (!t->cache)
		report_note(t->q->report, "tune-cache",
			    "cannot write %s: it will start over" LD_HELP
			    "make its directory writable",
			    path);
	else
		fputc('\n', t->cache);
}

bool tune_find_link(const struct tune *t, struct candidate *c)
{
	uint64_t key = tune_key(t, &c->choice);

	for (const struct cached *l = t->links; l; l = l->next)
		if (l->key == key) {
			c->linked = true;
			c->hash = l->hash;
			c->code = l->code;
			return true;
		}
	return false;
}

void tune_save_link(struct tune *t, const struct candidate *c)
{
	if (!t->cache)
		return;
	fprintf(t->cache, "link %016" PRIx64 " %016" PRIx64 " %" PRIu64 " .\n",
		tune_key(t, &c->choice), c->hash, c->code);
	fflush(t->cache);
}

const struct cost *tune_find_load(const struct tune *t, uint64_t hash, const char *kernel)
{
	for (const struct cached *l = t->loads; l; l = l->next)
		if (l->hash == hash && !strcmp(l->kernel, kernel))
			return &l->cost;
	return NULL;
}

void tune_save_load(struct tune *t, uint64_t hash, const char *kernel, const struct cost *cost)
{
	struct cached *c = new_cached(t);

	c->hash = hash;
	c->kernel = kernel;
	c->cost = *cost;
	c->next = t->loads;
	t->loads = c;
	if (!t->cache)
		return;
	fprintf(t->cache, "load %016" PRIx64 " %s", hash, kernel);
	for (size_t i = 0; i < t->nr_programs; i++)
		fprintf(t->cache, " %llu", cost->insns[i]);
	fputs(" .\n", t->cache);
	fflush(t->cache);
}
