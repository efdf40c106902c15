/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What goes into the output. Without --gc-sections that is everything, but for the bodies of
 * definitions that lost against another file's, second copies of groups, licenses that stand for
 * another, and the padding after what went.
 *
 * With --gc-sections it is what the roots reach. Roots are what a loader or user space finds by
 * itself: programs (functions outside .text), global maps and variables, struct_ops, the license;
 * and what -u and --keep name. In a file to be linked again, every global is one. Edges are
 * relocations, hidden ones too, and the exception callbacks that decl tags name. DWARF describes
 * and keeps nothing alive.
 */
#include <string.h>

#include "base/text.h"
#include "passes/passes.h"

/* An edge that BTF makes: a decl tag of one function names another. */
struct tag_edge {
	struct ld_piece *from, *to;
};

struct marker {
	struct ld_link *l;
	LD_VEC(struct ld_piece *) work; /* reached, and their edges not yet followed */
	LD_VEC(struct tag_edge) tag_edges;
};

/* ---- what could be in the output at all ---- */

/* Whether every name that keeps p alive has gone to another file. */
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

	/* DWARF has a piece for each string: they are live as they were made. */
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

/* Data that a loader looks for by the name of its section, or the linker (.deplibs with -r). */
static bool is_loader_section(const struct ld_section *sec)
{
	return !strcmp(sec->name, "license") || !strcmp(sec->name, "version") ||
	       !strncmp(sec->name, ".struct_ops", 11) || !strcmp(sec->name, ".deplibs");
}

static bool is_named(const struct ld_link *l, const char *name)
{
	for (const char **u = l->undefined; *u; u++)
		if (!strcmp(*u, name))
			return true;
	return ld_matches(l->keep, name);
}

static enum ld_root root_of(const struct ld_link *l, const struct ld_piece *p)
{
	const struct ld_section *sec = p->sec;

	if (sec->flags & SHF_GNU_RETAIN)
		return LD_ROOT_KEPT;
	if (ld_is_program(p))
		return LD_ROOT_PROGRAM;
	if (is_loader_section(sec))
		return LD_ROOT_LOADER;
	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		const struct ld_sym *sym = &sec->file->syms[sec->syms[i]];

		if (is_named(l, sym->global ? sym->global->name : sym->name))
			return LD_ROOT_NAMED;
		if (sym->global && (sec->kind != LD_SEC_CODE || l->partial))
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
	LD_PUSH(&m->l->arena, &m->work, p);
}

/* A dropped copy stands for its winner. */
static void reach_winner(struct marker *m, const struct ld_piece *p, const struct ld_piece *from)
{
	const struct ld_file *f = p->sec->file;

	for (uint32_t i = p->sym; i < p->sym_end; i++)
		reach(m, ld_sym_target(f, p->sec->syms[i]).piece, from);
}

static void follow(struct marker *m, const struct ld_piece *p)
{
	for (uint32_t k = p->rel; k < p->rel_end; k++) {
		struct ld_piece *to = ld_reloc_target(p->sec->file, &p->sec->relocs[k]).piece;

		if (to && to->same)
			to = to->same;
		if (to && !to->live)
			reach_winner(m, to, p);
		else
			reach(m, to, p);
	}
}

static void follow_all(struct marker *m)
{
	while (m->work.nr)
		follow(m, m->work.v[--m->work.nr]);
}

/* ---- edges that BTF makes ---- */

/* The function called name that file f means: its own static one, or the global one. */
static struct ld_piece *find_function(const struct ld_link *l, const struct ld_file *f,
				      const char *name)
{
	const struct ld_name *n = ld_strmap_get(&l->name_map, name, strlen(name));

	for (uint32_t i = 1; i < f->nr_syms; i++)
		if (f->syms[i].type == STT_FUNC && !strcmp(f->syms[i].name, name))
			return ld_sym_target(f, i).piece;
	return n && n->owner ? ld_name_def(n)->piece : NULL;
}

/* "exception_callback:FUNCTION" on a program names what the kernel calls when it throws. */
static void add_tag_edges(struct marker *m, const struct ld_file *f)
{
	static const char prefix[] = "exception_callback:";
	size_t len = strlen(prefix);

	for (uint32_t i = 0; i < f->btf.nr_decls; i++) {
		const struct btf_type *t = ld_btf_type(&f->btf, f->btf.decls[i]);
		const char *tag;
		struct ld_piece *to;

		if (ld_btf_kind(t) != BTF_KIND_DECL_TAG)
			continue;
		tag = ld_btf_str(&f->btf, t->name_off);
		if (strncmp(tag, prefix, len))
			continue;
		to = find_function(m->l, f, tag + len);
		for (uint32_t k = 1; to && k < f->nr_syms; k++)
			if (f->syms[k].btf == t->type && f->syms[k].piece)
				LD_PUSH(&m->l->arena, &m->tag_edges,
					(struct tag_edge){f->syms[k].piece, to});
	}
}

static void follow_tags(struct marker *m)
{
	bool again = true;

	while (again) {
		again = false;
		ld_for_each(i, &m->tag_edges) {
			const struct tag_edge *e = &m->tag_edges.v[i];

			if (!e->from->reached || e->to->reached)
				continue;
			reach(m, e->to, e->from);
			again = true;
		}
		follow_all(m);
	}
}

/* ---- the garbage collection ---- */

/* Calls fn for each section that has pieces, those made for COMMON symbols too. */
static void each_section(struct ld_link *l, void (*fn)(struct marker *m, struct ld_section *sec),
			 struct marker *m)
{
	ld_for_each(i, &l->files) {
		struct ld_file *f = l->files.v[i];

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
		return; /* stays, and keeps nothing: of no interest here */
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

		if (p->live && !keep && m->l->print_gc && !p->pad && p->size)
			ld_info(&m->l->diags, "gc-sections", "removing unused section %s",
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

static void explain(struct marker *m, struct ld_section *sec)
{
	struct ld_link *l = m->l;

	for (uint32_t i = 0; i < sec->nr_syms; i++) {
		const struct ld_sym *sym = &sec->file->syms[sec->syms[i]];
		const struct ld_piece *p = sym->piece;
		const char *text;

		if (!p || !p->live || ld_is_label(sym) || !ld_matches(l->why_live, sym->name))
			continue;
		text =
		    ld_text(&l->arena, "live symbol: %s:(%s)", ld_file_name(sec->file), sym->name);
		for (; p->reached_from; p = p->reached_from)
			text = ld_text(&l->arena, "%" LD_LINES "\n>>> referenced by: %s", text,
				       ld_piece_name(l, p->reached_from));
		ld_info(&l->diags, "why-live", "%" LD_LINES " (%s)", text, root_reason(p->root));
	}
}

void ld_mark_live(struct ld_link *l)
{
	struct marker m = {.l = l};

	each_section(l, add_candidates, &m);
	if (!l->gc_sections)
		return;
	each_section(l, add_roots, &m);
	ld_for_each(i, &l->btf_files)
		add_tag_edges(&m, l->btf_files.v[i]);
	follow_all(&m);
	follow_tags(&m);
	each_section(l, sweep, &m);
	if (*l->why_live)
		each_section(l, explain, &m);
}
