/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "btf/dedup/label.h"

#include <string.h>

#include "btf/dedup/merge.h"

#define SHORT_NAME 256 /* bytes; comparing longer ones is charged to the budget */

static bool same_long_name(struct ld_btf_pair *p, const char *a, const char *b)
{
	const char *end = p->budget ? memchr(a, 0, p->budget) : NULL;
	size_t len = end ? (size_t)(end - a) : p->budget;

	/* What is beyond the budget is not even looked at; it counts as different. */
	p->budget -= len;
	return end && !strcmp(a, b);
}

bool ld_btf_same_name(struct ld_btf_pair *p, uint32_t a_off, uint32_t b_off)
{
	const char *a = ld_btf_str(p->a, a_off), *a_end = ld_btf_strs_end(p->a, a_off);
	const char *b = ld_btf_str(p->b, b_off), *b_end = ld_btf_strs_end(p->b, b_off);
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

/* Entries of a name, a type id and, with words 3, a number. */
static bool same_members(struct ld_btf_pair *p, const uint32_t *a, const uint32_t *b, uint32_t nr,
			 uint32_t words)
{
	for (; nr; nr--, a += words, b += words)
		if ((words == 3 && a[2] != b[2]) || !ld_btf_same_name(p, a[0], b[0]))
			return false;
	return true;
}

/* Entries of a name and the words of a value. */
static bool same_values(struct ld_btf_pair *p, const uint32_t *a, const uint32_t *b, uint32_t nr,
			uint32_t words)
{
	for (; nr; nr--, a += words, b += words)
		if (a[1] != b[1] || a[words - 1] != b[words - 1] ||
		    !ld_btf_same_name(p, a[0], b[0]))
			return false;
	return true;
}

bool ld_btf_same_label(struct ld_btf_pair *p, const struct btf_type *a, const struct btf_type *b)
{
	const uint32_t *wa = ld_btf_tail(a), *wb = ld_btf_tail(b);
	uint32_t vlen = ld_btf_vlen(a);

	if (a->info != b->info || !ld_btf_same_name(p, a->name_off, b->name_off))
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
