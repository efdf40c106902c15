/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Writes the output's .BTF. Types are nodes of dedup_types' graph; FUNCs, VARs, DATASECs and decl
 * tags are those of choose_btf. Types that none of these reaches are dropped.
 *
 * The order is: types, FUNCs, VARs, DATASECs, decl tags. Types are in the order in which FUNCs and
 * VARs reach them, and these follow the output's symbols. So anything else in an input leaves no
 * trace, and linking the output again changes nothing.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "elf/place.h"
#include "passes/output/btf_plan.h"
#include "passes/passes.h"

#define MAX_ROUNDS 64 /* each finds equal types */

/* A type of the output: a node, a synthetic prototype, or (both are 0) a synthetic INT "int". */
struct item {
	uint32_t node;
	struct ld_proto *proto;
};

/* A decl tag that refers to the element type of a list. */
struct contains {
	const struct ld_file *f;
	const char *name; /* "TYPE:field" */
	uint32_t node;    /* the type with the tag; 0: a FUNC or VAR, which is live */
	uint32_t next;    /* next tag on it + 1, or 0 */
};

/* The structs of a file by name. */
struct struct_index {
	struct ld_strmap first; /* in_type */
	uint32_t *next;         /* by in_type: the next struct with that name, or 0 */
};

struct merger {
	const struct ld_link *l;
	struct ld_arena *a; /* of all but the result */
	const struct ld_btf_plan *plan;
	struct ld_merged_btf made;
	struct item *same;         /* by node: the item that it is equal to; both 0: none */
	uint8_t *live;             /* by node */
	LD_VEC(struct item) order; /* live types, in the order of the output */
	LD_VEC(struct item) work;  /* live types whose references have not been marked */
	LD_VEC(struct contains) contains;
	uint32_t *first_tag;           /* by node: its first tag + 1; NULL if there are none */
	LD_VEC(uint32_t) due;          /* tags on types that have become live */
	struct struct_index **structs; /* by file index; NULL until needed */
	bool int_made;                 /* the INT "int" is synthetic */
	bool mend_names;               /* some name of a type is not one of C */
	uint32_t int_type;             /* out_type of "int" */
	size_t next_callback;          /* in link->res.callbacks, while tags are written */
};

/* ---- liveness ---- */

static void add_item(struct merger *m, uint32_t node, struct ld_proto *proto)
{
	struct item item = {node, proto};

	LD_PUSH(m->a, &m->order, item);
	LD_PUSH(m->a, &m->work, item);
}

static const struct btf_type *node_type(const struct merger *m, uint32_t node)
{
	const struct ld_btf_node *n = &m->l->res.graph.nodes[node];

	return ld_btf_type(&m->l->res.btf_files.v[n->input]->btf, n->type);
}

/* A type of an unknown kind can be dropped, but not written. */
static void refuse_unknown(struct merger *m, uint32_t node)
{
	const struct ld_btf_node *n = &m->l->res.graph.nodes[node];
	const struct ld_file *f = m->l->res.btf_files.v[n->input];

	ld_error(m->l->diags, "unknown-btf-kind",
		 "%s: .BTF: the output requires type '%s', which has unknown kind %u\n"
		 ">>> a function, a variable or a CO-RE relocation refers to it" LD_HELP
		 "use a newer linker, or compile without the feature that requires this kind",
		 ld_file_place(m->l, f), ld_btf_name(&f->btf, n->type),
		 ld_btf_vlen(node_type(m, node)));
}

static void warn_unknown(const struct ld_link *l)
{
	struct ld_list files = {0};

	ld_for_each(i, &l->res.btf_files) {
		const struct ld_file *f = l->res.btf_files.v[i];

		if (f->btf.nr_unknown && !l->diags->errors)
			ld_list_add(l->arena, &files, "%u types of %s, the first of kind %u",
				    f->btf.nr_unknown, ld_file_place(l, f), f->btf.unknown_kind);
	}
	if (files.nr)
		ld_warn(l->diags, "unknown-btf-kind",
			"dropped BTF types of unknown kinds%" LD_LINES LD_HELP
			"use a newer linker, or omit --no-btf-gc",
			ld_list_lines(l->arena, &files, "files"));
}

static void mark_proto(struct merger *m, struct ld_proto *p);

/* Marks a node live, or the item that it is equal to. */
static void mark_node(struct merger *m, uint32_t node)
{
	if (!node || m->live[node])
		return;
	m->live[node] = 1;
	for (uint32_t tag = m->first_tag ? m->first_tag[node] : 0; tag;
	     tag = m->contains.v[tag - 1].next)
		LD_PUSH(m->a, &m->due, tag - 1);
	if (m->same[node].node)
		mark_node(m, m->same[node].node);
	else if (m->same[node].proto)
		mark_proto(m, m->same[node].proto);
	else if (ld_btf_kind(node_type(m, node)) == BTF_KIND_UNKN)
		refuse_unknown(m, node);
	else
		add_item(m, node, NULL);
}

/* The INT "int" of the graph, or a synthetic one. */
static void mark_int(struct merger *m)
{
	if (!m->plan->int_node && !m->int_made)
		add_item(m, 0, NULL);
	m->int_made = !m->plan->int_node;
	mark_node(m, m->plan->int_node);
}

static void mark_proto(struct merger *m, struct ld_proto *p)
{
	if (p->live)
		return;
	p->live = true;
	if (p->same_node)
		mark_node(m, p->same_node);
	else if (p->same_proto)
		mark_proto(m, p->same_proto);
	else
		add_item(m, 0, p);
}

struct ref_ctx {
	struct merger *m;
	const struct ld_file *f;
};

static void mark_ref(void *ctx, uint32_t *type_id)
{
	struct ref_ctx *c = ctx;

	mark_node(c->m, ld_node_of(c->f, *type_id));
}

static void mark_refs(struct merger *m, const struct ld_file *f, uint32_t in_type)
{
	struct ref_ctx c = {m, f};

	ld_btf_each_ref((struct btf_type *)(uintptr_t)ld_btf_type(&f->btf, in_type), mark_ref, &c);
}

static void mark_reachable(struct merger *m)
{
	while (m->work.nr) {
		const struct item *item = &m->work.v[--m->work.nr];
		const struct ld_btf_node *node = &m->l->res.graph.nodes[item->node];
		const struct ld_proto *p = item->proto;

		if (item->node)
			mark_refs(m, m->l->res.btf_files.v[node->input], node->type);
		else if (p && p->f)
			mark_refs(m, p->f, p->in_type);
		else if (p)
			mark_int(m);
	}
}

/* ---- decl tags ---- */

static struct struct_index *index_structs(struct merger *m, const struct ld_file *f)
{
	struct struct_index *x = LD_NEW(m->a, struct struct_index);

	x->next = LD_NEW_ARRAY(m->a, uint32_t, f->btf.nr_types);
	for (uint32_t k = f->btf.nr_types; --k;) {
		const char *name = ld_btf_name(&f->btf, k);
		void **slot;

		if (ld_btf_kind(ld_btf_type(&f->btf, k)) != BTF_KIND_STRUCT || !*name)
			continue;
		slot = ld_strmap_slot(m->a, &x->first, name, strlen(name));
		x->next[k] = (uint32_t)(uintptr_t)*slot;
		*slot = (void *)(uintptr_t)k;
	}
	return x;
}

/* "contains:TYPE:field" on a list head refers to the element type of the list. */
static void mark_contained(struct merger *m, const struct contains *c)
{
	struct struct_index **x = &m->structs[c->f->index];
	uint32_t k;

	if (!*x)
		*x = index_structs(m, c->f);
	k = (uint32_t)(uintptr_t)ld_strmap_get(&(*x)->first, c->name, strcspn(c->name, ":"));
	for (; k; k = (*x)->next[k])
		mark_node(m, ld_node_of(c->f, k));
}

/* Lists the tags; those on live types are due. */
static void find_contains(struct merger *m)
{
	static const char prefix[] = "contains:";
	size_t len = strlen(prefix);

	ld_for_each(i, &m->l->res.btf_files) {
		const struct ld_file *f = m->l->res.btf_files.v[i];

		for (uint32_t k = 0; k < f->btf.nr_decls; k++) {
			const struct btf_type *t = ld_btf_type(&f->btf, f->btf.decls[k]);
			const char *name = ld_btf_str(&f->btf, t->name_off);
			struct contains c = {.f = f, .name = name + len};

			if (ld_btf_kind(t) != BTF_KIND_DECL_TAG || strncmp(name, prefix, len))
				continue;
			if (!m->first_tag)
				m->first_tag = LD_NEW_ARRAY(m->a, uint32_t, m->l->res.graph.nr);
			c.node = ld_node_of(f, t->type);
			c.next = m->first_tag[c.node];
			LD_PUSH(m->a, &m->contains, c);
			m->first_tag[c.node] = (uint32_t)m->contains.nr;
			if (!c.node || m->live[c.node])
				LD_PUSH(m->a, &m->due, (uint32_t)m->contains.nr - 1);
		}
	}
	m->structs = LD_NEW_ARRAY(m->a, struct struct_index *, m->l->res.files.nr);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Marks in the order of the inputs, then what became live in turn. */
static void mark_tagged(struct merger *m)
{
	find_contains(m);
	while (m->due.nr) {
		size_t nr = m->due.nr;
		uint32_t *due = ld_memdup(m->a, m->due.v, nr * sizeof(*due));

		m->due.nr = 0;
		qsort(due, nr, sizeof(*due), by_number);
		for (size_t i = 0; i < nr; i++)
			mark_contained(m, &m->contains.v[due[i]]);
		mark_reachable(m);
	}
}

/* ---- roots ---- */

static void mark_core_types(struct merger *m, const struct ld_piece *p)
{
	const struct ld_ext *ext = &p->sec->ext[LD_EXT_CORE];
	uint32_t end = ld_ext_end(p, LD_EXT_CORE);

	for (uint32_t i = p->ext[LD_EXT_CORE]; i < end; i++)
		mark_node(m, ld_node_of(p->sec->file, ext->recs[(size_t)i * ext->words + 1]));
}

/* Properties that distinguish two types without following references. */
struct rest {
	uint32_t node, info, size;
	const char *name;
};

static int compare_rest(const void *a, const void *b)
{
	const struct rest *x = a, *y = b;
	int names = strcmp(x->name, y->name);

	if (x->info != y->info)
		return x->info < y->info ? -1 : 1;
	if (names)
		return names;
	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return x->node < y->node ? -1 : 1;
}

/*
 * --no-btf-gc: appends unreferenced types, ordered by content. The order of the inputs would differ
 * if one of several links has dropped a reference.
 */
static void mark_rest(struct merger *m)
{
	LD_VEC(struct rest) all = {0};

	for (uint32_t node = 1; node < m->l->res.graph.nr; node++) {
		const struct ld_btf_node *n = &m->l->res.graph.nodes[node];
		const struct ld_btf *btf = &m->l->res.btf_files.v[n->input]->btf;
		const struct btf_type *t = ld_btf_type(btf, n->type);
		struct rest rest = {node, t->info, 0, ld_btf_str(btf, t->name_off)};

		if (ld_btf_kind(t) == BTF_KIND_ARRAY)
			rest.size = ((const struct btf_array *)ld_btf_tail(t))->nelems;
		else if (ld_btf_kind(t) == BTF_KIND_STRUCT || ld_btf_kind(t) == BTF_KIND_UNION)
			rest.size = t->size;
		if (!m->live[node] && !m->same[node].node && !m->same[node].proto &&
		    ld_btf_kind(t) != BTF_KIND_UNKN)
			LD_PUSH(m->a, &all, rest);
	}
	if (all.nr)
		qsort(all.v, all.nr, sizeof(*all.v), compare_rest);
	ld_for_each(i, &all)
		mark_node(m, all.v[i].node);
	mark_reachable(m);
	warn_unknown(m->l);
}

static void mark_types(struct merger *m)
{
	const struct ld_link *l = m->l;

	ld_for_each(i, &m->plan->funcs)
		if (m->plan->funcs.v[i]->proto)
			mark_proto(m, m->plan->funcs.v[i]->proto);
		else
			mark_node(m, m->plan->funcs.v[i]->node);
	ld_for_each(i, &m->plan->vars)
		mark_node(m, m->plan->vars.v[i]->node);
	ld_for_each(i, &l->layout.outs)
		if (l->layout.outs.v[i]->kind == LD_SEC_CODE)
			ld_for_each(k, &l->layout.outs.v[i]->pieces)
				mark_core_types(m, l->layout.outs.v[i]->pieces.v[k]);
	mark_reachable(m);
	mark_tagged(m);
	if (l->opt->no_btf_gc)
		mark_rest(m);
}

/* ---- names that C does not have ---- */

static bool is_c_name(const char *name)
{
	const char *c = name;

	while (isalnum((unsigned char)*c) || *c == '_')
		c++;
	return !*c && !isdigit((unsigned char)*name);
}

/* Whether the name can be one of C's integers: those have blanks. */
static bool is_integer_name(const char *name)
{
	static const char *const starts[] = {"unsigned ", "signed ", "long ",
					     "short ",    "char ",   "__int128 "};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (!strncmp(name, starts[i], strlen(starts[i])))
			return true;
	return false;
}

/* Kinds whose names the kernel checks; integers and floats may have any. */
static bool has_c_name(uint32_t kind)
{
	return kind != BTF_KIND_INT && kind != BTF_KIND_FLOAT && kind != BTF_KIND_TYPE_TAG;
}

/* Whether a name in the output is neither one of C nor one of its integers. */
static bool has_odd_names(const struct ld_btf_out *out)
{
	const char *s = (const char *)out->strs.bytes.data, *end = s + out->strs.bytes.size;

	for (; s < end; s += strlen(s) + 1)
		if (!is_c_name(s) && !is_integer_name(s))
			return true;
	return false;
}

/* ---- writing ---- */

static void map_ref(void *ctx, uint32_t *type_id)
{
	struct ref_ctx *c = ctx;

	*type_id = ld_out_type(&c->m->made, c->f, *type_id);
}

static void map_str(void *ctx, uint32_t *str_off)
{
	struct ref_ctx *c = ctx;

	*str_off = ld_btf_out_str(c->m->made.out, ld_btf_str(&c->f->btf, *str_off));
}

static void map_name(void *ctx, uint32_t *str_off)
{
	struct ref_ctx *c = ctx;
	const char *name = ld_btf_str(&c->f->btf, *str_off);

	*str_off = ld_btf_out_str(c->m->made.out,
				  is_c_name(name) ? name : ld_c_name(c->m->l->arena, name));
}

/* Since Linux 7, vlen has 24 bits in inputs. */
static void check_vlen(struct merger *m, const struct ld_file *f, const struct btf_type *t)
{
	if (ld_btf_vlen(t) > BTF_MAX_VLEN)
		ld_error(m->l->diags, "btf-limit",
			 "%s: .BTF: type '%s' has %u members; the output's BTF can describe %u",
			 ld_file_name(f), ld_btf_str(&f->btf, t->name_off), ld_btf_vlen(t),
			 BTF_MAX_VLEN);
}

static void write_node(struct merger *m, uint32_t node)
{
	const struct ld_btf_node *n = &m->l->res.graph.nodes[node];
	struct ref_ctx c = {m, m->l->res.btf_files.v[n->input]};
	const struct btf_type *t = ld_btf_type(&c.f->btf, n->type);
	size_t size = ld_btf_type_size(ld_btf_kind(t), ld_btf_vlen(t));
	struct btf_type *copy = ld_blob_put(m->l->arena, &m->made.out->types, t, size);

	check_vlen(m, c.f, t);
	m->made.out->nr_types++;
	ld_btf_each_ref(copy, map_ref, &c);
	ld_btf_each_str(copy, m->mend_names && has_c_name(ld_btf_kind(t)) ? map_name : map_str, &c);
}

static uint32_t next_type(const struct merger *m)
{
	return m->made.out->nr_types;
}

static void write_int(struct merger *m)
{
	uint32_t encoding = BTF_INT_SIGNED << 24 | 32;
	struct btf_type *t =
	    ld_btf_out_type(m->made.out, "int", BTF_KIND_INT, 0, 4, sizeof(encoding));

	memcpy(t + 1, &encoding, sizeof(encoding));
}

static void write_proto(struct merger *m, const struct ld_proto *p)
{
	const struct btf_type *t = p->f ? ld_btf_type(&p->f->btf, p->in_type) : NULL;
	uint32_t vlen = t ? ld_btf_vlen(t) : 0;
	uint32_t ret = t ? ld_out_type(&m->made, p->f, t->type) : m->int_type;
	struct btf_param *params;

	if (t)
		check_vlen(m, p->f, t);
	params = (struct btf_param *)(ld_btf_out_type(m->made.out, "", BTF_KIND_FUNC_PROTO, vlen,
						      ret, vlen * sizeof(*params)) +
				      1);
	for (uint32_t i = 0; i < vlen; i++) {
		const struct btf_param *type = (const struct btf_param *)ld_btf_tail(t) + i;

		params[i].name_off = ld_btf_out_str(m->made.out, p->names[i]);
		params[i].type = ld_out_type(&m->made, p->f, type->type);
	}
}

static void write_entity(struct merger *m, struct ld_entity *e)
{
	uint32_t type = e->proto ? e->proto->out_type : e->node ? m->made.node_out[e->node] : 0;
	struct btf_type *t;

	e->out_type = next_type(m);
	if (e->kind == BTF_KIND_FUNC) {
		ld_btf_out_type(m->made.out, e->name, BTF_KIND_FUNC, e->linkage, type, 0);
		return;
	}
	t = ld_btf_out_type(m->made.out, e->name, BTF_KIND_VAR, 0, type, sizeof(e->linkage));
	memcpy(t + 1, &e->linkage, sizeof(e->linkage));
}

static void write_datasec(struct merger *m, const struct ld_datasec *ds)
{
	uint32_t nr = (uint32_t)ds->members.nr;
	struct btf_var_secinfo *info;

	if (ds->members.nr > BTF_MAX_VLEN) {
		ld_error(m->l->diags, "btf-limit",
			 "section '%s' has %zu variables; BTF can describe %u", ds->name,
			 ds->members.nr, BTF_MAX_VLEN);
		return;
	}
	if (ds->size > UINT32_MAX) {
		ld_error(m->l->diags, "btf-limit",
			 "section '%s' has %llu bytes; BTF can describe 4 GiB", ds->name,
			 (unsigned long long)ds->size);
		return;
	}
	info =
	    (struct btf_var_secinfo *)(ld_btf_out_type(m->made.out, ds->name, BTF_KIND_DATASEC, nr,
						       (uint32_t)ds->size, nr * sizeof(*info)) +
				       1);
	for (uint32_t i = 0; i < nr; i++) {
		info[i].type = ds->members.v[i].entity->out_type;
		info[i].offset = (uint32_t)ds->members.v[i].off;
		info[i].size = (uint32_t)ds->members.v[i].size;
	}
}

static void set_out_type(struct ld_file *f, uint32_t in_type, const struct ld_entity *e)
{
	f->out_types[in_type] = e->out_type;
}

/* Maps FUNCs and VARs of the inputs to those of the output, for decl tags. */
static void map_entities(struct merger *m)
{
	ld_for_each(i, &m->l->res.btf_files) {
		struct ld_file *f = m->l->res.btf_files.v[i];

		for (uint32_t k = 1; k < f->nr_syms; k++) {
			const struct ld_sym *sym = &f->syms[k], *def = NULL;

			if (!sym->btf)
				continue;
			if (sym->entity)
				set_out_type(f, sym->btf, sym->entity);
			else if (sym->global && !sym->sec && (def = ld_global_def(sym->global)) &&
				 def->entity)
				set_out_type(f, sym->btf, def->entity);
		}
	}
	ld_for_each(i, &m->plan->unnamed) {
		const struct ld_unnamed *u = &m->plan->unnamed.v[i];

		set_out_type(u->f, u->in_func, u->entity);
	}
}

/* The text of a tag; if it names a function, with that function's name in the output. */
static const char *tag_text(struct merger *m, const struct ld_file *f, const struct btf_type *t)
{
	const char *text = ld_btf_str(&f->btf, t->name_off), *colon;
	const struct ld_callback *c = &m->l->res.callbacks.v[m->next_callback];
	const struct ld_sym *sym;

	if (m->next_callback == m->l->res.callbacks.nr || c->file != f ||
	    ld_btf_type(&f->btf, c->in_tag) != t)
		return text;
	m->next_callback++;
	sym = c->global ? ld_global_def(c->global) : c->local;
	if (!sym && !c->global)
		return text;
	colon = strchr(text, ':');
	return ld_printf(m->a, "%.*s%s", (int)(colon + 1 - text), text,
			 sym && sym->entity ? sym->entity->name
			 : sym              ? sym->out_name
					    : c->global->name);
}

static void write_decl_tag(struct merger *m, struct ld_strmap *seen, const struct ld_file *f,
			   const struct btf_type *t)
{
	uint32_t target = ld_out_type(&m->made, f, t->type),
		 component = *(const uint32_t *)ld_btf_tail(t);
	const char *name = tag_text(m, f, t);
	uint32_t kflag = t->info & 0x80000000;
	struct btf_type *copy;
	void **slot;
	char *key;

	if (!target)
		return;
	key = ld_printf(m->a, "%u %u %u %s", target, component, kflag, name);
	slot = ld_strmap_slot(m->a, seen, key, strlen(key));
	if (*slot)
		return;
	*slot = key;
	copy = ld_btf_out_type(m->made.out, name, BTF_KIND_DECL_TAG, 0, target, sizeof(component));
	copy->info |= kflag;
	memcpy(copy + 1, &component, sizeof(component));
}

static void write_decl_tags(struct merger *m)
{
	struct ld_strmap seen = {0};

	m->next_callback = 0;
	ld_for_each(i, &m->l->res.btf_files) {
		const struct ld_file *f = m->l->res.btf_files.v[i];

		for (uint32_t k = 0; k < f->btf.nr_decls; k++) {
			const struct btf_type *t = ld_btf_type(&f->btf, f->btf.decls[k]);

			if (ld_btf_kind(t) == BTF_KIND_DECL_TAG)
				write_decl_tag(m, &seen, f, t);
		}
	}
}

/* ---- equal types of the output ---- */

static uint32_t *number_of(struct merger *m, const struct item *item)
{
	return item->node    ? &m->made.node_out[item->node]
	       : item->proto ? &item->proto->out_type
			     : &m->int_type;
}

static uint32_t out_type_of(struct merger *m, uint32_t node, const struct ld_proto *p)
{
	while (node || p) {
		struct item same =
		    node ? m->same[node] : (struct item){p->same_node, p->same_proto};

		if (!same.node && !same.proto)
			return node ? m->made.node_out[node] : p->out_type;
		node = same.node;
		p = same.proto;
	}
	return 0;
}

/* References may point forward, so all types are numbered before the first one is written. */
static void number_items(struct merger *m)
{
	memset(m->made.node_out, 0, m->l->res.graph.nr * sizeof(*m->made.node_out));
	ld_for_each(i, &m->order)
		*number_of(m, &m->order.v[i]) = (uint32_t)i + 1;
	for (uint32_t node = 1; node < m->l->res.graph.nr; node++)
		if (m->same[node].node || m->same[node].proto)
			m->made.node_out[node] = out_type_of(m, node, NULL);
	ld_for_each(i, &m->plan->funcs)
		if (m->plan->funcs.v[i]->proto)
			m->plan->funcs.v[i]->proto->out_type =
			    out_type_of(m, 0, m->plan->funcs.v[i]->proto);
	if (m->plan->int_node)
		m->int_type = m->made.node_out[m->plan->int_node];
}

static void write_types(struct merger *m)
{
	ld_for_each(i, &m->order) {
		const struct item *item = &m->order.v[i];

		if (item->node)
			write_node(m, item->node);
		else if (item->proto)
			write_proto(m, item->proto);
		else
			write_int(m);
	}
}

/* The types that have been written, as an input of deduplication. */
static struct ld_btf as_input(const struct merger *m)
{
	uint32_t nr = (uint32_t)m->order.nr + 1, *offs = LD_NEW_ARRAY(m->a, uint32_t, nr + 1ul);
	struct ld_btf btf = {.types =
				 (const char *)m->made.out->types.data + sizeof(struct btf_header),
			     .offs = offs,
			     .nr_types = nr,
			     .strs = (const char *)m->made.out->strs.bytes.data,
			     .strs_len = (uint32_t)m->made.out->strs.bytes.size};

	for (uint32_t i = 1; i < nr; i++) {
		const struct btf_type *t = ld_btf_type(&btf, i);

		offs[i + 1] = offs[i] + ld_btf_type_size(ld_btf_kind(t), ld_btf_vlen(t));
	}
	return btf;
}

/*
 * A forward declaration may have several definitions in the inputs but only one in the output. So
 * deduplicate the output as if it were the only input and, if that finds equal types, start over
 * with them. Once it finds none, linking the output again changes nothing.
 */
static bool find_equal(struct merger *m)
{
	struct ld_btf btf = as_input(m);
	struct ld_btf_input in = {.btf = &btf};
	struct ld_btf_graph graph;

	if (!m->order.nr)
		return false;
	in.digest = ld_btf_digest(m->a, m->a, &btf, ld_btf_names_new(m->a));
	ld_btf_dedup(m->a, m->a, &in, 1, 1, &graph);
	for (uint32_t i = 1; i < btf.nr_types; i++) {
		uint32_t to = graph.nodes[in.canon[i]].type;
		const struct item *item = &m->order.v[i - 1], *same = &m->order.v[to - 1];

		if (to == i)
			continue;
		if (item->node) {
			m->same[item->node] = *same;
		} else if (item->proto) {
			item->proto->same_node = same->node;
			item->proto->same_proto = same->proto;
		}
	}
	return graph.nr < btf.nr_types;
}

/* ---- the section ---- */

static void write_symbols(struct merger *m)
{
	ld_for_each(i, &m->plan->funcs)
		write_entity(m, m->plan->funcs.v[i]);
	ld_for_each(i, &m->plan->vars)
		write_entity(m, m->plan->vars.v[i]);
	ld_for_each(i, &m->plan->secs)
		write_datasec(m, m->plan->secs.v[i]);
	map_entities(m);
	write_decl_tags(m);
}

#define USUAL_NAME 12 /* bytes */
#define SURE_TO_COME ((size_t)1 << 20)

/* The output is at least nearly as large as the largest input. */
static void reserve(struct merger *m)
{
	size_t types = 0, strs = 0;

	ld_for_each(i, &m->l->res.btf_files) {
		const struct ld_btf *btf = &m->l->res.btf_files.v[i]->btf;

		if (btf->offs[btf->nr_types] > types)
			types = btf->offs[btf->nr_types];
		if (btf->strs_len > strs)
			strs = btf->strs_len;
	}
	ld_blob_reserve(m->l->arena, &m->made.out->types, types);
	ld_blob_reserve(m->l->arena, &m->made.out->strs.bytes, strs);
	/* If it is very large, most of it may be dead or synthetic. */
	if (types + strs > SURE_TO_COME)
		return;
	ld_strtab_reserve(m->l->arena, &m->made.out->strs, strs / USUAL_NAME);
}

/* Marks, numbers and writes the types, given the equal ones found so far. */
static void begin(struct merger *m)
{
	const struct ld_link *l = m->l;

	m->made.out = ld_btf_out_new(l->arena, ld_names_limit(l));
	reserve(m);
	memset(m->live, 0, l->res.graph.nr);
	ld_for_each(i, &m->plan->funcs)
		if (m->plan->funcs.v[i]->proto)
			m->plan->funcs.v[i]->proto->live = false;
	m->order.nr = m->contains.nr = m->due.nr = 0;
	m->first_tag = NULL;
	m->int_made = false;
	mark_types(m);
	number_items(m);
	write_types(m);
}

/* Writes the types, again if names have to be mended: which might make types equal. */
static bool write_mended(struct merger *m)
{
	begin(m);
	m->mend_names = has_odd_names(m->made.out);
	if (m->mend_names)
		begin(m);
	return m->mend_names;
}

struct ld_merged_btf ld_merge_btf(const struct ld_link *l)
{
	struct merger m = {.l = l, .a = l->scratch, .plan = l->plan};
	bool repeat;
	int round = 0;

	if (!l->res.btf_files.nr)
		return (struct ld_merged_btf){0};
	m.live = LD_NEW_ARRAY(m.a, uint8_t, l->res.graph.nr);
	m.same = LD_NEW_ARRAY(m.a, struct item, l->res.graph.nr);
	m.made.node_out = LD_NEW_ARRAY(l->arena, uint32_t, l->res.graph.nr);
	repeat = write_mended(&m) || l->res.graph.has_fwds;
	while (repeat && !l->diags->errors && round++ < MAX_ROUNDS && find_equal(&m))
		begin(&m);
	write_symbols(&m);
	return m.made;
}
