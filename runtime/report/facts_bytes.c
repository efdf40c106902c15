/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Attributes the bytes of the output to inputs. A type, string or BTF record that several inputs
 * have is attributed to the first one.
 */
#include <string.h>

#include "report/facts.h"

struct counter {
	struct ld_arena *a;
	struct ld_facts *f;
	struct ld_file_facts *to;
	struct ld_strmap seen; /* strings that have been counted */
	bool *entities;        /* by out_type: FUNCs and VARs that have been counted */
};

uint32_t ld_ext_out_words(const struct ld_link *l, int kind)
{
	return l->btf_ext.tables[kind].size ? l->layout.ext[kind].words : 0;
}

static uint64_t *share(struct ld_counts *c, enum ld_sec_kind kind)
{
	switch (kind) {
	case LD_SEC_CODE: return &c->code;
	case LD_SEC_DATA: return &c->data;
	case LD_SEC_BSS: return &c->bss;
	case LD_SEC_DEBUG: return &c->debug;
	default: return NULL;
	}
}

static void count_pieces(struct ld_facts *f)
{
	ld_for_each(i, &f->l->layout.outs) {
		const struct ld_out *out = f->l->layout.outs.v[i];

		ld_for_each(k, &out->pieces) {
			const struct ld_piece *p = out->pieces.v[k];
			struct ld_file_facts *file = &f->files[p->sec->file->index];
			uint64_t *to = share(&file->out, out->kind);

			if (to)
				*to += p->size;
		}
	}
}

/* ---- BTF ---- */

static void count_string(struct counter *c, const char *s)
{
	size_t len = strlen(s);
	void **slot = ld_strmap_slot(c->a, &c->seen, s, len);

	if (!*slot)
		c->to->out.btf += len + 1;
	*slot = c;
}

static void count_type_string(void *ctx, uint32_t *off)
{
	struct counter *c = ctx;

	count_string(c, ld_btf_str(&c->to->file->btf, *off));
}

static void add_type(struct counter *c, const struct ld_btf *btf, const struct btf_type *t)
{
	static const char *const words[] = {[BTF_KIND_STRUCT] = "struct",
					    [BTF_KIND_UNION] = "union",
					    [BTF_KIND_ENUM] = "enum",
					    [BTF_KIND_ENUM64] = "enum"};
	uint32_t kind = ld_btf_kind(t);
	const char *name = ld_btf_str(btf, t->name_off);
	struct ld_type_facts type = {.size = t->size};

	if (kind >= sizeof(words) / sizeof(*words) || !words[kind] || !*name)
		return;
	type.name = ld_printf(c->a, "%s %s", words[kind], name);
	type.btf = ld_btf_type_size(kind, ld_btf_vlen(t));
	LD_PUSH(c->a, &c->f->types, type);
}

static void count_types(struct counter *c)
{
	const struct ld_link *l = c->f->l;

	for (uint32_t node = 1; node < l->res.graph.nr; node++) {
		const struct ld_btf_node *n = &l->res.graph.nodes[node];
		const struct ld_file *file = l->res.btf_files.v[n->input];
		const struct btf_type *t = ld_btf_type(&file->btf, n->type);

		if (!l->btf.node_out[node])
			continue;
		c->to = &c->f->files[file->index];
		c->to->out.types++;
		c->to->out.btf += ld_btf_type_size(ld_btf_kind(t), ld_btf_vlen(t));
		add_type(c, &file->btf, t);
		ld_btf_each_str((struct btf_type *)(uintptr_t)t, count_type_string, c);
	}
}

static void count_entities(struct counter *c, const struct ld_file *file)
{
	for (uint32_t k = 1; k < file->nr_syms; k++) {
		const struct ld_entity *e = file->syms[k].entity;

		if (!e || !e->out_type || c->entities[e->out_type])
			continue;
		c->entities[e->out_type] = true;
		c->to->out.types++;
		c->to->out.btf += ld_btf_type_size(e->kind, 0);
		count_string(c, e->name);
	}
}

/* Counts the bytes of a piece's records, and of the strings that they refer to. */
static void count_records(struct counter *c, const struct ld_piece *p, int kind)
{
	const struct ld_ext *ext = &p->sec->ext[kind];
	const struct ld_btf *btf = &p->sec->file->btf;
	uint32_t begin = p->ext[kind], end = ld_ext_end(p, (enum ld_ext_kind)kind);

	c->to->out.btf_ext += (uint64_t)(end - begin) * ld_ext_out_words(c->f->l, kind) * 4;
	for (uint32_t i = begin; i < end && kind != LD_EXT_FUNC; i++) {
		const uint32_t *rec = ext->recs + (size_t)i * ext->words;

		if (kind == LD_EXT_LINE)
			count_string(c, ld_btf_str(btf, rec[1]));
		count_string(c, ld_btf_str(btf, rec[2]));
	}
}

static void count_btf(struct ld_arena *a, struct ld_facts *f)
{
	const struct ld_link *l = f->l;
	struct counter c = {.a = a, .f = f};

	c.entities = LD_NEW_ARRAY(a, bool, l->btf.out->nr_types);
	count_types(&c);
	ld_for_each(i, &l->res.files) {
		c.to = &f->files[i];
		count_entities(&c, c.to->file);
	}
	ld_for_each(i, &l->layout.outs) {
		const struct ld_out *out = l->layout.outs.v[i];

		ld_for_each(k, &out->pieces) {
			const struct ld_piece *p = out->pieces.v[k];

			c.to = &f->files[p->sec->file->index];
			for (int kind = 0; out->kind == LD_SEC_CODE && kind < LD_EXT_NR; kind++)
				count_records(&c, p, kind);
		}
	}
}

void ld_gather_bytes(struct ld_arena *a, struct ld_facts *f)
{
	const struct ld_link *l = f->l;
	const struct ld_resolution *in = ld_resolved_inputs(l);

	f->files = LD_NEW_ARRAY(a, struct ld_file_facts, l->res.files.nr);
	ld_for_each(i, &l->res.files)
		f->files[i].file = l->res.files.v[i];
	ld_for_each(i, &in->files) {
		struct ld_file_facts other = {.file = in->files.v[i]}, *to = &other;

		if (in->files.v[i]->index < l->res.files.nr &&
		    l->res.files.v[in->files.v[i]->index] == in->files.v[i])
			to = &f->files[in->files.v[i]->index];
		ld_count_file(&to->in, in->files.v[i]);
		ld_count_file(&f->in, in->files.v[i]);
		if (to == &other)
			LD_PUSH(a, &f->replaced, other);
	}
	ld_count_output(&f->out, a, l);
	count_pieces(f);
	if (l->btf.out)
		count_btf(a, f);
}
