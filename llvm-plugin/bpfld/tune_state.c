/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <time.h>
#include <unistd.h>

#include "bpfld/tune.h"

volatile sig_atomic_t tune_interrupted;

double tune_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool tune_is_over(const struct tune *t)
{
	return tune_interrupted || t->nr_loads >= t->max_loads ||
	       (t->deadline > 0 && tune_now() > t->deadline);
}

/* One line that changes, on a terminal. */
void tune_progress(const struct tune *t, const char *what)
{
	if (!isatty(STDERR_FILENO) || t->q->report->json)
		return;
	fprintf(stderr, "\r\033[K%zu of %zu loads, best %.3f: ", t->nr_loads, t->max_loads,
		t->best.score);
	print_text(stderr, "%s", what);
	fflush(stderr);
}

uint64_t tune_key(const struct tune *t, const struct choice *c)
{
	uint64_t key = t->inputs_hash ^ (uint64_t)t->release << 48;
	unsigned char head[3] = {c->plain, (unsigned char)c->order, c->keep_branches};

	key = key * 31 + lto_hash(head, sizeof(head));
	if (c->decisions)
		key = key * 31 + lto_hash(c->decisions, t->nr_functions);
	return key;
}
