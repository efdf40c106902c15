/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Time spans, for --time-trace. */
#ifndef LD_BASE_SPAN_H
#define LD_BASE_SPAN_H

#include <stdint.h>
#include <time.h>
#include <unistd.h>

struct ld_span {
	const char *name;
	const char *detail;  /* the file that is processed, or NULL */
	uint64_t begin, end; /* nanoseconds of a monotonic clock */
	int thread;          /* thread id of the system */
};

static inline uint64_t ld_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static inline struct ld_span ld_span_begin(const char *name, const char *detail)
{
	return (struct ld_span){
	    .name = name, .detail = detail, .begin = ld_now(), .thread = gettid()};
}

static inline void ld_span_end(struct ld_span *s)
{
	s->end = ld_now();
}

#endif
