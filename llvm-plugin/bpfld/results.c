/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdlib.h>
#include <string.h>

#include "bpfld/check.h"

const char *const verdict_words[NR_VERDICTS] = {
    [LOADS] = "loads",           [REFUSED] = "refused",
    [NOT_LOADED] = "not loaded", [NOT_PERMITTED] = "not permitted here",
    [NO_VERDICT] = "no verdict",
};

struct result *add_result(struct results *r, const char *object, const char *target)
{
	struct result *added;

	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 8;
		r->v = realloc(r->v, r->cap * sizeof(*r->v));
		if (!r->v)
			out_of_memory();
	}
	added = &r->v[r->n++];
	memset(added, 0, sizeof(*added));
	added->object = object;
	added->target = target;
	added->kernel = "";
	return added;
}

void free_trouble(struct trouble *t)
{
	words_free(&t->places);
	words_free(&t->names);
	words_free(&t->texts);
}

void free_results(struct results *r)
{
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < r->v[i].n; k++)
			free_trouble(&r->v[i].v[k].trouble);
	free(r->v);
}
