/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Counts and bytes of all inputs together, and of the output. */
#include "report/report.h"

static void count_size(struct ld_counts *s, enum ld_role role, enum ld_sec_kind kind, uint64_t size)
{
	/* With -S the model has no DWARF, but the inputs had. */
	if (role == LD_ROLE_DEBUG)
		kind = LD_SEC_DEBUG;
	switch (kind) {
	case LD_SEC_NONE: return;
	case LD_SEC_CODE: s->code += size; return;
	case LD_SEC_DATA: s->data += size; return;
	case LD_SEC_BSS: s->bss += size; return;
	case LD_SEC_DEBUG: s->debug += size; return;
	case LD_SEC_BTF: s->btf += size; return;
	case LD_SEC_BTF_EXT: s->btf_ext += size; return;
	}
}

void ld_count_file(struct ld_counts *s, const struct ld_file *f)
{
	s->files++;
	s->bytes += f->size;
	s->sections += f->nr_secs - 1;
	s->symbols += f->nr_syms - 1;
	s->types += f->btf.nr_types ? f->btf.nr_types - 1 : 0;
	for (uint32_t i = 1; i < f->nr_syms; i++)
		s->functions += f->syms[i].type == STT_FUNC && f->syms[i].sec;
	for (uint32_t i = 1; i < f->nr_secs; i++) {
		const struct ld_section *sec = &f->secs[i];

		/* How much code bitcode becomes is known of all files together. */
		if (!f->outlined || sec->kind != LD_SEC_CODE)
			count_size(s, sec->role, sec->kind, sec->size);
		if (sec->kind == LD_SEC_DEBUG)
			continue;
		s->pieces += sec->nr_pieces;
		for (uint32_t k = 0; k < sec->nr_relocs; k++)
			s->relocs += !sec->relocs[k].hidden;
	}
}

void ld_count_output(struct ld_counts *s, struct ld_arena *a, const struct ld_link *l)
{
	uint32_t nr;
	const struct ld_image_section *secs = ld_image_sections(a, l, &nr);

	s->files = 1;
	s->bytes = l->image.size;
	s->sections = nr - 1;
	s->symbols = l->out_syms.list.nr;
	s->types = l->btf.out ? l->btf.out->nr_types - 1 : 0;
	for (uint32_t i = 1; i < nr; i++) {
		const struct ld_out *out = secs[i].out;
		enum ld_sec_kind kind = out ? out->kind : LD_SEC_NONE;
		enum ld_role role = ld_role_of(secs[i].name);

		if (role == LD_ROLE_BTF)
			kind = LD_SEC_BTF;
		if (role == LD_ROLE_BTF_EXT)
			kind = LD_SEC_BTF_EXT;
		count_size(s, role, kind, secs[i].size);
		if (!out || out->kind == LD_SEC_DEBUG)
			continue;
		s->pieces += out->pieces.nr;
		s->relocs += out->relocs.nr;
	}
	ld_for_each(i, &l->out_syms.list) {
		const struct ld_out_sym *sym = &l->out_syms.list.v[i];

		s->functions += sym->file && sym->file->syms[sym->in_sym].type == STT_FUNC;
	}
}

void ld_report_stats(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l)
{
	struct ld_counts before = {0}, after = {0};
	const struct ld_resolution *in = ld_resolved_inputs(l);

	ld_for_each(i, &in->files)
		ld_count_file(&before, in->files.v[i]);
	ld_count_output(&after, a, l);

#define ROW(name, field)                                                                           \
	ld_blob_text(a, out, "%-20s %14llu %14llu\n", name, (unsigned long long)before.field,      \
		     (unsigned long long)after.field)
	ld_blob_text(a, out, "%-20s %14s %14s\n", "", "in", "out");
	ROW("files", files);
	ROW("bytes", bytes);
	ROW("sections", sections);
	ROW("code bytes", code);
	ROW("data bytes", data);
	ROW("bss bytes", bss);
	ROW("debug bytes", debug);
	ROW("BTF bytes", btf);
	ROW("BTF.ext bytes", btf_ext);
	ROW("BTF types", types);
	ROW("symbols", symbols);
	ROW("functions", functions);
	ROW("relocations", relocs);
	ROW("pieces", pieces);
#undef ROW
}
