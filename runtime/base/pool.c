/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

struct job {
	atomic_uint next, threads;
	uint32_t nr;
	void (*fn)(void *ctx, uint32_t thread, uint32_t i);
	void *ctx;
};

static void *work(void *arg)
{
	struct job *job = arg;
	uint32_t thread = atomic_fetch_add(&job->threads, 1), i;

	while ((i = atomic_fetch_add(&job->next, 1)) < job->nr)
		job->fn(job->ctx, thread, i);
	return NULL;
}

void ld_parallel(uint32_t threads, uint32_t nr, void (*fn)(void *ctx, uint32_t thread, uint32_t i),
		 void *ctx)
{
	struct job job = {.nr = nr, .fn = fn, .ctx = ctx};
	pthread_t helpers[LD_MAX_THREADS];
	uint32_t nr_helpers = 0, i;

	if (threads > nr)
		threads = nr;
	if (threads > LD_MAX_THREADS)
		threads = LD_MAX_THREADS;
	while (nr_helpers + 1 < threads && !pthread_create(&helpers[nr_helpers], NULL, work, &job))
		nr_helpers++;
	work(&job);
	for (i = 0; i < nr_helpers; i++)
		pthread_join(helpers[i], NULL);
}

uint32_t ld_choose_threads(uint32_t wanted, uint64_t most)
{
	long cores;

	if (most <= 1 || wanted == 1)
		return 1;
	cores = wanted ? (long)wanted : sysconf(_SC_NPROCESSORS_ONLN);
	if (cores < 1)
		return 1;
	return (uint64_t)cores < most ? (uint32_t)cores : (uint32_t)most;
}
