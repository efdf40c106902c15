/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Chooses the FUNCs, VARs and DATASECs of the output's .BTF. They are made from the symbols of the
 * output, since the linker decides linkage, owner and offset. The prototype of a FUNC is its
 * owner's, or one made here if that cannot be used.
 */
#include <ctype.h>
#include <string.h>

#include "base/hash.h"
#include "passes/output/btf_plan.h"
#include "passes/passes.h"

struct chooser {
	const struct ld_link *l;
	struct ld_arena *a;
	struct ld_btf_plan *plan;
	struct ld_strmap func_map;  /* prototype, tags and name -> static FUNC */
	struct ld_strmap sec_map;   /* name -> struct ld_datasec */
	struct ld_strmap proto_map; /* signature -> struct ld_proto */
	struct ld_strmap node_map;  /* signature -> node of a FUNC_PROTO */
	bool protos_indexed;        /* node_map is filled */
	uint64_t **tag_sigs;        /* by file, in_type: a digest of its decl tags */
};

/* ---- decl tags ---- */

/*
 * Static functions with different decl tags need different FUNCs, even if they are otherwise equal.
 */
static void digest_tags(struct chooser *c)
{
	ld_for_each(i, &c->l->res.btf_files) {
		struct ld_file *f = c->l->res.btf_files.v[i];

		for (uint32_t k = 0; k < f->btf.nr_decls; k++) {
			const struct btf_type *t = ld_btf_type(&f->btf, f->btf.decls[k]);
			const char *name = ld_btf_str(&f->btf, t->name_off);

			if (ld_btf_kind(t) != BTF_KIND_DECL_TAG)
				continue;
			if (!c->tag_sigs[f->index])
				c->tag_sigs[f->index] =
				    LD_NEW_ARRAY(c->a, uint64_t, f->btf.nr_types);
			c->tag_sigs[f->index][t->type] +=
			    ld_hash_words(0, ld_hash_bytes(name, strlen(name)),
					  *(const uint32_t *)ld_btf_tail(t));
		}
	}
}

/* ---- prototypes ---- */

static bool is_anonymous(const struct ld_file *f, const struct btf_param *p)
{
	return p->type && !*ld_btf_str(&f->btf, p->name_off);
}

static bool has_anonymous_params(const struct ld_file *f, uint32_t in_proto)
{
	const struct btf_type *t = ld_btf_type(&f->btf, in_proto);
	const struct btf_param *p = ld_btf_tail(t);

	for (uint32_t i = 0; i < ld_btf_vlen(t); i++)
		if (is_anonymous(f, &p[i]))
			return true;
	return false;
}

/*
 * Another file with a FUNC of this name whose prototype has the same number of parameters, all with
 * names.
 */
static const struct ld_file *find_named_proto(const struct ld_global *n, uint32_t vlen,
					      uint32_t *in_proto)
{
	for (const struct ld_file_sym *m = n->file_syms; m; m = m->next) {
		const struct ld_btf *btf = &m->file->btf;
		uint32_t in_func = m->file->syms[m->sym].btf, proto;

		if (!in_func || ld_btf_kind(ld_btf_type(btf, in_func)) != BTF_KIND_FUNC)
			continue;
		proto = ld_btf_type(btf, in_func)->type;
		if (ld_btf_vlen(ld_btf_type(btf, proto)) != vlen ||
		    has_anonymous_params(m->file, proto))
			continue;
		*in_proto = proto;
		return m->file;
	}
	return NULL;
}

/* The names of a prototype's parameters; the kernel requires one for each. */
static const char **param_names(struct chooser *c, const struct ld_file *f, uint32_t in_proto)
{
	const struct btf_type *t = ld_btf_type(&f->btf, in_proto);
	const struct btf_param *params = ld_btf_tail(t);
	const char **names = LD_NEW_ARRAY(c->a, const char *, ld_btf_vlen(t));

	for (uint32_t i = 0; i < ld_btf_vlen(t); i++)
		names[i] = is_anonymous(f, &params[i]) ? ld_printf(c->a, "arg%u", i + 1)
						       : ld_btf_str(&f->btf, params[i].name_off);
	return names;
}

/* The node of the first INT of that size and, unless it is NULL, that name; 0 if there is none. */
static uint32_t find_int(const struct ld_link *l, const char *name, uint64_t size)
{
	for (uint32_t node = 1; node < l->res.graph.nr; node++) {
		const struct ld_btf_node *n = &l->res.graph.nodes[node];
		const struct ld_btf *btf = &l->res.btf_files.v[n->input]->btf;
		const struct btf_type *t = ld_btf_type(btf, n->type);

		if (ld_btf_kind(t) == BTF_KIND_INT && t->size == size &&
		    (!name || !strcmp(ld_btf_str(btf, t->name_off), name)))
			return node;
	}
	return 0;
}

static void add_text(struct chooser *c, struct ld_blob *b, const char *text)
{
	ld_blob_put(c->a, b, text, strlen(text));
}

/* Equal for equal prototypes. */
static const char *proto_signature(struct chooser *c, const struct ld_proto *p)
{
	const struct btf_type *t = p->f ? ld_btf_type(&p->f->btf, p->in_type) : NULL;
	const struct btf_param *params = t ? ld_btf_tail(t) : NULL;
	struct ld_blob sig = {0};

	if (!t)
		return c->plan->int_node ? ld_printf(c->a, "%u", c->plan->int_node) : "int";
	add_text(c, &sig, ld_printf(c->a, "%u", ld_node_of(p->f, t->type)));
	for (uint32_t i = 0; i < ld_btf_vlen(t); i++) {
		add_text(c, &sig, ld_printf(c->a, ",%u ", ld_node_of(p->f, params[i].type)));
		add_text(c, &sig, p->names[i]);
	}
	ld_blob_add(c->a, &sig, 1);
	return (const char *)sig.data;
}

/* Indexes the nodes of the graph by signature, except those with anonymous parameters. */
static void index_protos(struct chooser *c)
{
	c->protos_indexed = true;
	for (uint32_t node = 1; node < c->l->res.graph.nr; node++) {
		const struct ld_btf_node *n = &c->l->res.graph.nodes[node];
		struct ld_proto p = {.f = c->l->res.btf_files.v[n->input], .in_type = n->type};
		const char *sig;
		void **slot;

		if (ld_btf_kind(ld_btf_type(&p.f->btf, n->type)) != BTF_KIND_FUNC_PROTO ||
		    has_anonymous_params(p.f, n->type))
			continue;
		p.names = param_names(c, p.f, n->type);
		sig = proto_signature(c, &p);
		slot = ld_strmap_slot(c->a, &c->node_map, sig, strlen(sig));
		if (!*slot)
			*slot = (void *)(uintptr_t)node;
	}
}

/* Gives func the prototype p: a node of the graph if it has an equal one. */
static void use_proto(struct chooser *c, struct ld_proto p, struct ld_entity *func)
{
	const char *sig;
	void **slot;

	if (!c->protos_indexed)
		index_protos(c);
	sig = proto_signature(c, &p);
	func->node = (uint32_t)(uintptr_t)ld_strmap_get(&c->node_map, sig, strlen(sig));
	if (func->node)
		return;
	slot = ld_strmap_slot(c->a, &c->proto_map, sig, strlen(sig));
	if (!*slot)
		*slot = ld_memdup(c->a, &p, sizeof(p));
	func->proto = *slot;
}

/*
 * Chooses the prototype for a FUNC of f. The kernel rejects anonymous parameters in a defined
 * function. If the definition lacks the names, another file's declaration may have them.
 */
static void choose_proto(struct chooser *c, const struct ld_file *f, uint32_t in_func,
			 const struct ld_global *n, struct ld_entity *func)
{
	struct ld_proto p = {.f = f, .in_type = ld_btf_type(&f->btf, in_func)->type};
	const struct ld_file *named = NULL;
	uint32_t named_type = 0;

	func->node = ld_node_of(f, p.in_type);
	if (func->linkage == BTF_FUNC_EXTERN || !has_anonymous_params(f, p.in_type))
		return;
	if (n)
		named =
		    find_named_proto(n, ld_btf_vlen(ld_btf_type(&f->btf, p.in_type)), &named_type);
	p.names = named ? param_names(c, named, named_type) : param_names(c, f, p.in_type);
	use_proto(c, p, func);
}

/* ---- aliases ---- */

static bool is_extern(const struct ld_file *f, uint32_t in_type)
{
	const struct btf_type *t = ld_btf_type(&f->btf, in_type);

	if (ld_btf_kind(t) == BTF_KIND_FUNC)
		return ld_btf_vlen(t) == BTF_FUNC_EXTERN;
	return *(const uint32_t *)ld_btf_tail(t) == BTF_VAR_GLOBAL_EXTERN;
}

/* The next symbol at the same place as sym, after the one at *k of its section's; NULL if none. */
static struct ld_sym *next_name(const struct ld_sym *sym, uint32_t *k)
{
	const struct ld_piece *p = sym->piece;
	struct ld_file *f = p->sec->file;

	for (; *k < p->sym_end; ++*k) {
		struct ld_sym *other = &f->syms[p->sec->syms[*k]];

		if (other->value > sym->value)
			return NULL;
		if (other != sym && other->value == sym->value) {
			++*k;
			return other;
		}
	}
	return NULL;
}

/* Index of the first symbol of the piece that may be at the same place as sym. */
static uint32_t first_name(const struct ld_sym *sym)
{
	const struct ld_piece *p = sym->piece;
	const struct ld_sym *syms = p->sec->file->syms;
	uint32_t lo = p->sym, hi = p->sym_end;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (syms[p->sec->syms[mid]].value < sym->value)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Whether the compiler describes this function or variable by another name: sym is an alias. */
static bool is_alias(const struct ld_sym *sym)
{
	const struct ld_file *f = sym->piece->sec->file;
	const struct ld_sym *other;
	uint32_t k = first_name(sym);

	while ((other = next_name(sym, &k)))
		if (other->type == sym->type && other->btf && !is_extern(f, other->btf))
			return true;
	return false;
}

/* Whether an alias of sym has a FUNC already. */
static bool has_func(const struct ld_sym *sym)
{
	const struct ld_sym *other;
	uint32_t k = first_name(sym);

	while ((other = next_name(sym, &k)))
		if (other->entity)
			return true;
	return false;
}

/* ---- functions ---- */

/* Equal static functions of several files share one FUNC. */
static struct ld_entity *add_func(struct chooser *c, const struct ld_entity *func, uint64_t tags)
{
	struct ld_entity *copy;
	void **slot = NULL;

	if (func->linkage == BTF_FUNC_STATIC) {
		const uint64_t numbers[] = {func->node, (uintptr_t)func->proto, tags};
		size_t len = strlen(func->name);
		char *key = ld_alloc(c->a, sizeof(numbers) + len);

		memcpy(key, numbers, sizeof(numbers));
		memcpy(key + sizeof(numbers), func->name, len);
		slot = ld_strmap_slot(c->a, &c->func_map, key, sizeof(numbers) + len);
		copy = *slot;
		if (copy)
			return copy;
	}
	copy = ld_memdup(c->a, func, sizeof(*func));
	LD_PUSH(c->a, &c->plan->funcs, copy);
	if (slot)
		*slot = copy;
	return copy;
}

static struct ld_entity *func_from_btf(struct chooser *c, const struct ld_file *f, uint32_t in_func,
				       const struct ld_global *n, const char *name,
				       uint32_t linkage)
{
	struct ld_entity func = {.name = name, .kind = BTF_KIND_FUNC, .linkage = linkage};
	const uint64_t *sigs = c->tag_sigs[f->index];

	choose_proto(c, f, in_func, n, &func);
	return add_func(c, &func, sigs ? sigs[in_func] : 0);
}

/* Ranks declarations: one in a DATASEC above one outside, one with a type above one without. */
static int weight(const struct ld_file *f, uint32_t in_type)
{
	const struct btf_type *t = ld_btf_type(&f->btf, in_type);
	bool typed = ld_btf_kind(t) == BTF_KIND_FUNC || ld_btf_strip(&f->btf, t->type);

	return (ld_extern_sec(f, in_type) ? 2 : 0) + typed;
}

/* The first declaration of a symbol with the highest rank. kind 0: FUNC or VAR. */
static const struct ld_file_sym *find_declaration(const struct ld_global *n, uint32_t kind)
{
	const struct ld_file_sym *found = NULL;
	int most = -1;

	for (const struct ld_file_sym *m = n->file_syms; m && most < 3; m = m->next) {
		const struct ld_file *f = m->file;
		uint32_t in_type = f->syms[m->sym].btf;

		if (!in_type || (kind && ld_btf_kind(ld_btf_type(&f->btf, in_type)) != kind))
			continue;
		if (weight(f, in_type) > most) {
			most = weight(f, in_type);
			found = m;
		}
	}
	return found;
}

/*
 * A function without BTF, while others have it: loaders require func_info for each, so it gets a
 * FUNC. The linkage is static, because a guessed prototype must not be verified as that of a global
 * function.
 */
static struct ld_entity *synthesize_func(struct chooser *c, const struct ld_sym *sym)
{
	bool made = sym->sec->file->synthetic;
	const struct ld_global *n = made ? sym->proto : sym->global;
	struct ld_entity func = {.name = ld_c_name(c->a, sym->out_name), .kind = BTF_KIND_FUNC};
	const struct ld_file_sym *decl = n ? find_declaration(n, BTF_KIND_FUNC) : NULL;

	func.linkage = made ? BTF_FUNC_GLOBAL : BTF_FUNC_STATIC;
	if (decl)
		choose_proto(c, decl->file, decl->file->syms[decl->sym].btf, n, &func);
	else
		use_proto(c, (struct ld_proto){0}, &func);
	return add_func(c, &func, 0);
}

/* A static function keeps the compiler's name, unless no kernel takes that: "total<u32>" of Rust.
 */
static const char *static_name(struct chooser *c, const struct ld_file *f, uint32_t in_func)
{
	const char *name = ld_btf_name(&f->btf, in_func), *s = name;

	while (isalnum((unsigned char)*s) || *s == '_' || *s == '.')
		s++;
	return *s ? ld_c_name(c->a, name) : name;
}

static struct ld_entity *choose_func(struct chooser *c, const struct ld_file *f,
				     const struct ld_sym *sym)
{
	const char *name;
	uint32_t linkage;

	/* One FUNC is enough for all aliases. */
	if (!sym->btf)
		return c->l->layout.ext[LD_EXT_FUNC].wanted && !has_func(sym) && !is_alias(sym)
			   ? synthesize_func(c, sym)
			   : NULL;
	linkage = ld_btf_vlen(ld_btf_type(&f->btf, sym->btf));
	/* --lto-plan makes global functions of static ones, whose BTF LLVM writes as before. */
	if (linkage == BTF_FUNC_EXTERN || sym->bind == STB_LOCAL || f->lto)
		linkage = BTF_FUNC_GLOBAL;
	if (sym->out_bind == STB_LOCAL)
		linkage = BTF_FUNC_STATIC;
	/* C++ and gcc change the name of a static function's symbol. */
	name = sym->out_bind != STB_LOCAL || sym->global || ld_has_callback_name(c->l, sym)
		   ? ld_c_name(c->a, sym->out_name)
		   : static_name(c, f, sym->btf);
	return func_from_btf(c, f, sym->btf, sym->global, name, linkage);
}

/* ---- variables ---- */

static struct ld_datasec *datasec_of(struct chooser *c, const char *name)
{
	void **slot = ld_strmap_slot(c->a, &c->sec_map, name, strlen(name));
	struct ld_datasec *ds = *slot;

	if (!ds) {
		ds = *slot = LD_NEW(c->a, struct ld_datasec);
		ds->name = name;
		LD_PUSH(c->a, &c->plan->secs, ds);
	}
	return ds;
}

static void add_member(struct chooser *c, const char *sec, uint64_t size, struct ld_member member)
{
	struct ld_datasec *ds = datasec_of(c, sec);

	/* Externs may be members, too; they have no size. */
	if (size)
		ds->size = size;
	LD_PUSH(c->a, &ds->members, member);
}

static struct ld_entity *add_var_of(struct chooser *c, uint32_t node, const char *name,
				    uint32_t linkage)
{
	struct ld_entity *var = LD_NEW(c->a, struct ld_entity);

	var->name = name;
	var->kind = BTF_KIND_VAR;
	var->linkage = linkage;
	var->node = node;
	LD_PUSH(c->a, &c->plan->vars, var);
	return var;
}

static struct ld_entity *add_var(struct chooser *c, const struct ld_file *f, uint32_t in_var,
				 const char *name, uint32_t linkage)
{
	return add_var_of(c, ld_node_of(f, ld_btf_type(&f->btf, in_var)->type), name, linkage);
}

/* ---- COMMON variables: clang has their types in BTF, but no VAR ---- */

static void note_use(void *ctx, uint32_t *in_type)
{
	((bool *)ctx)[*in_type] = true;
}

/*
 * The type of that size that nothing else in a compiler's output refers to; 0 if there are none or
 * several.
 */
static uint32_t lone_type(struct chooser *c, const struct ld_file *f, uint64_t size)
{
	bool *used = LD_NEW_ARRAY(c->a, bool, f->btf.nr_types);
	uint32_t found = 0;

	for (uint32_t i = 1; i < f->btf.nr_types; i++)
		ld_btf_each_ref((struct btf_type *)(uintptr_t)ld_btf_type(&f->btf, i), note_use,
				used);
	for (uint32_t i = 0; i < f->nr_used; i++) {
		const struct ld_ext *core = &f->used[i]->ext[LD_EXT_CORE];

		for (uint32_t k = 0; k < core->nr; k++)
			used[core->recs[(size_t)k * core->words + 1]] = true;
	}
	for (uint32_t i = 1; i < f->btf.nr_types && !f->linked; i++) {
		uint32_t kind = ld_btf_kind(ld_btf_type(&f->btf, i));

		if (used[i] || kind == BTF_KIND_FUNC || kind == BTF_KIND_VAR ||
		    kind == BTF_KIND_DATASEC || ld_btf_size_of(&f->btf, i) != size)
			continue;
		if (found)
			return 0;
		found = i;
	}
	return found;
}

/* The node of an integer type of that size, or 0. */
static uint32_t find_integer(const struct ld_link *l, uint64_t size)
{
	static const char *const names[] = {"int", "long", "long long", "short", "char", NULL};
	uint32_t node = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !node; i++)
		node = find_int(l, names[i], size);
	return node;
}

static bool is_common(const struct ld_sym *sym)
{
	return sym->global &&
	       (sym->common || (sym->sec && !sym->sec->index && sym->sec->kind == LD_SEC_BSS));
}

static size_t count_commons(const struct ld_file *f, uint64_t size)
{
	size_t nr = 0;

	for (uint32_t i = f->first_global; i < f->nr_syms; i++)
		nr += is_common(&f->syms[i]) && f->syms[i].size == size;
	return nr;
}

/* The type of the VAR that a file has for the variable, if it has the variable's size. */
static uint32_t var_type(const struct ld_file_sym *m, uint64_t size)
{
	const struct ld_btf *btf = &m->file->btf;
	uint32_t var = m->file->syms[m->sym].btf;
	uint32_t type = var && ld_btf_kind(ld_btf_type(btf, var)) == BTF_KIND_VAR
			    ? ld_btf_type(btf, var)->type
			    : 0;

	return type && ld_btf_size_of(btf, type) == size ? type : 0;
}

/*
 * The node of a type for a COMMON variable, or 0: that of a VAR in some file, as another file may
 * have a larger one; otherwise the only type of its size that could be its own; otherwise, if it
 * has the size and alignment of an integer, an integer. So a partial link of all files gives it
 * the same type.
 */
static uint32_t common_type(struct chooser *c, const struct ld_sym *sym)
{
	uint64_t align = sym->common ? sym->value : sym->sec->align;
	bool scalar = sym->size == align && align <= 8;
	const struct ld_file_sym *first = sym->global->file_syms, *m;
	uint32_t type = 0;

	for (m = first; m; m = m->next)
		if (m->file->has_btf && (type = var_type(m, sym->size)))
			return ld_node_of(m->file, type);
	for (m = first; m; m = m->next)
		if (m->file->has_btf && (!scalar || count_commons(m->file, sym->size) == 1) &&
		    (type = lone_type(c, m->file, sym->size)))
			return ld_node_of(m->file, type);
	return scalar ? find_integer(c->l, sym->size) : 0;
}

static bool is_listed(const struct ld_file *f, const struct ld_sym *sym)
{
	/* The kernel rejects variables without size, such as empty structs. */
	if (!sym->btf || !sym->emit || !sym->size ||
	    ld_btf_kind(ld_btf_type(&f->btf, sym->btf)) != BTF_KIND_VAR)
		return false;
	return !is_extern(f, sym->btf) || !is_alias(sym);
}

/* The VAR of a variable that is defined in the output, or NULL. */
static struct ld_entity *choose_var(struct chooser *c, const struct ld_file *f,
				    const struct ld_sym *sym)
{
	uint32_t linkage = sym->out_bind == STB_LOCAL ? BTF_VAR_STATIC : BTF_VAR_GLOBAL_ALLOCATED;
	uint32_t node = sym->emit && is_common(sym) ? common_type(c, sym) : 0;

	if (node)
		return add_var_of(c, node, sym->out_name, linkage);
	return is_listed(f, sym) && !is_common(sym)
		   ? add_var(c, f, sym->btf, sym->out_name, linkage)
		   : NULL;
}

/* The variables of an output section, by offset. Lists one of several aliases. */
static void add_vars(struct chooser *c, const struct ld_out *out)
{
	uint64_t end = 0;

	ld_for_each(i, &out->pieces) {
		const struct ld_piece *p = out->pieces.v[i];
		struct ld_file *f = p->sec->file;

		for (uint32_t k = p->sym; k < p->sym_end; k++) {
			struct ld_sym *sym = &f->syms[p->sec->syms[k]];
			uint64_t off = ld_piece_out_off(p, sym->value - p->off);
			struct ld_entity *var = off < end ? NULL : choose_var(c, f, sym);

			if (!var)
				continue;
			sym->entity = var;
			add_member(c, out->name, out->size,
				   (struct ld_member){sym->entity, off, sym->size});
			end = off + sym->size;
		}
	}
}

/* An undefined symbol: an extern FUNC or VAR, in the DATASEC of its declaration if there is one. */
static void add_extern(struct chooser *c, const struct ld_global *n)
{
	const struct ld_file_sym *decl = find_declaration(n, 0), *u;
	const struct ld_file *f;
	struct ld_entity *entity;
	uint32_t in_type, in_sec;

	if (!decl)
		return;
	f = decl->file;
	in_type = f->syms[decl->sym].btf;
	if (ld_btf_kind(ld_btf_type(&f->btf, in_type)) == BTF_KIND_FUNC)
		entity = func_from_btf(c, f, in_type, NULL, n->name, BTF_FUNC_EXTERN);
	else
		entity = add_var(c, f, in_type, n->name, BTF_VAR_GLOBAL_EXTERN);
	for (u = n->file_syms; u; u = u->next)
		u->file->syms[u->sym].entity = entity;
	in_sec = ld_extern_sec(f, in_type);
	if (in_sec)
		add_member(c, ld_btf_name(&f->btf, in_sec), 0,
			   (struct ld_member){entity, 0, f->extern_sizes[in_type]});
}

/* Functions whose symbols were stripped, or whose names belong to other files. */
static void add_unnamed_funcs(struct chooser *c, const struct ld_piece *p)
{
	const struct ld_ext *ext = &p->sec->ext[LD_EXT_FUNC];
	struct ld_file *f = p->sec->file;
	uint32_t end = ld_ext_end(p, LD_EXT_FUNC);

	for (uint32_t i = p->ext[LD_EXT_FUNC]; i < end; i++) {
		const uint32_t *rec = ext->recs + (size_t)i * ext->words;
		struct ld_unnamed u = {f, rec[1], NULL};

		if (ld_func_at(p, rec[0], rec[1]))
			continue;
		u.entity =
		    func_from_btf(c, f, rec[1], NULL, static_name(c, f, rec[1]), BTF_FUNC_STATIC);
		LD_PUSH(c->a, &c->plan->unnamed, u);
	}
}

/*
 * DATASECs without variables, as clang has them for a .rodata of strings: the map's value has a
 * type by them, and skeletons a struct.
 */
static void add_empty_datasecs(struct chooser *c)
{
	const struct ld_layout *layout = &c->l->layout;
	struct ld_strmap names = {0};

	ld_for_each(i, &c->l->res.btf_files) {
		const struct ld_btf *btf = &c->l->res.btf_files.v[i]->btf;

		for (uint32_t k = 0; k < btf->nr_decls; k++) {
			const char *name = ld_btf_name(btf, btf->decls[k]);

			if (ld_btf_kind(ld_btf_type(btf, btf->decls[k])) == BTF_KIND_DATASEC)
				*ld_strmap_slot(c->a, &names, name, strlen(name)) = c;
		}
	}
	ld_for_each(i, &layout->outs) {
		const struct ld_out *out = layout->outs.v[i];

		if (ld_role_has(out->role, LD_TRAIT_BECOMES_MAP) && out->size &&
		    ld_strmap_get(&names, out->name, strlen(out->name)))
			datasec_of(c, out->name)->size = out->size;
	}
}

static void add_entities(struct chooser *c)
{
	const struct ld_link *l = c->l;

	/* Externs of a DATASEC are at offset 0, before definitions. */
	ld_for_each(i, &l->out_syms.list)
		if (l->out_syms.list.v[i].undefined)
			add_extern(c, l->out_syms.list.v[i].undefined);
	ld_for_each(i, &l->out_syms.list) {
		const struct ld_out_sym *s = &l->out_syms.list.v[i];
		struct ld_sym *sym = s->file ? &s->file->syms[s->in_sym] : NULL;

		if (sym && sym->type == STT_FUNC && sym->sec && sym->sec->kind == LD_SEC_CODE)
			sym->entity = choose_func(c, s->file, sym);
		if (sym && sym->common)
			sym->entity = choose_var(c, s->file, sym);
	}
	ld_for_each(i, &l->layout.outs)
		if (l->layout.outs.v[i]->kind == LD_SEC_CODE)
			ld_for_each(k, &l->layout.outs.v[i]->pieces)
				add_unnamed_funcs(c, l->layout.outs.v[i]->pieces.v[k]);
	ld_for_each(i, &l->layout.outs)
		if (l->layout.outs.v[i]->kind == LD_SEC_DATA ||
		    l->layout.outs.v[i]->kind == LD_SEC_BSS)
			add_vars(c, l->layout.outs.v[i]);
	add_empty_datasecs(c);
}

const struct ld_btf_plan *ld_choose_btf(const struct ld_link *l)
{
	struct chooser c = {.l = l, .a = l->arena};

	if (!l->res.btf_files.nr)
		return NULL;
	c.plan = LD_NEW(c.a, struct ld_btf_plan);
	c.plan->int_node = find_int(l, "int", 4);
	c.tag_sigs = LD_NEW_ARRAY(c.a, uint64_t *, l->res.files.nr);
	digest_tags(&c);
	add_entities(&c);
	return c.plan;
}
