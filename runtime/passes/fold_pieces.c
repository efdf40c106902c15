/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * --icf=all: identical functions and constants are stored once.
 *
 * Two pieces are equal if their bytes are, their relocations name equal things at equal places, and
 * the loader is told the same of both (CO-RE records, prototype). "Equal things" is what makes it
 * hard: f and g may call each other's copies. So it starts from the assumption that all candidates
 * that look alike are equal, and splits classes as long as two members disagree about the class of
 * something that they refer to. Each round can only split, so it ends; and what was never split is
 * equal, for a difference would have to show in some finite chain of references.
 *
 * Candidates are what has no identity of its own: static functions of .text (the kernel verifies
 * global ones by themselves, and user space finds them by name) without decl tags, and constants
 * that user space can't set before the program is loaded (those that are not volatile).
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "format/elf_read.h"
#include "format/insn.h"
#include "passes/passes.h"

struct candidate {
	struct ld_piece *p;
	uint32_t order; /* position among the inputs */
	uint32_t class;
	uint64_t hash; /* of what does not depend on classes, then of everything */
};

struct folder {
	struct ld_link *l;
	LD_VEC(struct candidate) all;
};

/* ---- candidates ---- */

static bool is_volatile(const struct ld_file *f, uint32_t in_type)
{
	for (uint32_t steps = 0; in_type && steps < 64; steps++) {
		const struct btf_type *t = ld_btf_type(&f->btf, in_type);

		switch (ld_btf_kind(t)) {
		case BTF_KIND_VOLATILE: return true;
		case BTF_KIND_ARRAY:
			in_type = ((const struct btf_array *)ld_btf_tail(t))->type;
			break;
		case BTF_KIND_VAR:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_TYPE_TAG: in_type = t->type; break;
		default: return false;
		}
	}
	return false;
}

/* Whether no one but the linked code itself can tell this symbol from another. */
static bool is_private(const struct ld_file *f, const struct ld_sym *sym)
{
	if (sym->global)
		return sym->global->sealed;
	return !sym->btf || !is_volatile(f, sym->btf);
}

static bool is_candidate(const struct ld_piece *p)
{
	const struct ld_section *sec = p->sec;
	const struct ld_file *f = sec->file;
	bool code = sec->kind == LD_SEC_CODE;

	if (!p->live || p->pad || p->same || !p->size || sec->merge)
		return false;
	if (code ? ld_is_program(p)
		 : sec->kind != LD_SEC_DATA || sec->flags & SHF_WRITE ||
		       strncmp(sec->name, ".rodata", 7) || p->rel != p->rel_end)
		return false;
	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		const struct ld_sym *sym = &f->syms[sec->syms[i]];

		if (!is_private(f, sym) || sym->tagged)
			return false;
		if (code && sym->type == STT_FUNC && sym->value != p->off)
			return false; /* several functions that could not be split */
	}
	return true;
}

/* Marks the symbols whose FUNC or VAR has a decl tag. */
static void note_tags(struct ld_link *l)
{
	ld_for_each(i, &l->btf_files) {
		struct ld_file *f = l->btf_files.v[i];
		uint8_t *tagged = NULL;

		for (uint32_t k = 0; k < f->btf.nr_decls; k++) {
			const struct btf_type *t = ld_btf_type(&f->btf, f->btf.decls[k]);

			if (ld_btf_kind(t) != BTF_KIND_DECL_TAG)
				continue;
			if (!tagged)
				tagged = LD_NEW_ARRAY(&l->arena, uint8_t, f->btf.nr_types);
			tagged[t->type] = 1;
		}
		for (uint32_t k = 1; tagged && k < f->nr_syms; k++)
			f->syms[k].tagged = tagged[f->syms[k].btf];
	}
}

/* ---- what two pieces must agree on ---- */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ (h >> 29);
}

/* The bytes with what relocations will fill in left out. */
static void clean_bytes(const struct ld_piece *p, uint8_t *to)
{
	memcpy(to, p->sec->data + p->off, p->size);
	for (uint32_t k = p->rel; k < p->rel_end; k++) {
		const struct ld_reloc *r = &p->sec->relocs[k];
		uint8_t *at = to + (r->off - p->off);

		memset(at + 4, 0, 4);
		if (r->type == LD_R_BPF_64_64)
			memset(at + 12, 0, 4);
	}
}

/* The prototype of a function, as a node of the graph; 0 where there is none. */
static uint32_t prototype(const struct ld_piece *p)
{
	const struct ld_file *f = p->sec->file;

	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		const struct ld_sym *sym = &f->syms[p->sec->syms[i]];

		if (sym->type == STT_FUNC && sym->btf &&
		    ld_btf_kind(ld_btf_type(&f->btf, sym->btf)) == BTF_KIND_FUNC)
			return ld_node_of(f, ld_btf_type(&f->btf, sym->btf)->type);
	}
	return 0;
}

static bool same_core(const struct ld_piece *a, const struct ld_piece *b)
{
	const struct ld_ext *x = &a->sec->ext[LD_EXT_CORE], *y = &b->sec->ext[LD_EXT_CORE];
	uint32_t i = a->ext[LD_EXT_CORE], k = b->ext[LD_EXT_CORE];
	uint32_t nr = ld_ext_end(a, LD_EXT_CORE) - i;

	if (ld_ext_end(b, LD_EXT_CORE) - k != nr)
		return false;
	for (; nr--; i++, k++) {
		const uint32_t *r = x->recs + (size_t)i * x->words;
		const uint32_t *s = y->recs + (size_t)k * y->words;

		if (r[0] - a->off != s[0] - b->off || r[3] != s[3] ||
		    ld_node_of(a->sec->file, r[1]) != ld_node_of(b->sec->file, s[1]) ||
		    strcmp(ld_btf_str(&a->sec->file->btf, r[2]),
			   ld_btf_str(&b->sec->file->btf, s[2])))
			return false;
	}
	return true;
}

/* What a relocation names: a class, or one thing that is equal to itself only. */
struct named {
	const void *thing;
	bool is_name;   /* thing is a struct ld_name, else a struct ld_piece */
	uint32_t class; /* 0: none */
	int64_t off;
};

static struct named named_by(const struct ld_piece *p, const struct ld_reloc *r)
{
	struct ld_target t = ld_reloc_target(p->sec->file, r);
	const struct ld_piece *to = t.piece && t.piece->same ? t.piece->same : t.piece;
	struct named n = {.off = t.off};

	if (to && to->fold_class) {
		n.class = to->fold_class;
	} else if (to) {
		n.thing = to;
	} else {
		n.thing = p->sec->file->syms[r->sym].global;
		n.is_name = true;
	}
	return n;
}

static bool same_relocs(const struct ld_piece *a, const struct ld_piece *b)
{
	if (a->rel_end - a->rel != b->rel_end - b->rel)
		return false;
	for (uint32_t i = 0; i < a->rel_end - a->rel; i++) {
		const struct ld_reloc *r = &a->sec->relocs[a->rel + i];
		const struct ld_reloc *s = &b->sec->relocs[b->rel + i];
		struct named n = named_by(a, r), m = named_by(b, s);

		if (r->off - a->off != s->off - b->off || r->type != s->type ||
		    n.thing != m.thing || n.class != m.class || n.off != m.off)
			return false;
	}
	return true;
}

/* Everything that no class has a part in. */
static bool look_alike(struct folder *f, const struct ld_piece *a, const struct ld_piece *b)
{
	uint8_t *x, *y;

	if (a->size != b->size || a->align != b->align || a->sec->kind != b->sec->kind ||
	    strcmp(ld_out_name(a), ld_out_name(b)) != 0 || prototype(a) != prototype(b) ||
	    !same_core(a, b))
		return false;
	x = ld_alloc(&f->l->arena, a->size);
	y = ld_alloc(&f->l->arena, b->size);
	clean_bytes(a, x);
	clean_bytes(b, y);
	return !memcmp(x, y, a->size);
}

static void hash_alone(struct folder *f, struct candidate *c)
{
	const struct ld_piece *p = c->p;
	uint8_t *bytes = ld_alloc(&f->l->arena, p->size);

	clean_bytes(p, bytes);
	c->hash = mix(ld_hash_bytes(bytes, p->size), prototype(p));
	for (uint32_t k = p->rel; k < p->rel_end; k++)
		c->hash = mix(c->hash, p->sec->relocs[k].off - p->off + p->sec->relocs[k].type);
}

/* ---- classes ---- */

static int by_hash(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static int by_class(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* Members of one hash that don't look alike (a collision, or bad luck) get classes of their own. */
static void first_classes(struct folder *f)
{
	qsort(f->all.v, f->all.nr, sizeof(*f->all.v), by_hash);
	ld_for_each(i, &f->all) {
		struct candidate *c = &f->all.v[i], *before = i ? c - 1 : NULL;

		c->class = before && before->hash == c->hash && look_alike(f, before->p, c->p)
			       ? before->class
			       : (uint32_t)i + 1;
		c->p->fold_class = c->class;
	}
}

/* Not by address: the order of what is said must not depend on where memory is. */
static uint64_t hash_thing(const struct named *n)
{
	const struct ld_piece *p = n->thing;
	const struct ld_name *name = n->thing;

	if (n->class || !n->thing)
		return n->class;
	if (n->is_name)
		return ld_hash_bytes(name->name, strlen(name->name));
	return mix(mix(p->sec->file->index, p->sec->index), p->off);
}

static uint64_t hash_named(const struct candidate *c)
{
	const struct ld_piece *p = c->p;
	uint64_t h = c->class;

	for (uint32_t k = p->rel; k < p->rel_end; k++) {
		struct named n = named_by(p, &p->sec->relocs[k]);

		h = mix(h, (uint64_t)n.off);
		h = mix(h, hash_thing(&n));
	}
	return h;
}

/* Splits each class by what its members refer to; whether any was split. */
static bool refine(struct folder *f)
{
	bool split = false;
	size_t i, k;

	ld_for_each(n, &f->all)
		f->all.v[n].hash = hash_named(&f->all.v[n]);
	qsort(f->all.v, f->all.nr, sizeof(*f->all.v), by_class);
	for (i = 0; i < f->all.nr; i = k) {
		uint32_t class = f->all.v[i].class;

		for (k = i + 1; k < f->all.nr && f->all.v[k].class == class; k++)
			;
		qsort(&f->all.v[i], k - i, sizeof(*f->all.v), by_hash);
		for (size_t n = i; n < k; n++) {
			struct candidate *c = &f->all.v[n];

			c->class = n > i && c[-1].hash == c->hash && same_relocs(c[-1].p, c->p)
				       ? c[-1].class
				       : (uint32_t)n + 1;
			split |= c->class != (uint32_t)i + 1;
		}
	}
	/* Only now, as the hashes and comparisons above are of the round before. */
	ld_for_each(n, &f->all)
		f->all.v[n].p->fold_class = f->all.v[n].class;
	return split;
}

/* Classes get the position of their first member, so that what is said has the inputs' order. */
static void order_classes(struct folder *f)
{
	uint32_t class = 0, first = 0;

	qsort(f->all.v, f->all.nr, sizeof(*f->all.v), by_class);
	ld_for_each(i, &f->all) {
		struct candidate *c = &f->all.v[i];

		if (!i || c->class != class) {
			class = c->class;
			first = c->order;
		}
		c->class = first;
	}
	qsort(f->all.v, f->all.nr, sizeof(*f->all.v), by_class);
}

static void fold(struct folder *f)
{
	struct ld_link *l = f->l;
	struct ld_piece *kept = NULL;

	order_classes(f);
	ld_for_each(i, &f->all) {
		const struct candidate *c = &f->all.v[i];
		bool first_copy =
		    i && c->class == c[-1].class && (i < 2 || c->class != c[-2].class);

		if (!i || c->class != c[-1].class) {
			kept = c->p;
			continue;
		}
		if (l->print_icf && first_copy)
			ld_info(&l->diags, "icf", "selected section %s", ld_piece_name(l, kept));
		if (l->print_icf)
			ld_info(&l->diags, "icf", "  removing identical section %s",
				ld_piece_name(l, c->p));
		c->p->same = kept;
		c->p->live = false;
	}
}

void ld_fold_pieces(struct ld_link *l)
{
	struct folder f = {.l = l};

	if (!l->icf)
		return;
	note_tags(l);
	ld_for_each(i, &l->files) {
		struct ld_file *file = l->files.v[i];

		for (uint32_t k = 0; k < file->nr_used; k++)
			for (uint32_t n = 0; n < file->used[k]->nr_pieces; n++) {
				struct candidate c = {.p = &file->used[k]->pieces[n],
						      .order = (uint32_t)f.all.nr};

				if (!is_candidate(c.p))
					continue;
				hash_alone(&f, &c);
				LD_PUSH(&l->arena, &f.all, c);
			}
	}
	if (!f.all.nr)
		return;
	first_classes(&f);
	while (refine(&f))
		;
	fold(&f);
}
