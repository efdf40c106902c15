/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_BASE_POOL_H
#define LD_BASE_POOL_H

#include <stdint.h>

#define LD_MAX_THREADS 64

/*
 * Calls fn(ctx, thread, i) for each i below nr, on up to threads threads, and returns when all
 * calls have. Calls for different i run at the same time and in any order, those with the same
 * thread, which is below threads and LD_MAX_THREADS, one after the other. Where threads can't be
 * had, the caller's own does the work.
 */
void ld_parallel(uint32_t threads, uint32_t nr, void (*fn)(void *ctx, uint32_t thread, uint32_t i),
		 void *ctx);

/*
 * How many threads to use where wanted are asked for (0: one for each core) and there is work for
 * most: at least 1.
 */
uint32_t ld_choose_threads(uint32_t wanted, uint64_t most);

#endif
