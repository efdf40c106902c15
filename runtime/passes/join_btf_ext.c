/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The tables of .BTF.ext become one section; the strings of its lines, .BTF's. */
#include <string.h>

#include "format/btf_ext.h"
#include "passes/passes.h"

#define HEADER_SIZE 32
#define KERNEL_BTF_SIZE (16u << 20) /* BTF_MAX_SIZE of kernel/bpf/btf.c */

/* By offset in the table of the lines' strings: the offset in .BTF's. */
static const uint32_t *map_strings(struct ld_link *l)
{
	const struct ld_blob *strs = &l->line_strs->strs.bytes;
	uint32_t *map = ld_alloc(&l->arena, strs->size * sizeof(*map));

	for (size_t off = 0; off < strs->size;) {
		const char *s = (const char *)strs->data + off;

		map[off] = ld_strtab_add(&l->arena, &l->btf->strs, s);
		off += strlen(s) + 1;
	}
	return map;
}

static void map_lines(const uint32_t *map, uint32_t *table, size_t size)
{
	uint32_t words = table[0] / 4, *end = table + size / 4, *at = table + 1;

	while (at < end) {
		uint32_t nr = at[1];

		at[0] = map[at[0]];
		for (at += 2; nr; nr--, at += words) {
			at[1] = map[at[1]];
			at[2] = map[at[2]];
		}
	}
}

/* Behind the header, and noted there; emit puts the magic number. */
static void add_table(struct ld_link *l, enum ld_ext_kind kind)
{
	const struct ld_blob *table = &l->ext[kind].table;
	uint32_t field[] = {(uint32_t)(l->btf_ext.size - HEADER_SIZE), (uint32_t)table->size};
	uint8_t *copy = ld_blob_put(&l->arena, &l->btf_ext, table->data, table->size);

	memcpy(l->btf_ext.data + 8 + 8 * (size_t)kind, field, sizeof(field));
	if (kind == LD_EXT_LINE && l->line_strs)
		map_lines(map_strings(l), (uint32_t *)copy, table->size);
}

/* Whether user space will miss some of its variables: skeletons show what BTF has. */
static bool hides_variables(const struct ld_file *f)
{
	for (uint32_t k = 1; k < f->nr_syms; k++) {
		const struct ld_sym *sym = &f->syms[k];

		if (sym->type == STT_OBJECT && sym->emit && !sym->btf && sym->sec &&
		    sym->sec->flags & SHF_ALLOC && strcmp(sym->sec->name, "license") != 0)
			return true;
	}
	return false;
}

static void warn_synthesized(struct ld_link *l)
{
	ld_for_each(i, &l->files) {
		const struct ld_file *f = l->files.v[i];

		if (f->synthesized)
			ld_warn(&l->diags, "missing-btf",
				"%s: some functions have no BTF records, which a loader wants for "
				"all or for none: made up%s\n"
				">>> compile it with -g to have them right",
				ld_file_name(f),
				hides_variables(f)
				    ? "\n>>> its variables have no BTF either: skeletons "
				      "don't show them"
				    : "");
	}
}

/* What the kernel refuses it refuses as a whole: better said here than found out there. */
static void warn_limits(struct ld_link *l)
{
	size_t size = l->btf->types.size + l->btf->strs.bytes.size; /* with the header */
	uint32_t nr = l->btf->nr_types - 1;

	if (size > KERNEL_BTF_SIZE)
		ld_warn(&l->diags, "kernel-limit",
			"%zu bytes of BTF: the kernel takes %u, and will do without", size,
			KERNEL_BTF_SIZE);
	if (nr > BTF_MAX_TYPE)
		ld_warn(&l->diags, "kernel-limit",
			"%u types in BTF: the kernel takes %u, and will do without", nr,
			BTF_MAX_TYPE);
}

void ld_join_btf_ext(struct ld_link *l)
{
	size_t size = 0;

	if (!l->btf)
		return;
	for (int kind = 0; kind < LD_EXT_NR; kind++)
		size += l->ext[kind].table.size;
	if (size) {
		ld_blob_reserve(&l->arena, &l->btf_ext, HEADER_SIZE + size);
		ld_blob_add(&l->arena, &l->btf_ext, HEADER_SIZE);
		for (int kind = 0; kind < LD_EXT_NR; kind++)
			add_table(l, (enum ld_ext_kind)kind);
		warn_synthesized(l);
	}
	warn_limits(l);
}
