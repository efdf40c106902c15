/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Decides what goes into the output. Without --gc-sections that is everything but the bodies of
 * definitions that lost against another file's, further copies of groups and licenses, and the
 * padding that follows them.
 *
 * With --gc-sections it is what the roots reach. Roots are what loaders or user space find by name:
 * programs (functions outside .text), global maps and variables, struct_ops, the license; and what
 * -u and --keep name. With -r, every global symbol is a root. Edges are relocations, including
 * hidden ones, and the exception callbacks that decl tags name. DWARF keeps nothing alive.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "passes/passes.h"

/* An edge from BTF: a decl tag of one function names another. */
struct tag_edge {
	struct ld_piece *from, *to;
	size_t order; /* index in the order of discovery */
};

struct marker {
	const struct ld_link *l;
	LD_VEC(struct ld_piece *) work;    /* reached, but edges not yet followed */
	LD_VEC(struct tag_edge) tag_edges; /* ordered by from */
};

/* ---- candidates ---- */

/* Whether all definitions in p have lost against other files. */
static bool lost(const struct ld_section *sec, const struct ld_piece *p)
{
	const struct ld_file *f = sec->file;
	bool had_global = false;

	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		uint32_t in_sym = sec->syms[i];
		const struct ld_sym *sym = &f->syms[in_sym];

		if (!sym->global) {
			if (sym->type == STT_FUNC || sym->type == STT_OBJECT)
				return false;
			continue;
		}
		if (sym->global->owner == f && sym->global->owner_sym == in_sym)
			return false;
		had_global = true;
	}
	return had_global;
}

static void mark_candidates(struct ld_section *sec)
{
	bool live = true;

	/* DWARF may have a piece for each string: these are live from the start. */
	if (sec->kind == LD_SEC_DEBUG && !sec->nr_syms && !sec->discarded)
		return;
	for (uint32_t i = 0; i < sec->nr_pieces; i++) {
		struct ld_piece *p = &sec->pieces[i];

		if (!p->pad)
			live = !lost(sec, p);
		p->live = live && !sec->discarded && !sec->replaced;
	}
}

/* ---- roots ---- */

static enum ld_root root_of(const struct ld_link *l, const struct ld_piece *p)
{
	const struct ld_section *sec = p->sec;

	if (sec->flags & SHF_GNU_RETAIN)
		return LD_ROOT_KEPT;
	if (ld_is_program(p))
		return LD_ROOT_PROGRAM;
	if (ld_role_has(sec->role, LD_TRAIT_ROOT))
		return LD_ROOT_LOADER;
	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		const struct ld_sym *sym = &sec->file->syms[sec->syms[i]];

		const char *name = sym->global ? sym->global->name : sym->name;

		if (ld_names_match(&l->opt->undefined, name) || ld_names_match(&l->opt->keep, name))
			return LD_ROOT_NAMED;
		if (sym->global && (sec->kind != LD_SEC_CODE || l->opt->partial))
			return LD_ROOT_GLOBAL;
	}
	return LD_ROOT_NONE;
}

/* ---- edges ---- */

static void reach(struct marker *m, struct ld_piece *p, const struct ld_piece *from)
{
	if (!p || p->reached)
		return;
	p->reached = true;
	p->reached_from = from;
	LD_PUSH(m->l->arena, &m->work, p);
}

/* The definition that replaced a dropped copy is reached instead. */
static void reach_winner(struct marker *m, const struct ld_piece *p, const struct ld_piece *from)
{
	const struct ld_file *f = p->sec->file;

	for (uint32_t i = p->sym; i < p->sym_end; i++)
		reach(m, ld_sym_target(f, p->sec->syms[i]).piece, from);
}

/* The first edge from p or a later piece. */
static size_t first_tag_edge(const struct marker *m, const struct ld_piece *p)
{
	size_t lo = 0, hi = m->tag_edges.nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (m->tag_edges.v[mid].from < p)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void follow_tags(struct marker *m, const struct ld_piece *p)
{
	for (size_t i = first_tag_edge(m, p); i < m->tag_edges.nr; i++) {
		if (m->tag_edges.v[i].from != p)
			return;
		reach(m, m->tag_edges.v[i].to, p);
	}
}

static void follow(struct marker *m, const struct ld_piece *p)
{
	for (uint32_t k = p->rel; k < p->rel_end; k++) {
		struct ld_piece *to = ld_reloc_target(p->sec->file, &p->sec->relocs[k]).piece;

		if (to && !to->live)
			reach_winner(m, to, p);
		else
			reach(m, to, p);
	}
	follow_tags(m, p);
}

static void follow_all(struct marker *m)
{
	while (m->work.nr)
		follow(m, m->work.v[--m->work.nr]);
}

/* ---- edges from BTF ---- */

/* Symbols of a file by BTF type; built only if a tag needs it. */
struct file_index {
	const struct ld_file *file;
	uint32_t *first, *next; /* by own type: the first in_sym; by in_sym: the next; 0: none */
};

static struct file_index index_file(struct ld_arena *a, const struct ld_file *f)
{
	struct file_index x = {.file = f};

	x.first = LD_NEW_ARRAY(a, uint32_t, f->btf.nr_types);
	x.next = LD_NEW_ARRAY(a, uint32_t, f->nr_syms);
	for (uint32_t i = f->nr_syms; i-- > 1;) {
		const struct ld_sym *sym = &f->syms[i];

		if (!sym->btf || !sym->piece)
			continue;
		x.next[i] = x.first[sym->btf];
		x.first[sym->btf] = i;
	}
	return x;
}

static void add_tag_edges(struct marker *m, struct file_index *x, const struct ld_callback *c)
{
	const struct ld_file *f = c->file;
	const struct ld_sym *to = c->global ? ld_global_def(c->global) : c->local;
	uint32_t in_func = ld_btf_type(&f->btf, c->in_tag)->type;

	if (!to || !to->piece)
		return;
	if (x->file != f)
		*x = index_file(m->l->arena, f);
	for (uint32_t k = x->first[in_func]; k; k = x->next[k])
		LD_PUSH(m->l->arena, &m->tag_edges,
			(struct tag_edge){f->syms[k].piece, to->piece, m->tag_edges.nr});
}

static int compare_edges(const void *a, const void *b)
{
	const struct tag_edge *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static void find_tag_edges(struct marker *m)
{
	struct file_index x = {0};

	ld_for_each(i, &m->l->res.callbacks)
		add_tag_edges(m, &x, &m->l->res.callbacks.v[i]);
	if (m->tag_edges.nr)
		qsort(m->tag_edges.v, m->tag_edges.nr, sizeof(*m->tag_edges.v), compare_edges);
}

/* ---- garbage collection ---- */

/* Calls fn for each section with pieces, including those made for COMMON symbols. */
static void each_section(const struct ld_link *l,
			 void (*fn)(struct marker *m, struct ld_section *sec), struct marker *m)
{
	ld_for_each(i, &l->res.files) {
		struct ld_file *f = l->res.files.v[i];

		for (uint32_t k = 0; k < f->nr_used; k++)
			fn(m, f->used[k]);
		ld_for_each(k, &f->commons)
			fn(m, f->commons.v[k]);
	}
}

static void add_candidates(struct marker *m, struct ld_section *sec)
{
	(void)m;
	mark_candidates(sec);
}

static void add_roots(struct marker *m, struct ld_section *sec)
{
	if (sec->kind == LD_SEC_DEBUG)
		return; /* live, and keeps nothing alive */
	for (uint32_t i = 0; i < sec->nr_pieces; i++) {
		struct ld_piece *p = &sec->pieces[i];

		p->root = p->live ? root_of(m->l, p) : LD_ROOT_NONE;
		if (p->root != LD_ROOT_NONE)
			reach(m, p, NULL);
	}
}

static void sweep(struct marker *m, struct ld_section *sec)
{
	bool before = true;

	if (sec->kind == LD_SEC_DEBUG)
		return;
	for (uint32_t i = 0; i < sec->nr_pieces; i++) {
		struct ld_piece *p = &sec->pieces[i];
		bool keep = p->pad ? before || p->reached : p->reached;

		if (p->live && !keep && m->l->opt->print_gc && !p->pad && p->size)
			ld_info(m->l->diags, "gc-sections", "removing unused section %s",
				ld_piece_name(m->l, p));
		p->live &= keep;
		if (!p->pad)
			before = p->live;
	}
}

/* ---- --why-live ---- */

static const char *root_reason(enum ld_root root)
{
	switch (root) {
	case LD_ROOT_PROGRAM: return "a program";
	case LD_ROOT_GLOBAL: return "global";
	case LD_ROOT_LOADER: return "read by the loader";
	case LD_ROOT_NAMED: return "named by -u or --keep";
	default: return "kept";
	}
}

/*
 * Prints the chain from p to a root. Each piece is printed once, so that all chains together are no
 * longer than the code: a chain that meets an earlier one refers to it.
 */
static void put_chain(const struct ld_link *l, struct ld_blob *text, struct ld_piece *p)
{
	bool known = false;

	while (p->reached_from && !known) {
		known = p->explained;
		p->explained = true;
		p = (struct ld_piece *)(uintptr_t)p->reached_from;
		ld_blob_text(l->arena, text, "\n>>> referenced by: %s", ld_piece_name(l, p));
	}
	if (p->reached_from)
		ld_blob_text(l->arena, text, ", as shown above");
	else
		ld_blob_text(l->arena, text, " (%s)", root_reason(p->root));
}

static void explain(struct marker *m, struct ld_section *sec)
{
	const struct ld_link *l = m->l;

	for (uint32_t i = 0; i < sec->nr_syms; i++) {
		const struct ld_sym *sym = &sec->file->syms[sec->syms[i]];
		struct ld_blob text = {0};

		if (!sym->piece || !sym->piece->live || ld_is_label(sym) ||
		    !ld_names_match(&l->opt->why_live, sym->name))
			continue;
		put_chain(l, &text, sym->piece);
		ld_blob_put(l->arena, &text, "", 1);
		ld_info(l->diags, "why-live", "live symbol: %s:(%s)%" LD_LINES,
			ld_file_name(sec->file), sym->name, (const char *)text.data);
	}
}

void ld_mark_live(const struct ld_link *l)
{
	struct marker m = {.l = l};

	each_section(l, add_candidates, &m);
	if (!l->opt->gc_sections)
		return;
	each_section(l, add_roots, &m);
	find_tag_edges(&m);
	follow_all(&m);
	each_section(l, sweep, &m);
	if (*l->opt->why_live.list)
		each_section(l, explain, &m);
}
