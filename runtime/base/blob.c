/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/blob.h"

#include <string.h>

void *ld_blob_add(struct ld_arena *a, struct ld_blob *b, size_t size)
{
	void *p;

	if (size > b->cap - b->size) {
		size_t cap = b->cap ? b->cap : 256;

		while (cap - b->size < size)
			cap *= 2;
		b->data = ld_realloc(a, b->data, b->cap, cap);
		b->cap = cap;
	}
	p = b->data + b->size;
	if (size)
		memset(p, 0, size);
	b->size += size;
	return p;
}

void ld_blob_put(struct ld_arena *a, struct ld_blob *b, const void *data, size_t size)
{
	void *p = ld_blob_add(a, b, size);

	if (size)
		memcpy(p, data, size);
}

void ld_blob_put32(struct ld_arena *a, struct ld_blob *b, uint32_t v)
{
	memcpy(ld_blob_add(a, b, sizeof(v)), &v, sizeof(v));
}
