/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/blob.h"

#include <string.h>

void *ld_blob_add(struct ld_arena *a, struct ld_blob *b, size_t size)
{
	void *p;

	if (size > b->cap - b->size) {
		size_t cap = b->cap ? b->cap : 256;
		uint8_t *data;

		while (cap - b->size < size)
			cap *= 2;
		data = ld_alloc(a, cap);
		if (b->size)
			memcpy(data, b->data, b->size);
		b->data = data;
		b->cap = cap;
	}
	p = b->data + b->size;
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
