/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_BASE_POOL_H
#define LD_BASE_POOL_H

#include <stdint.h>

#define LD_MAX_THREADS 64

/*
 * Calls fn(ctx, thread, i) for each i below nr, on up to threads threads, and returns when all
 * calls have returned. Calls for different i run concurrently and in any order. Calls with the same
 * thread, a number below threads and LD_MAX_THREADS, run one after another. If no thread can be
 * created, the caller does the work.
 */
void ld_parallel(uint32_t threads, uint32_t nr, void (*fn)(void *ctx, uint32_t thread, uint32_t i),
		 void *ctx);

/*
 * The number of threads to use, at least 1, if wanted are requested (0: one per core) and there is
 * work for at most most.
 */
uint32_t ld_choose_threads(uint32_t wanted, uint64_t most);

#endif
