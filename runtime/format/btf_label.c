/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "format/btf_label.h"

#include <string.h>

#include "format/btf_merge.h"

#define SHORT_NAME 256 /* bytes; comparing longer ones is charged to the budget */
#define LEAST_RUN 64   /* bytes; less is not worth remembering */

static bool same_long_name(struct ld_btf_pair *p, const char *a, const char *b)
{
	const char *end = p->budget ? memchr(a, 0, p->budget) : NULL;
	size_t len = end ? (size_t)(end - a) : p->budget;

	/* What is beyond the budget is not even looked at; it counts as different. */
	p->budget -= len;
	return end && !strcmp(a, b);
}

static bool same_bytes(struct ld_btf_pair *p, uint32_t a_off, uint32_t b_off)
{
	const char *a = p->a->strs + a_off, *a_end = p->a->strs + p->a->strs_len;
	const char *b = p->b->strs + b_off, *b_end = p->b->strs + p->b->strs_len;
	uint64_t wa, wb, zero;
	int i;

	if (a == b)
		return true;
	for (i = 0; i < SHORT_NAME && a_end - a >= 8 && b_end - b >= 8; i += 8, a += 8, b += 8) {
		wa = ld_get64(a, false);
		wb = ld_get64(b, false);
		zero = ld_btf_first_nul(wa);
		/* The bytes up to the first NUL, that one too, are below its mark. */
		if (zero)
			return !((wa ^ wb) & ((zero << 1) - 1));
		if (wa != wb)
			return false;
	}
	return i == SHORT_NAME ? same_long_name(p, a, b) : !strcmp(a, b);
}

/* How many bytes are the same from here on. */
static uint32_t common_after(const char *a, const char *b, uint32_t most)
{
	uint32_t n = 0;

	while (most - n >= 8 && ld_get64(a + n, false) == ld_get64(b + n, false))
		n += 8;
	while (n < most && a[n] == b[n])
		n++;
	return n;
}

/* How many are the same before. */
static uint32_t common_before(const char *a, const char *b, uint32_t most)
{
	uint32_t n = 0;

	while (most - n >= 8 && ld_get64(a - n - 8, false) == ld_get64(b - n - 8, false))
		n += 8;
	while (n < most && a[-1 - (long)n] == b[-1 - (long)n])
		n++;
	return n;
}

static void add_run(struct ld_btf_pair *p, struct ld_btf_run run)
{
	uint32_t nr = p->nr_runs++ % LD_BTF_RUNS, first = run.start / LD_BTF_RUN_BLOCK;

	p->runs[nr] = run;
	memset(p->run_of + first, (int)nr,
	       (run.start + run.len - 1) / LD_BTF_RUN_BLOCK - first + 1);
}

/* Two equal names may be part of a run. */
static void find_run(struct ld_btf_pair *p, uint32_t a_off, uint32_t b_off)
{
	const char *a = p->a->strs + a_off, *b = p->b->strs + b_off;
	uint32_t a_left = p->a->strs_len - a_off, b_left = p->b->strs_len - b_off, before, after;

	/* As much as may be read. */
	if (p->run_budget < p->a->strs_len)
		return;
	before = common_before(a, b, a_off < b_off ? a_off : b_off);
	after = common_after(a, b, a_left < b_left ? a_left : b_left);
	p->run_budget -= before + after;
	while (after && a[after - 1])
		after--;
	if (before + after < LEAST_RUN)
		return;
	add_run(p, (struct ld_btf_run){
		       .start = a_off - before, .len = before + after, .delta = a_off - b_off});
}

static bool in_this_run(const struct ld_btf_run *run, uint32_t a_off, uint32_t b_off)
{
	return a_off - run->start < run->len && a_off - b_off == run->delta;
}

/* Of two names that are not in the run that is the most likely. */
static __attribute__((noinline)) bool same_other_name(struct ld_btf_pair *p, uint32_t a_off,
						      uint32_t b_off)
{
	for (uint32_t i = 0; i < LD_BTF_RUNS; i++)
		if (in_this_run(&p->runs[i], a_off, b_off))
			return true;
	if (!same_bytes(p, a_off, b_off))
		return false;
	find_run(p, a_off, b_off);
	return true;
}

static inline bool same_name(struct ld_btf_pair *p, uint32_t a_off, uint32_t b_off)
{
	if (!p->run_of)
		return same_bytes(p, a_off, b_off);
	return in_this_run(&p->runs[p->run_of[a_off / LD_BTF_RUN_BLOCK]], a_off, b_off) ||
	       same_other_name(p, a_off, b_off);
}

bool ld_btf_same_name(struct ld_btf_pair *p, uint32_t a_off, uint32_t b_off)
{
	return same_name(p, a_off, b_off);
}

/* Entries of a name, a type id and, with words 3, a number. */
static bool same_members(struct ld_btf_pair *p, const uint32_t *a, const uint32_t *b, uint32_t nr,
			 uint32_t words)
{
	for (; nr; nr--, a += words, b += words)
		if (!same_name(p, a[0], b[0]) || (words == 3 && a[2] != b[2]))
			return false;
	return true;
}

/* Entries of a name and the words of a value. */
static bool same_values(struct ld_btf_pair *p, const uint32_t *a, const uint32_t *b, uint32_t nr,
			uint32_t words)
{
	for (; nr; nr--, a += words, b += words)
		if (a[1] != b[1] || a[words - 1] != b[words - 1] || !same_name(p, a[0], b[0]))
			return false;
	return true;
}

bool ld_btf_same_label(struct ld_btf_pair *p, const struct btf_type *a, const struct btf_type *b)
{
	const uint32_t *wa = ld_btf_tail(a), *wb = ld_btf_tail(b);
	uint32_t vlen = ld_btf_vlen(a);

	if (a->info != b->info || !same_name(p, a->name_off, b->name_off))
		return false;
	switch (ld_btf_kind(a)) {
	case BTF_KIND_INT: return a->size == b->size && wa[0] == wb[0];
	case BTF_KIND_FLOAT: return a->size == b->size;
	case BTF_KIND_ARRAY: return a->size == b->size && wa[2] == wb[2];
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return a->size == b->size && same_members(p, wa, wb, vlen, 3);
	case BTF_KIND_ENUM: return a->size == b->size && same_values(p, wa, wb, vlen, 2);
	case BTF_KIND_ENUM64: return a->size == b->size && same_values(p, wa, wb, vlen, 3);
	case BTF_KIND_FUNC_PROTO: return same_members(p, wa, wb, vlen, 2);
	default: return true;
	}
}
