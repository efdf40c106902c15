/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>

#define MAX_THREADS 64

struct job {
	atomic_uint next;
	uint32_t nr;
	void (*fn)(void *ctx, uint32_t i);
	void *ctx;
};

static void *work(void *arg)
{
	struct job *job = arg;
	uint32_t i;

	while ((i = atomic_fetch_add(&job->next, 1)) < job->nr)
		job->fn(job->ctx, i);
	return NULL;
}

void ld_parallel(uint32_t threads, uint32_t nr, void (*fn)(void *ctx, uint32_t i), void *ctx)
{
	struct job job = {.nr = nr, .fn = fn, .ctx = ctx};
	pthread_t helpers[MAX_THREADS];
	uint32_t nr_helpers = 0, i;

	if (nr <= 1) {
		work(&job);
		return;
	}
	if (threads > nr)
		threads = nr;
	if (threads > MAX_THREADS)
		threads = MAX_THREADS;
	while (nr_helpers + 1 < threads && !pthread_create(&helpers[nr_helpers], NULL, work, &job))
		nr_helpers++;
	work(&job);
	for (i = 0; i < nr_helpers; i++)
		pthread_join(helpers[i], NULL);
}
