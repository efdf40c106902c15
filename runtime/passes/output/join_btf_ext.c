/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The tables of .BTF.ext become a section, and the strings of its lines .BTF's. */
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "kernel/limits.h"
#include "passes/passes.h"

/* Whether variables are missing from BTF, and therefore from skeletons. */
static bool hides_variables(const struct ld_file *f)
{
	for (uint32_t k = 1; k < f->nr_syms; k++) {
		const struct ld_sym *sym = &f->syms[k];

		if (sym->type == STT_OBJECT && sym->emit && !sym->btf && sym->sec &&
		    sym->sec->flags & SHF_ALLOC && sym->sec->role != LD_ROLE_LICENSE)
			return true;
	}
	return false;
}

static void warn_synthesized(struct ld_link *l)
{
	ld_for_each(i, &l->files) {
		const struct ld_file *f = l->files.v[i];

		if (f->synthesized)
			ld_warn(l->diags, "missing-btf",
				"%s: some functions have no BTF records; loaders need them for all "
				"functions or none: synthesized%" LD_LINES "\n"
				">>> compile it with -g for complete records",
				ld_file_name(f),
				hides_variables(f)
				    ? "\n>>> its variables have no BTF either: skeletons "
				      "omit them"
				    : "");
	}
}

/* The kernel rejects BTF as a whole. */
static void warn_limits(struct ld_link *l)
{
	size_t size = l->btf->types.size + l->btf->strs.bytes.size; /* with the header */
	uint32_t nr = l->btf->nr_types - 1;

	if (size > LD_KERNEL_BTF_SIZE)
		ld_warn(l->diags, "kernel-limit",
			"%zu bytes of BTF exceed the kernel's limit of %d: BTF will be ignored",
			size, LD_KERNEL_BTF_SIZE);
	if (nr > LD_KERNEL_BTF_TYPES)
		ld_warn(l->diags, "kernel-limit",
			"%u types in BTF exceed the kernel's limit of %d: BTF will be ignored", nr,
			LD_KERNEL_BTF_TYPES);
}

static void put_header(struct ld_link *l)
{
	uint8_t *header = l->btf_ext = ld_alloc(l->arena, LD_EXT_HEADER);
	uint32_t off = 0;

	ld_put16(header, BTF_MAGIC, l->big);
	header[2] = BTF_VERSION;
	ld_put32(header + 4, LD_EXT_HEADER, l->big);
	for (int kind = 0; kind < LD_EXT_NR; kind++) {
		uint32_t size = (uint32_t)l->ext[kind].table.size;

		ld_put32(header + 8 + 8 * kind, off, l->big);
		ld_put32(header + 12 + 8 * kind, size, l->big);
		off += size;
	}
}

/* Tables are 4-byte words. */
static void put_byte_order(struct ld_link *l, const struct ld_blob *table)
{
	for (size_t i = 0; l->big != LD_HOST_BIG && i < table->size; i += 4)
		ld_put32(table->data + i, ld_get32(table->data + i, LD_HOST_BIG), l->big);
}

void ld_join_btf_ext(struct ld_link *l)
{
	bool wanted = false;

	if (!l->btf)
		return;
	if (l->btf->strs_spent) {
		ld_error(l->diags, "btf-limit",
			 "the names in .BTF and .BTF.ext have more than %llu bytes together\n"
			 ">>> compilers write less than a tenth: names of some input share bytes",
			 (unsigned long long)ld_names_limit(l));
		return;
	}
	for (int kind = 0; kind < LD_EXT_NR; kind++) {
		wanted |= l->ext[kind].wanted;
		put_byte_order(l, &l->ext[kind].table);
	}
	if (wanted) {
		put_header(l);
		warn_synthesized(l);
	}
	warn_limits(l);
}
