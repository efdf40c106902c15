/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "btf/write.h"

#include <string.h>

#include "base/bytes.h"

struct ld_btf_out *ld_btf_out_new(struct ld_arena *a, uint64_t strs_left)
{
	struct ld_btf_out *out = LD_NEW(a, struct ld_btf_out);

	out->arena = a;
	out->nr_types = 1;
	out->strs_left = strs_left;
	ld_blob_add(a, &out->types, sizeof(struct btf_header));
	ld_btf_out_str(out, "");
	return out;
}

uint32_t ld_btf_out_str(struct ld_btf_out *out, const char *s)
{
	size_t recent = (uintptr_t)s % LD_BTF_RECENT;

	if (out->recent[recent].s != s) {
		size_t size;

		if (out->strs_spent)
			return 0;
		/* Read no further than the limit: names may share bytes and be long. */
		size = strnlen(s, out->strs_left) + 1;
		if (size > out->strs_left) {
			out->strs_spent = true;
			return 0;
		}
		out->strs_left -= size;
		out->recent[recent].s = s;
		out->recent[recent].off = ld_strtab_put(out->arena, &out->strs, s, size);
	}
	return out->recent[recent].off;
}

struct btf_type *ld_btf_out_type(struct ld_btf_out *out, const char *name, uint32_t kind,
				 uint32_t vlen, uint32_t size_or_type, size_t tail)
{
	uint32_t name_off = ld_btf_out_str(out, name);
	struct btf_type *t = ld_blob_add(out->arena, &out->types, sizeof(*t) + tail);

	t->name_off = name_off;
	t->info = kind << 24 | vlen;
	t->size = size_or_type;
	out->nr_types++;
	return t;
}

void ld_btf_out_finish(struct ld_btf_out *out, bool big)
{
	uint8_t *image = out->types.data;
	uint32_t hdr = sizeof(struct btf_header), types_len = (uint32_t)out->types.size - hdr;

	/* The type section consists of 4-byte words. */
	for (size_t i = hdr; big != LD_HOST_BIG && i < out->types.size; i += 4)
		ld_put32(image + i, ld_get32(image + i, LD_HOST_BIG), big);
	ld_put16(image, BTF_MAGIC, big);
	image[2] = BTF_VERSION;
	ld_put32(image + 4, hdr, big);
	ld_put32(image + 8, 0, big);
	ld_put32(image + 12, types_len, big);
	ld_put32(image + 16, types_len, big);
	ld_put32(image + 20, (uint32_t)out->strs.bytes.size, big);
}
