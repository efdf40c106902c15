/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Chooses the symbols of the output, with their names, bindings and order (gABI: local symbols
 * first): section symbols, then the local symbols of each file, then global ones.
 */
#include <string.h>

#include "elf/elf_read.h"
#include "elf/pieces.h"
#include "passes/passes.h"

static bool in_output(const struct ld_sym *sym)
{
	const struct ld_piece *p = sym->piece;

	if (sym->abs || sym->common)
		return true;
	return p && p->live && (p->leader ? p->leader : p)->out;
}

/* In a license or version section that was replaced by another file's. */
static bool is_replaced(const struct ld_sym *sym)
{
	const struct ld_piece *p = sym->piece;

	return p && p->sec->replaced && p->leader && p->leader->out;
}

static bool is_owner(const struct ld_file *f, uint32_t in_sym)
{
	const struct ld_global *n = f->syms[in_sym].global;

	return n && n->owner == f && n->owner_sym == in_sym;
}

/* ---- unique names in a final link ---- */

struct chooser {
	const struct ld_link *l;
	struct ld_strmap promoted;  /* names of static maps and programs that became global */
	struct ld_strmap functions; /* with --unique-statics: names of static functions */
	struct ld_strmap numbers;   /* name that was made unique -> number of the last one */
	struct ld_out_syms out;
};

/* also: further names in use, or NULL. */
static bool name_is_free(const struct chooser *c, const struct ld_strmap *also, const char *name)
{
	size_t len = strlen(name);

	return !ld_strmap_get(&c->l->res.globals_by_name, name, len) &&
	       !ld_strmap_get(&c->promoted, name, len) && !(also && ld_strmap_get(also, name, len));
}

/* "net__counter" for "counter" of net.bpf.c, with a number appended if that is taken. */
static const char *free_name(struct chooser *c, const struct ld_strmap *also, const char *source,
			     const char *name)
{
	struct ld_arena *a = c->l->arena;
	const char *full = ld_qualify(a, source, name);
	uintptr_t nr;
	void **last;

	if (name_is_free(c, also, full))
		return full;
	/* Continue with the number after the last one, in case many symbols have the same name. */
	last = ld_strmap_slot(a, &c->numbers, full, strlen(full));
	nr = *last ? (uintptr_t)*last : 1;
	do
		name = ld_printf(a, "%s_%zu", full, (size_t)++nr);
	while (!name_is_free(c, also, name));
	*last = (void *)nr;
	return name;
}

static void note_renamed(const struct ld_link *l, const struct ld_sym *sym, const struct ld_file *f)
{
	if (ld_is_map(sym))
		ld_note(l->diags, "renamed-static-map",
			"static map '%s' of %s is renamed to '%s': the name is taken", sym->name,
			ld_file_name(f), sym->out_name);
	else
		ld_note(l->diags, "renamed-program",
			"static program '%s' of %s is renamed to '%s': the name is taken",
			sym->name, ld_file_name(f), sym->out_name);
}

/* Static maps and programs become global: libbpf opens no object with others. */
static void promote(struct chooser *c, const struct ld_file *f, struct ld_sym *sym,
		    const char *source)
{
	const struct ld_file *origin = f->origins ? f->origins[sym - f->syms] : NULL;
	const struct ld_strmap *also = ld_is_map(sym) ? NULL : &c->functions;

	if (!name_is_free(c, also, sym->name)) {
		sym->out_name = free_name(c, also, source, sym->name);
		note_renamed(c->l, sym, origin ? origin : f);
	}
	*ld_strmap_slot(c->l->arena, &c->promoted, sym->out_name, strlen(sym->out_name)) = sym;
	sym->out_bind = STB_GLOBAL;
	sym->out_vis = STV_DEFAULT;
	if (!sym->piece->promoted)
		sym->piece->promoted = sym;
}

/*
 * libbpf and the kernel ignore the symbols of static functions, but cilium/ebpf looks them up and
 * rejects two with the same name. So --unique-statics gives each a unique name; their BTF keeps its
 * name.
 */
static void name_function(struct chooser *c, struct ld_sym *sym, const char *source)
{
	if (!name_is_free(c, &c->functions, sym->name))
		sym->out_name = free_name(c, &c->functions, source, sym->name);
	*ld_strmap_slot(c->l->arena, &c->functions, sym->out_name, strlen(sym->out_name)) = sym;
}

/* ---- choosing symbols ---- */

static void choose_global(const struct ld_link *l, struct ld_file *f, uint32_t in_sym)
{
	struct ld_sym *sym = &f->syms[in_sym];
	const struct ld_global *n = sym->global;

	/* Symbols of replaced licenses refer to the kept one: a later link may need them. */
	sym->emit = is_owner(f, in_sym) && (in_output(sym) || is_replaced(sym));
	sym->out_vis = n->vis;
	if (n->localized) {
		sym->out_bind = STB_LOCAL;
		sym->out_vis = STV_DEFAULT;
	}
	if (n->callback || (!l->opt->partial && ld_is_map(sym)))
		sym->out_vis = STV_DEFAULT;
}

/* source: the STT_FILE that sym belongs to, or NULL; a partial link's output has several. */
static void choose_local(struct chooser *c, const struct ld_file *f, struct ld_sym *sym,
			 const char *source)
{
	bool whole = !c->l->opt->partial;

	if (sym->type == STT_FILE)
		sym->emit = !c->l->opt->strip_all;
	else if (sym->type != STT_SECTION)
		sym->emit = in_output(sym);
	if (!sym->emit)
		return;
	source = source && !f->named ? source : f->path;
	if (whole &&
	    (ld_is_map(sym) || (sym->type == STT_FUNC && sym->piece && ld_is_program(sym->piece))))
		promote(c, f, sym, source);
	else if (sym->type == STT_FUNC &&
		 ((whole && c->l->opt->unique_statics) || ld_has_callback_name(c->l, sym)))
		name_function(c, sym, source);
}

/* Whether some input declares the symbol, or defines it in a dropped section. */
static bool is_declared(const struct ld_global *n)
{
	for (const struct ld_file_sym *m = n->file_syms; m; m = m->next)
		if (!ld_is_defined(&m->file->syms[m->sym]))
			return true;
	return false;
}

/* An undefined symbol stays if something still refers to it. */
static bool stays_undefined(const struct ld_link *l, const struct ld_global *n)
{
	if (n->owner)
		return false;
	if (l->opt->partial)
		return n->referenced || is_declared(n);
	return n->referenced && (!n->weak || n->ksym || n->kconfig || l->opt->unresolved_ok);
}

struct special_walk {
	const struct ld_btf *btf;
	uint32_t left; /* types left to visit */
	bool found;
};

static void look_for_special(void *ctx, uint32_t *type_id)
{
	struct special_walk *w = ctx;
	const struct btf_type *t;
	uint32_t kind;

	if (!*type_id || w->found)
		return;
	t = ld_btf_type(w->btf, *type_id);
	kind = ld_btf_kind(t);
	w->found = kind == BTF_KIND_TYPE_TAG || !w->left ||
		   (kind == BTF_KIND_STRUCT && !strncmp(ld_btf_name(w->btf, *type_id), "bpf_", 4));
	if (w->found)
		return;
	w->left--;
	/* Behind a pointer, only a type tag matters: that of a kptr. */
	if (kind == BTF_KIND_PTR) {
		uint32_t to = t->type;

		w->found = to && ld_btf_kind(ld_btf_type(w->btf, to)) == BTF_KIND_TYPE_TAG;
		return;
	}
	ld_btf_each_ref((struct btf_type *)(uintptr_t)t, look_for_special, ctx);
}

/* The kernel finds locks, timers, lists and kptrs in a map by the types of its variables. */
static bool kernel_wants(const struct ld_file *f, const struct ld_sym *sym)
{
	struct special_walk w = {.btf = &f->btf, .left = 64};
	uint32_t in_type = sym->btf;

	if (in_type)
		look_for_special(&w, &in_type);
	return w.found;
}

/* -s: drops local data symbols that no relocation refers to. Loaders need functions and maps. */
static void strip_locals(const struct ld_link *l)
{
	ld_for_each(i, &l->res.files) {
		struct ld_file *f = l->res.files.v[i];

		for (uint32_t k = 1; k < f->nr_syms; k++) {
			struct ld_sym *sym = &f->syms[k];

			if (sym->bind == STB_LOCAL && sym->out_bind == STB_LOCAL &&
			    sym->type != STT_FUNC && !ld_is_map(sym) && !sym->named &&
			    !kernel_wants(f, sym))
				sym->emit = false;
		}
	}
}

static bool has_symbols(const struct ld_out *out)
{
	ld_for_each(i, &out->pieces) {
		const struct ld_piece *p = out->pieces.v[i];

		for (uint32_t k = p->sym; k < p->sym_end; k++)
			if (p->sec->file->syms[p->sec->syms[k]].emit)
				return true;
	}
	return out->needs_sym;
}

/* Drops empty sections that no symbol needs. */
static void strip_sections(struct ld_layout *layout)
{
	size_t nr = 0;

	ld_for_each(i, &layout->outs)
		if (layout->outs.v[i]->size || has_symbols(layout->outs.v[i]))
			layout->outs.v[nr++] = layout->outs.v[i];
	layout->outs.nr = nr;
}

static void note_ref(struct ld_ref ref)
{
	if (ref.form == LD_REF_SECTION)
		ref.out->needs_sym = true;
	else if (ref.form == LD_REF_SYM)
		ref.sym->named = true;
}

static void note_debug_refs(const struct ld_section *sec)
{
	struct ld_reloc r;

	for (uint32_t k = 0; sec->pieces[0].live && k < ld_nr_relocs(sec->rel); k++) {
		if (!ld_debug_reloc(sec, k, &r))
			continue;
		note_ref(ld_reloc_ref(sec, &r));
		/* There is one for each string, and all strings go to one section. */
		if (sec->strings)
			return;
	}
}

/* Marks the sections and local symbols that relocations of the output refer to. */
static void note_refs(const struct ld_section *sec)
{
	for (uint32_t i = 0; sec->nr_relocs && i < sec->nr_pieces; i++) {
		const struct ld_piece *p = &sec->pieces[i];

		for (uint32_t k = p->rel; p->live && k < p->rel_end; k++) {
			const struct ld_reloc *r = &sec->relocs[k];

			if (!r->hidden || !r->piece->live || r->piece->out != p->out)
				note_ref(ld_reloc_ref(sec, r));
		}
	}
}

static void note_all_refs(const struct ld_section *sec)
{
	if (sec->rel)
		note_debug_refs(sec);
	else
		note_refs(sec);
}

/* ---- order ---- */

static uint32_t add_sym(struct chooser *c, struct ld_out_sym s)
{
	c->out.list.v[c->out.list.nr++] = s;
	return (uint32_t)c->out.list.nr;
}

struct out_list {
	LD_VEC(struct ld_out_sym) list;
};

/*
 * Localized functions follow the local symbols, and promoted symbols precede the global ones: this
 * order does not depend on whether the inputs were linked with -r before.
 */
enum order { LOCAL, LOCALIZED, PROMOTED, GLOBAL, NR_ORDERS };

static void sort_file(const struct ld_link *l, struct ld_file *f, struct out_list lists[NR_ORDERS])
{
	for (uint32_t k = 1; k < f->nr_syms; k++) {
		const struct ld_sym *sym = &f->syms[k];
		struct ld_global *n = sym->global;
		bool local = sym->out_bind == STB_LOCAL, was_local = sym->bind == STB_LOCAL;
		enum order unchanged = was_local ? LOCAL : GLOBAL;
		enum order changed = was_local ? PROMOTED : LOCALIZED;
		enum order order = local == was_local ? unchanged : changed;
		struct ld_out_sym s = {.file = f, .in_sym = k};

		if (!sym->emit) {
			if (!n || !n->emit || n->listed)
				continue;
			n->listed = true;
			order = was_local ? PROMOTED : GLOBAL;
			s = (struct ld_out_sym){.undefined = n};
		}
		LD_PUSH(l->scratch, &lists[order].list, s);
	}
}

static void number_list(struct chooser *c, const struct out_list *from)
{
	ld_for_each(i, &from->list) {
		const struct ld_out_sym *s = &from->list.v[i];
		uint32_t *nr =
		    s->undefined ? &s->undefined->out_sym : &s->file->syms[s->in_sym].out_sym;

		*nr = add_sym(c, *s);
	}
}

static void number_symbols(struct chooser *c)
{
	const struct ld_link *l = c->l;
	struct out_list lists[NR_ORDERS] = {0};
	size_t nr = l->layout.outs.nr;

	ld_for_each(i, &l->res.files)
		sort_file(l, l->res.files.v[i], lists);
	for (int order = 0; order < NR_ORDERS; order++)
		nr += lists[order].list.nr;
	c->out.list.v = LD_NEW_ARRAY(l->arena, struct ld_out_sym, nr);
	c->out.list.cap = nr;
	ld_for_each(i, &l->layout.outs)
		if (l->layout.outs.v[i]->needs_sym)
			l->layout.outs.v[i]->sym =
			    add_sym(c, (struct ld_out_sym){.sec = l->layout.outs.v[i]});
	number_list(c, &lists[LOCAL]);
	number_list(c, &lists[LOCALIZED]);
	c->out.first_global = (uint32_t)c->out.list.nr + 1;
	number_list(c, &lists[PROMOTED]);
	number_list(c, &lists[GLOBAL]);
}

struct ld_out_syms ld_choose_symbols(const struct ld_link *l, struct ld_layout *layout)
{
	struct chooser c = {.l = l};

	ld_for_each(i, &l->res.files) {
		struct ld_file *f = l->res.files.v[i];
		const char *source = NULL;

		for (uint32_t k = 1; k < f->nr_syms; k++) {
			struct ld_sym *sym = &f->syms[k];

			if (sym->type == STT_FILE)
				source = *sym->name ? sym->name : NULL;
			if (f->origins && f->origins[k])
				source = f->origins[k]->source;
			sym->out_name = sym->global ? sym->global->name : sym->name;
			sym->out_bind = sym->bind;
			if (sym->global)
				choose_global(l, f, k);
			else
				choose_local(&c, f, sym, source);
		}
	}
	ld_for_each(i, &l->res.globals)
		l->res.globals.v[i]->emit = stays_undefined(l, l->res.globals.v[i]);
	ld_for_each(i, &l->res.files)
		for (uint32_t k = 0; k < l->res.files.v[i]->nr_used; k++)
			note_all_refs(l->res.files.v[i]->used[k]);
	if (l->opt->strip_all) {
		strip_locals(l);
		strip_sections(layout);
	}
	number_symbols(&c);
	return c.out;
}
