/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Compares a link with the report of an earlier one. Items are matched by name and file; if only
 * one of a name is left on either side, also if its file has another path.
 */
#include <stdlib.h>
#include <string.h>

#include "report/earlier.h"

struct item {
	const char *name, *file;
	uint64_t size, more;
	uint32_t next; /* index of the next item with its key + 1, or 0 */
	bool matched;
};

struct items {
	struct item *v;
	size_t nr, cap;
};

static void add(struct ld_arena *a, struct items *to, const char *name, const char *file,
		uint64_t size, uint64_t more)
{
	struct item item = {.name = name ? name : "", .file = file ? file : "", .size = size};

	item.more = more;
	LD_PUSH(a, to, item);
}

/* ---- what there was ---- */

static const struct ld_json *first(const struct ld_json *object, const char *key)
{
	const struct ld_json *list = ld_json_member(object, key);

	return list && list->kind == LD_JSON_ARRAY ? list->first : NULL;
}

static void add_old_functions(struct ld_arena *a, struct items *to, const struct ld_json *report)
{
	for (const struct ld_json *f = first(report, "functions"); f; f = f->next)
		if (!ld_json_member(f, "dropped"))
			add(a, to, ld_json_string(f, "name"), ld_json_string(f, "file"),
			    ld_json_number(f, "size"), ld_json_number(f, "stack"));
}

static void add_old_maps(struct ld_arena *a, struct items *to, const struct ld_json *report)
{
	for (const struct ld_json *m = first(report, "maps"); m; m = m->next)
		add(a, to, ld_json_string(m, "name"), ld_json_string(m, "file"),
		    ld_json_number(m, "bytes"), 0);
}

static void add_old_types(struct ld_arena *a, struct items *to, const struct ld_json *report)
{
	for (const struct ld_json *t = first(report, "types"); t; t = t->next)
		add(a, to, ld_json_string(t, "name"), NULL, ld_json_number(t, "btf"),
		    ld_json_number(t, "size"));
}

static uint64_t old_stack(const struct ld_json *report)
{
	uint64_t most = 0;

	for (const struct ld_json *p = first(report, "programs"); p; p = p->next)
		if (ld_json_number(p, "stack") > most)
			most = ld_json_number(p, "stack");
	return most;
}

/* ---- what there is ---- */

static void add_functions(struct ld_arena *a, struct items *to, const struct ld_facts *f)
{
	ld_for_each(i, &f->funcs) {
		const struct ld_func_facts *fn = &f->funcs.v[i];

		if (fn->kept)
			add(a, to, fn->name, ld_file_name(fn->sec->file), fn->size,
			    fn->func ? fn->func->frame : 0);
	}
}

static void add_maps(struct ld_arena *a, struct items *to, const struct ld_facts *f)
{
	ld_for_each(i, &f->maps) {
		const struct ld_map_facts *m = &f->maps.v[i];

		add(a, to, m->sym ? m->sym->out_name : m->out->name,
		    m->sym ? ld_file_name(m->sym->sec->file) : NULL, m->bytes, 0);
	}
}

static void add_types(struct ld_arena *a, struct items *to, const struct ld_facts *f)
{
	ld_for_each(i, &f->types)
		add(a, to, f->types.v[i].name, NULL, f->types.v[i].btf, f->types.v[i].size);
}

static uint64_t stack(const struct ld_facts *f)
{
	uint64_t most = 0;

	ld_for_each(i, &f->chains)
		if (f->chains.v[i].stack > most)
			most = f->chains.v[i].stack;
	return most;
}

/* ---- matching ---- */

/* Unmatched items by key; those of a key in order. */
static void make_index(struct ld_arena *a, struct ld_strmap *index, struct items *items, bool files)
{
	for (size_t i = items->nr; i > 0; i--) {
		struct item *item = &items->v[i - 1];
		const char *key;
		void **slot;

		if (item->matched)
			continue;
		key = files ? ld_printf(a, "%s\n%s", item->name, item->file) : item->name;
		slot = ld_strmap_slot(a, index, key, strlen(key));
		item->next = *slot ? (uint32_t)((struct item *)*slot - items->v) + 1 : 0;
		*slot = item;
	}
}

static void put(struct ld_arena *a, struct ld_changes *to, struct item *old, struct item *now)
{
	struct ld_change c = {.name = now ? now->name : old->name,
			      .file = now ? now->file : old->file,
			      .was = old,
			      .is = now};

	if (old) {
		old->matched = true;
		c.before = old->size;
		c.more[0] = old->more;
	}
	if (now) {
		now->matched = true;
		c.after = now->size;
		c.more[1] = now->more;
	}
	if (old && now && old->size == now->size && old->more == now->more)
		to->same++;
	else
		LD_PUSH(a, to, c);
}

static void match(struct ld_arena *a, struct ld_changes *to, struct items *olds, struct items *news,
		  bool files)
{
	struct ld_strmap old_index = {0}, new_index = {0};

	make_index(a, &old_index, olds, files);
	make_index(a, &new_index, news, files);
	for (size_t i = 0; i < news->nr; i++) {
		struct item *now = &news->v[i], *old;
		const char *key;
		void **slot;

		if (now->matched)
			continue;
		key = files ? ld_printf(a, "%s\n%s", now->name, now->file) : now->name;
		old = ld_strmap_get(&old_index, key, strlen(key));
		if (!old)
			continue;
		/* Without files, only the last one on either side is certain to be the same. */
		if (!files &&
		    (old->next || now->next || ld_strmap_get(&new_index, key, strlen(key)) != now))
			continue;
		slot = ld_strmap_slot(a, &old_index, key, strlen(key));
		*slot = old->next ? &olds->v[old->next - 1] : NULL;
		put(a, to, old, now);
	}
}

static int by_growth(const void *x, const void *y)
{
	const struct ld_change *a = x, *b = y;
	int64_t p = (int64_t)(a->after - a->before), q = (int64_t)(b->after - b->before);

	if (p != q)
		return p > q ? -1 : 1;
	p = strcmp(a->name, b->name);
	if (!p)
		p = strcmp(a->file, b->file);
	return p < 0 ? -1 : p > 0;
}

static void compare(struct ld_arena *a, struct ld_changes *to, struct items *olds,
		    struct items *news)
{
	match(a, to, olds, news, true);
	match(a, to, olds, news, false);
	for (size_t i = 0; i < news->nr; i++)
		if (!news->v[i].matched)
			put(a, to, NULL, &news->v[i]);
	for (size_t i = 0; i < olds->nr; i++)
		if (!olds->v[i].matched)
			put(a, to, &olds->v[i], NULL);
	if (to->nr)
		qsort(to->v, to->nr, sizeof(*to->v), by_growth);
}

/* ---- totals ---- */

static void add_totals(struct ld_arena *a, struct ld_comparison *c, const struct ld_facts *f,
		       const struct ld_json *report)
{
	const struct ld_json *out = ld_json_member(report, "out");
	const struct ld_total totals[] = {
	    {"code", "code", 0, f->out.code},
	    {"data", "data", 0, f->out.data},
	    {"bss", ".bss", 0, f->out.bss},
	    {"btf", "BTF", 0, f->out.btf},
	    {"btf_ext", "BTF.ext", 0, f->out.btf_ext},
	    {"debug", "DWARF", 0, f->out.debug},
	    {"types", "types", 0, f->out.types},
	};
	struct ld_total deepest = {"stack", "deepest stack", old_stack(report), stack(f)};

	for (size_t i = 0; i < sizeof(totals) / sizeof(*totals); i++) {
		struct ld_total t = totals[i];

		t.before = ld_json_number(out, t.key);
		LD_PUSH(a, &c->totals, t);
	}
	LD_PUSH(a, &c->totals, deepest);
}

struct ld_comparison *ld_compare(struct ld_arena *a, const struct ld_facts *f,
				 const struct ld_json *report)
{
	struct ld_comparison *c = LD_NEW(a, struct ld_comparison);
	struct items olds = {0}, news = {0};

	c->output = ld_json_string(report, "output");
	c->linker = ld_json_string(report, "linker");
	add_totals(a, c, f, report);
	add_old_functions(a, &olds, report);
	add_functions(a, &news, f);
	compare(a, &c->funcs, &olds, &news);
	olds.nr = news.nr = 0;
	add_old_maps(a, &olds, report);
	add_maps(a, &news, f);
	compare(a, &c->maps, &olds, &news);
	olds.nr = news.nr = 0;
	/* Reports of older linkers have no types: all would be new. */
	if (ld_json_member(report, "types")) {
		add_old_types(a, &olds, report);
		add_types(a, &news, f);
		compare(a, &c->types, &olds, &news);
	}
	return c;
}

/* ---- the table ---- */

#define SHOWN 10 /* changes of a kind */

static void put_row(struct ld_arena *a, struct ld_blob *out, const char *name, const char *before,
		    const char *after, int64_t change)
{
	ld_blob_text(a, out, "%-40s %12s %12s %12s\n", name, before, after,
		     change ? ld_printf(a, "%+lld", (long long)change) : "0");
}

static const char *size_text(struct ld_arena *a, bool there, uint64_t size)
{
	return there ? ld_printf(a, "%llu", (unsigned long long)size) : "-";
}

static void put_changes(struct ld_arena *a, struct ld_blob *out, const char *title,
			const struct ld_changes *list)
{
	size_t nr = 0;

	for (size_t i = 0; i < list->nr; i++) {
		const struct ld_change *c = &list->v[i];

		/* The stack of a function or the values of a type have changed. */
		if (c->was && c->is && c->before == c->after)
			continue;
		if (!nr)
			ld_blob_printf(a, out, "\n%s\n", title);
		if (nr++ >= SHOWN)
			continue;
		put_row(a, out, *c->file ? ld_printf(a, "%s (%s)", c->name, c->file) : c->name,
			size_text(a, c->was, c->before), size_text(a, c->is, c->after),
			(int64_t)(c->after - c->before));
	}
	if (nr > SHOWN)
		ld_blob_printf(a, out, "and %zu more\n", nr - SHOWN);
}

void ld_report_comparison(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l)
{
	struct ld_comparison *c;

	if (!l->earlier || !l->earlier->report)
		return;
	c = ld_compare(a, ld_gather_facts(a, l), l->earlier->report);
	ld_blob_text(a, out, "%-40s %12s %12s %12s\n",
		     ld_printf(a, "compared with %s", l->opt->report_against), "before", "after",
		     "change");
	ld_for_each(i, &c->totals) {
		const struct ld_total *t = &c->totals.v[i];

		if (t->before || t->after)
			put_row(a, out, t->name, size_text(a, true, t->before),
				size_text(a, true, t->after), (int64_t)(t->after - t->before));
	}
	put_changes(a, out, "functions, by bytes of code", &c->funcs);
	put_changes(a, out, "maps, by bytes of keys and values", &c->maps);
	put_changes(a, out, "types, by bytes of BTF", &c->types);
}
