/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The output's .BTF. The graph of dedup_types has the types proper; FUNCs, VARs, DATASECs and decl
 * tags are made here from the symbols that the output has, since linkage, owner and offset are the
 * linker's to decide. Types that nothing of this reaches are dropped.
 *
 * Order of the output: types proper, FUNCs, VARs, DATASECs, decl tags. Types stand as FUNCs and
 * VARs reach them, and these follow the output's symbols: so what an input has besides shows
 * nowhere, and linking the output again changes nothing.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "format/elf_read.h"
#include "passes/passes.h"

/* A prototype that no input has: made for a FUNC whose own does not do. */
struct ld_proto {
	const struct ld_file *f; /* types from this one; NULL: "int f(void)" */
	uint32_t in_type;
	const struct ld_file *names; /* parameter names from this one; NULL: made up */
	uint32_t names_type;
	bool live;
	uint32_t out_type;
};

/* A type proper of the output: a node, a prototype made here, or the INT "int" made for that. */
struct item {
	uint32_t node;
	struct ld_proto *proto;
};

/* A FUNC that func_info names and no symbol. */
struct unnamed {
	struct ld_file *f;
	uint32_t in_func;
	const struct ld_entity *entity;
};

struct member {
	const struct ld_entity *entity;
	uint64_t off, size;
};

struct datasec {
	const char *name;
	uint64_t size;
	LD_VEC(struct member) members;
};

struct merger {
	struct ld_link *l;
	struct ld_arena *a;
	struct ld_btf_out *out;
	uint8_t *live;             /* by node */
	LD_VEC(struct item) order; /* what is live, as the output has it */
	LD_VEC(struct item) work;  /* what was marked live and whose references were not */
	LD_VEC(struct ld_entity *) funcs;
	LD_VEC(struct ld_entity *) vars;
	LD_VEC(struct datasec *) secs;
	LD_VEC(struct unnamed) unnamed;
	struct ld_strmap func_map;  /* prototype, tags and name -> static FUNC */
	struct ld_strmap sec_map;   /* name -> struct datasec */
	struct ld_strmap proto_map; /* signature -> struct ld_proto */
	struct ld_strmap node_map;  /* signature -> node of a FUNC_PROTO */
	bool protos_indexed;        /* node_map is filled */
	uint64_t **tag_sigs;        /* by file, in_type: a digest of the decl tags on it */
	uint32_t int_node;          /* of "int"; 0: there is none */
	bool int_made;              /* so one was made */
	uint32_t int_type;          /* out_type of "int" */
};

/* ---- liveness ---- */

static void add_item(struct merger *m, uint32_t node, struct ld_proto *proto)
{
	struct item item = {node, proto};

	LD_PUSH(m->a, &m->order, item);
	LD_PUSH(m->a, &m->work, item);
}

static void mark_node(struct merger *m, uint32_t node)
{
	if (!node || m->live[node])
		return;
	m->live[node] = 1;
	add_item(m, node, NULL);
}

/* The INT "int": the graph's, or a new one. */
static void mark_int(struct merger *m)
{
	if (!m->int_node && !m->int_made)
		add_item(m, 0, NULL);
	m->int_made = !m->int_node;
	mark_node(m, m->int_node);
}

static void mark_proto(struct merger *m, struct ld_proto *p)
{
	if (!p->live)
		add_item(m, 0, p);
	p->live = true;
}

struct ref_ctx {
	struct merger *m;
	const struct ld_file *f;
};

static void mark_ref(void *ctx, uint32_t *type_id)
{
	struct ref_ctx *c = ctx;

	mark_node(c->m, c->f->canon[*type_id]);
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
		const struct ld_btf_node *node = &m->l->graph.nodes[item->node];
		const struct ld_proto *p = item->proto;

		if (item->node)
			mark_refs(m, m->l->btf_files.v[node->input], node->type);
		else if (p && p->f)
			mark_refs(m, p->f, p->in_type);
		else if (p)
			mark_int(m);
	}
}

/* ---- decl tags ---- */

static bool is_decl_tag(const struct ld_file *f, uint32_t in_type)
{
	return ld_btf_kind(ld_btf_type(&f->btf, in_type)) == BTF_KIND_DECL_TAG;
}

/* Two static functions with different tags are two FUNCs, equal though they may be otherwise. */
static void digest_tags(struct merger *m)
{
	ld_for_each(i, &m->l->btf_files) {
		struct ld_file *f = m->l->btf_files.v[i];

		for (uint32_t k = 1; f->btf.has_decl_tags && k < f->btf.nr_types; k++) {
			const struct btf_type *t = ld_btf_type(&f->btf, k);
			const char *name = ld_btf_str(&f->btf, t->name_off);

			if (ld_btf_kind(t) != BTF_KIND_DECL_TAG)
				continue;
			if (!m->tag_sigs[f->index])
				m->tag_sigs[f->index] =
				    LD_NEW_ARRAY(m->a, uint64_t, f->btf.nr_types);
			m->tag_sigs[f->index][t->type] +=
			    ld_hash_bytes(name, strlen(name)) *
				(2ull * *(const uint32_t *)ld_btf_tail(t) + 3) +
			    1;
		}
	}
}

/* "contains:TYPE:field" on a list head names the type that is on the list. */
static bool mark_contained(struct merger *m, const struct ld_file *f, const char *tag)
{
	const char *name = tag + strlen("contains:");
	size_t len = strcspn(name, ":");
	bool found = false;

	for (uint32_t k = 1; k < f->btf.nr_types; k++) {
		const struct btf_type *t = ld_btf_type(&f->btf, k);
		const char *n = ld_btf_str(&f->btf, t->name_off);

		if (ld_btf_kind(t) == BTF_KIND_STRUCT && !strncmp(n, name, len) && !n[len] &&
		    !m->live[f->canon[k]]) {
			mark_node(m, f->canon[k]);
			found = true;
		}
	}
	return found;
}

static bool tag_target_live(const struct merger *m, const struct ld_file *f,
			    const struct btf_type *tag)
{
	return f->canon[tag->type] ? m->live[f->canon[tag->type]] : true;
}

static void mark_tagged(struct merger *m)
{
	bool again = true;

	while (again) {
		again = false;
		ld_for_each(i, &m->l->btf_files) {
			struct ld_file *f = m->l->btf_files.v[i];

			for (uint32_t k = 1; m->tag_sigs[f->index] && k < f->btf.nr_types; k++) {
				const struct btf_type *t = ld_btf_type(&f->btf, k);
				const char *name = ld_btf_str(&f->btf, t->name_off);

				if (is_decl_tag(f, k) && !strncmp(name, "contains:", 9) &&
				    tag_target_live(m, f, t))
					again |= mark_contained(m, f, name);
			}
		}
		mark_reachable(m);
	}
}

/* ---- prototypes ---- */

static bool has_anonymous_params(const struct ld_file *f, uint32_t in_proto)
{
	const struct btf_type *t = ld_btf_type(&f->btf, in_proto);
	const struct btf_param *p = ld_btf_tail(t);

	for (uint32_t i = 0; i < ld_btf_vlen(t); i++)
		if (!p[i].name_off && p[i].type)
			return true;
	return false;
}

/* Another file's FUNC of this name, with a prototype of as many parameters, all named. */
static const struct ld_file *find_named_proto(const struct ld_name *n, uint32_t vlen,
					      uint32_t *in_proto)
{
	for (const struct ld_mention *m = n->mentions; m; m = m->next) {
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

/* The name of parameter i of p; the kernel wants one for each. */
static const char *param_name(struct merger *m, const struct ld_proto *p, uint32_t i)
{
	const struct ld_btf *btf = p->names ? &p->names->btf : &p->f->btf;
	const struct btf_type *t = ld_btf_type(btf, p->names ? p->names_type : p->in_type);
	const struct btf_param *param = (const struct btf_param *)ld_btf_tail(t) + i;

	if (!param->name_off && param->type)
		return ld_printf(m->a, "arg%u", i + 1);
	return ld_btf_str(btf, param->name_off);
}

/* The node of the INT "int", or 0. */
static uint32_t find_int(const struct ld_link *l)
{
	for (uint32_t node = 1; node < l->graph.nr; node++) {
		const struct ld_btf_node *n = &l->graph.nodes[node];
		const struct ld_btf *btf = &l->btf_files.v[n->input]->btf;
		const struct btf_type *t = ld_btf_type(btf, n->type);

		if (ld_btf_kind(t) == BTF_KIND_INT && t->size == 4 &&
		    !strcmp(ld_btf_str(btf, t->name_off), "int"))
			return node;
	}
	return 0;
}

static void add_text(struct merger *m, struct ld_blob *b, const char *text)
{
	ld_blob_put(m->a, b, text, strlen(text));
}

/* Equal for equal prototypes. */
static const char *proto_signature(struct merger *m, const struct ld_proto *p)
{
	const struct btf_type *t = p->f ? ld_btf_type(&p->f->btf, p->in_type) : NULL;
	const struct btf_param *params = t ? ld_btf_tail(t) : NULL;
	struct ld_blob sig = {0};

	if (!t)
		return m->int_node ? ld_printf(m->a, "%u", m->int_node) : "int";
	add_text(m, &sig, ld_printf(m->a, "%u", p->f->canon[t->type]));
	for (uint32_t i = 0; i < ld_btf_vlen(t); i++) {
		add_text(m, &sig, ld_printf(m->a, ",%u ", p->f->canon[params[i].type]));
		add_text(m, &sig, param_name(m, p, i));
	}
	ld_blob_add(m->a, &sig, 1);
	return (const char *)sig.data;
}

/* The graph's nodes by signature, but for those with anonymous parameters. */
static void index_protos(struct merger *m)
{
	m->protos_indexed = true;
	for (uint32_t node = 1; node < m->l->graph.nr; node++) {
		const struct ld_btf_node *n = &m->l->graph.nodes[node];
		struct ld_proto p = {.f = m->l->btf_files.v[n->input], .in_type = n->type};
		const char *sig;
		void **slot;

		if (ld_btf_kind(ld_btf_type(&p.f->btf, n->type)) != BTF_KIND_FUNC_PROTO ||
		    has_anonymous_params(p.f, n->type))
			continue;
		sig = proto_signature(m, &p);
		slot = ld_strmap_slot(m->a, &m->node_map, sig, strlen(sig));
		if (!*slot)
			*slot = (void *)(uintptr_t)node;
	}
}

/* Gives func the prototype p: the graph's if it has that one. */
static void use_proto(struct merger *m, struct ld_proto p, struct ld_entity *func)
{
	const char *sig;
	void **slot;

	if (!m->protos_indexed)
		index_protos(m);
	sig = proto_signature(m, &p);
	func->node = (uint32_t)(uintptr_t)ld_strmap_get(&m->node_map, sig, strlen(sig));
	if (func->node)
		return;
	slot = ld_strmap_slot(m->a, &m->proto_map, sig, strlen(sig));
	if (!*slot)
		*slot = ld_memdup(m->a, &p, sizeof(p));
	func->proto = *slot;
}

/*
 * The prototype of a FUNC of f. The kernel refuses anonymous parameters in a function that is
 * defined, so where the definition leaves them out another file's declaration may help.
 */
static void choose_proto(struct merger *m, const struct ld_file *f, uint32_t in_func,
			 const struct ld_name *n, struct ld_entity *func)
{
	struct ld_proto p = {.f = f, .in_type = ld_btf_type(&f->btf, in_func)->type};

	func->node = f->canon[p.in_type];
	if (!n || !n->owner || !has_anonymous_params(f, p.in_type))
		return;
	p.names = find_named_proto(n, ld_btf_vlen(ld_btf_type(&f->btf, p.in_type)), &p.names_type);
	/* What a declaration tells about a function without BTF has names in some way. */
	if (p.names || f != n->owner)
		use_proto(m, p, func);
}

/* ---- several names for one place ---- */

static bool is_extern(const struct ld_file *f, uint32_t in_type)
{
	const struct btf_type *t = ld_btf_type(&f->btf, in_type);

	if (ld_btf_kind(t) == BTF_KIND_FUNC)
		return ld_btf_vlen(t) == BTF_FUNC_EXTERN;
	return *(const uint32_t *)ld_btf_tail(t) == BTF_VAR_GLOBAL_EXTERN;
}

/* The next symbol that stands where sym does, after the one at *k of its section's; NULL: no more.
 */
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

/* The first of the piece's symbols that may stand where sym does. */
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

/* Whether the compiler described what sym names under another name: sym is an alias. */
static bool is_alias(const struct ld_sym *sym)
{
	const struct ld_file *f = sym->piece->sec->file;
	const struct ld_sym *other;
	uint32_t k = first_name(sym);

	while ((other = next_name(sym, &k)))
		if (other->btf && !is_extern(f, other->btf))
			return true;
	return false;
}

/* ---- functions ---- */

/* Equal static functions of several files share one FUNC. */
static struct ld_entity *add_func(struct merger *m, const struct ld_entity *func, uint64_t tags)
{
	struct ld_entity *copy;
	void **slot = NULL;

	if (func->linkage == BTF_FUNC_STATIC) {
		char *key = ld_printf(m->a, "%u %p %llx %s", func->node, (void *)func->proto,
				      (unsigned long long)tags, func->name);

		slot = ld_strmap_slot(m->a, &m->func_map, key, strlen(key));
		if (*slot)
			return *slot;
	}
	copy = ld_memdup(m->a, func, sizeof(*func));
	LD_PUSH(m->a, &m->funcs, copy);
	if (slot)
		*slot = copy;
	return copy;
}

static struct ld_entity *func_from_btf(struct merger *m, const struct ld_file *f, uint32_t in_func,
				       const struct ld_name *n, const char *name, uint32_t linkage)
{
	struct ld_entity func = {.name = name, .kind = BTF_KIND_FUNC, .linkage = linkage};
	const uint64_t *sigs = m->tag_sigs[f->index];

	choose_proto(m, f, in_func, n, &func);
	return add_func(m, &func, sigs ? sigs[in_func] : 0);
}

/* Some file's declaration of a name; one that a DATASEC lists says most. kind 0: FUNC or VAR. */
static const struct ld_mention *find_declaration(const struct ld_name *n, uint32_t kind)
{
	const struct ld_mention *found = NULL;

	for (const struct ld_mention *m = n->mentions; m; m = m->next) {
		const struct ld_file *f = m->file;
		uint32_t in_type = f->syms[m->sym].btf;

		if (!in_type || (kind && ld_btf_kind(ld_btf_type(&f->btf, in_type)) != kind))
			continue;
		if (!found || (f->extern_secs[in_type] &&
			       !found->file->extern_secs[found->file->syms[found->sym].btf]))
			found = m;
	}
	return found;
}

/* Kernels before 6.5 refuse BTF with a FUNC like gcc's "f.constprop.0". */
static const char *c_name(struct merger *m, const char *name)
{
	char *copy = ld_strdup(m->a, name);

	for (char *c = copy; *c; c++)
		if (!isalnum((unsigned char)*c))
			*c = '_';
	return copy;
}

/*
 * A function without BTF among others that have it: the loader wants func_info for each, so it
 * gets a FUNC. A guessed prototype must not be verified as a global function's: static linkage.
 */
static struct ld_entity *synthesize_func(struct merger *m, const struct ld_sym *sym)
{
	struct ld_entity func = {
	    .name = c_name(m, sym->out_name), .kind = BTF_KIND_FUNC, .linkage = BTF_FUNC_STATIC};
	const struct ld_mention *decl =
	    sym->global ? find_declaration(sym->global, BTF_KIND_FUNC) : NULL;

	if (decl)
		choose_proto(m, decl->file, decl->file->syms[decl->sym].btf, sym->global, &func);
	else
		use_proto(m, (struct ld_proto){0}, &func);
	return add_func(m, &func, 0);
}

static struct ld_entity *choose_func(struct merger *m, const struct ld_file *f,
				     const struct ld_sym *sym)
{
	const char *name;
	uint32_t linkage;

	if (!sym->btf)
		return m->l->has_ext[LD_EXT_FUNC] && !is_alias(sym) ? synthesize_func(m, sym)
								    : NULL;
	linkage = ld_btf_vlen(ld_btf_type(&f->btf, sym->btf));
	if (linkage == BTF_FUNC_EXTERN)
		linkage = BTF_FUNC_GLOBAL;
	if (sym->global && sym->out_bind == STB_LOCAL)
		linkage = BTF_FUNC_STATIC;
	/* A static function goes by what the compiler calls it: C++ and gcc change its symbol. */
	name = sym->global ? c_name(m, sym->out_name) : ld_btf_name(&f->btf, sym->btf);
	return func_from_btf(m, f, sym->btf, sym->global, name, linkage);
}

/* Whether another name of the same place has a FUNC already. */
static bool has_func(const struct ld_sym *sym)
{
	const struct ld_sym *other;
	uint32_t k = first_name(sym);

	while ((other = next_name(sym, &k)))
		if (other->entity)
			return true;
	return false;
}

/* The functions of whole sections whose names have gone to other files keep their func_info. */
static void add_losing_funcs(struct merger *m, struct ld_section *sec)
{
	for (uint32_t i = 0; i < sec->nr_syms; i++) {
		struct ld_file *f = sec->file;
		struct ld_sym *sym = &f->syms[sec->syms[i]];

		if (!sym->emit && sym->type == STT_FUNC && sym->piece->live && sym->btf &&
		    !has_func(sym))
			sym->entity =
			    func_from_btf(m, f, sym->btf, NULL, sym->name, BTF_FUNC_STATIC);
	}
}

/* ---- variables ---- */

static void add_member(struct merger *m, const char *sec, uint64_t size, struct member member)
{
	void **slot = ld_strmap_slot(m->a, &m->sec_map, sec, strlen(sec));
	struct datasec *ds = *slot;

	if (!ds) {
		ds = *slot = LD_NEW(m->a, struct datasec);
		ds->name = sec;
		LD_PUSH(m->a, &m->secs, ds);
	}
	/* Externs, which have no size, may be members too. */
	if (size)
		ds->size = size;
	LD_PUSH(m->a, &ds->members, member);
}

static struct ld_entity *add_var(struct merger *m, const struct ld_file *f, uint32_t in_var,
				 const char *name, uint32_t linkage)
{
	struct ld_entity *var = LD_NEW(m->a, struct ld_entity);

	var->name = name;
	var->kind = BTF_KIND_VAR;
	var->linkage = linkage;
	var->node = f->canon[ld_btf_type(&f->btf, in_var)->type];
	LD_PUSH(m->a, &m->vars, var);
	return var;
}

static bool is_listed(const struct ld_file *f, const struct ld_sym *sym)
{
	if (!sym->btf || !sym->emit || ld_btf_kind(ld_btf_type(&f->btf, sym->btf)) != BTF_KIND_VAR)
		return false;
	return !is_extern(f, sym->btf) || !is_alias(sym);
}

/* The variables of an output section, by offset. Of several names for a place one is listed. */
static void add_vars(struct merger *m, const struct ld_out *out)
{
	uint64_t end = 0;

	ld_for_each(i, &out->pieces) {
		const struct ld_piece *p = out->pieces.v[i];
		struct ld_file *f = p->sec->file;

		for (uint32_t k = p->sym; k < p->sym_end; k++) {
			struct ld_sym *sym = &f->syms[p->sec->syms[k]];
			uint64_t off = ld_piece_out_off(p, sym->value - p->off);
			uint32_t linkage;

			if (off < end || !is_listed(f, sym))
				continue;
			linkage =
			    sym->out_bind == STB_LOCAL ? BTF_VAR_STATIC : BTF_VAR_GLOBAL_ALLOCATED;
			sym->entity = add_var(m, f, sym->btf, sym->out_name, linkage);
			add_member(m, out->name, out->size,
				   (struct member){sym->entity, off, sym->size});
			end = off + sym->size;
		}
	}
}

/* An undefined name: an extern FUNC or VAR, in the DATASEC that its declaration names, if any. */
static void add_extern(struct merger *m, const struct ld_name *n)
{
	const struct ld_mention *decl = find_declaration(n, 0), *u;
	const struct ld_file *f;
	struct ld_entity *entity;
	uint32_t in_type, in_sec;

	if (!decl)
		return;
	f = decl->file;
	in_type = f->syms[decl->sym].btf;
	if (ld_btf_kind(ld_btf_type(&f->btf, in_type)) == BTF_KIND_FUNC)
		entity = func_from_btf(m, f, in_type, NULL, n->name, BTF_FUNC_EXTERN);
	else
		entity = add_var(m, f, in_type, n->name, BTF_VAR_GLOBAL_EXTERN);
	for (u = n->mentions; u; u = u->next)
		u->file->syms[u->sym].entity = entity;
	in_sec = f->extern_secs[in_type];
	if (in_sec)
		add_member(m, ld_btf_name(&f->btf, in_sec), 0,
			   (struct member){entity, 0, f->extern_sizes[in_type]});
}

/* The same for functions whose symbols were stripped. */
static void add_unnamed_funcs(struct merger *m, const struct ld_piece *p)
{
	const struct ld_ext *ext = &p->sec->ext[LD_EXT_FUNC];
	struct ld_file *f = p->sec->file;
	uint32_t end = ld_ext_end(p, LD_EXT_FUNC);

	for (uint32_t i = p->ext[LD_EXT_FUNC]; i < end; i++) {
		const uint32_t *rec = ext->recs + (size_t)i * ext->words;
		const struct btf_type *t = ld_btf_type(&f->btf, rec[1]);
		struct unnamed u = {f, rec[1], NULL};

		if (ld_func_at(p, rec[0], rec[1]))
			continue;
		u.entity = func_from_btf(m, f, rec[1], NULL, ld_btf_str(&f->btf, t->name_off),
					 BTF_FUNC_STATIC);
		LD_PUSH(m->a, &m->unnamed, u);
	}
}

static void add_entities(struct merger *m)
{
	struct ld_link *l = m->l;

	/* Externs of a DATASEC stand at offset 0: before what is defined. */
	ld_for_each(i, &l->out_syms)
		if (l->out_syms.v[i].undefined)
			add_extern(m, l->out_syms.v[i].undefined);
	ld_for_each(i, &l->out_syms) {
		const struct ld_out_sym *s = &l->out_syms.v[i];
		struct ld_sym *sym = s->file ? &s->file->syms[s->in_sym] : NULL;

		if (sym && sym->type == STT_FUNC && sym->sec && sym->sec->kind == LD_SEC_CODE)
			sym->entity = choose_func(m, s->file, sym);
		if (sym && sym->common && sym->btf)
			sym->entity =
			    add_var(m, s->file, sym->btf, sym->out_name, BTF_VAR_GLOBAL_ALLOCATED);
	}
	ld_for_each(i, &l->files)
		for (uint32_t k = 1; k < l->files.v[i]->nr_secs; k++)
			if (l->files.v[i]->secs[k].kind == LD_SEC_CODE)
				add_losing_funcs(m, &l->files.v[i]->secs[k]);
	ld_for_each(i, &l->outs)
		if (l->outs.v[i]->kind == LD_SEC_CODE)
			ld_for_each(k, &l->outs.v[i]->pieces)
				add_unnamed_funcs(m, l->outs.v[i]->pieces.v[k]);
	ld_for_each(i, &l->outs)
		if (l->outs.v[i]->kind == LD_SEC_DATA || l->outs.v[i]->kind == LD_SEC_BSS)
			add_vars(m, l->outs.v[i]);
}

/* ---- roots ---- */

static void mark_core_types(struct merger *m, const struct ld_piece *p)
{
	const struct ld_ext *ext = &p->sec->ext[LD_EXT_CORE];
	uint32_t end = ld_ext_end(p, LD_EXT_CORE);

	for (uint32_t i = p->ext[LD_EXT_CORE]; i < end; i++)
		mark_node(m, p->sec->file->canon[ext->recs[(size_t)i * ext->words + 1]]);
}

/* What tells two types apart without a look at others. */
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
 * --no-btf-gc: what nothing refers to, by what it is. The order of the inputs won't do: where one
 * of several links has dropped a reference the type stands elsewhere.
 */
static void mark_rest(struct merger *m)
{
	LD_VEC(struct rest) all = {0};

	for (uint32_t node = 1; node < m->l->graph.nr; node++) {
		const struct ld_btf_node *n = &m->l->graph.nodes[node];
		const struct ld_btf *btf = &m->l->btf_files.v[n->input]->btf;
		const struct btf_type *t = ld_btf_type(btf, n->type);
		struct rest rest = {node, t->info, 0, ld_btf_str(btf, t->name_off)};

		if (ld_btf_kind(t) == BTF_KIND_ARRAY)
			rest.size = ((const struct btf_array *)ld_btf_tail(t))->nelems;
		else if (ld_btf_kind(t) == BTF_KIND_STRUCT || ld_btf_kind(t) == BTF_KIND_UNION)
			rest.size = t->size;
		if (!m->live[node])
			LD_PUSH(m->a, &all, rest);
	}
	if (all.nr)
		qsort(all.v, all.nr, sizeof(*all.v), compare_rest);
	ld_for_each(i, &all)
		mark_node(m, all.v[i].node);
}

static void mark_types(struct merger *m)
{
	const struct ld_link *l = m->l;

	ld_for_each(i, &m->funcs)
		if (m->funcs.v[i]->proto)
			mark_proto(m, m->funcs.v[i]->proto);
		else
			mark_node(m, m->funcs.v[i]->node);
	ld_for_each(i, &m->vars)
		mark_node(m, m->vars.v[i]->node);
	ld_for_each(i, &l->outs)
		if (l->outs.v[i]->kind == LD_SEC_CODE)
			ld_for_each(k, &l->outs.v[i]->pieces)
				mark_core_types(m, l->outs.v[i]->pieces.v[k]);
	mark_reachable(m);
	mark_tagged(m);
	if (l->no_btf_gc)
		mark_rest(m);
}

/* ---- writing ---- */

static void map_ref(void *ctx, uint32_t *type_id)
{
	struct ref_ctx *c = ctx;

	*type_id = ld_out_type(c->f, *type_id);
}

static void map_str(void *ctx, uint32_t *str_off)
{
	struct ref_ctx *c = ctx;

	*str_off = ld_btf_out_str(c->m->out, ld_btf_str(&c->f->btf, *str_off));
}

static void write_node(struct merger *m, uint32_t node)
{
	const struct ld_btf_node *n = &m->l->graph.nodes[node];
	struct ref_ctx c = {m, m->l->btf_files.v[n->input]};
	const struct btf_type *t = ld_btf_type(&c.f->btf, n->type);
	size_t size = ld_btf_type_size(ld_btf_kind(t), ld_btf_vlen(t));
	struct btf_type *copy = ld_blob_add(m->a, &m->out->types, size);

	memcpy(copy, t, size);
	m->out->nr_types++;
	ld_btf_each_ref(copy, map_ref, &c);
	ld_btf_each_str(copy, map_str, &c);
}

static uint32_t next_type(const struct merger *m)
{
	return m->out->nr_types;
}

static void write_int(struct merger *m)
{
	uint32_t encoding = BTF_INT_SIGNED << 24 | 32;
	struct btf_type *t = ld_btf_out_type(m->out, "int", BTF_KIND_INT, 0, 4, sizeof(encoding));

	memcpy(t + 1, &encoding, sizeof(encoding));
}

static void write_proto(struct merger *m, const struct ld_proto *p)
{
	const struct btf_type *t = p->f ? ld_btf_type(&p->f->btf, p->in_type) : NULL;
	uint32_t vlen = t ? ld_btf_vlen(t) : 0;
	uint32_t ret = t ? ld_out_type(p->f, t->type) : m->int_type;
	struct btf_param *params;

	params = (struct btf_param *)(ld_btf_out_type(m->out, "", BTF_KIND_FUNC_PROTO, vlen, ret,
						      vlen * sizeof(*params)) +
				      1);
	for (uint32_t i = 0; i < vlen; i++) {
		const struct btf_param *type = (const struct btf_param *)ld_btf_tail(t) + i;

		params[i].name_off = ld_btf_out_str(m->out, param_name(m, p, i));
		params[i].type = ld_out_type(p->f, type->type);
	}
}

static void write_entity(struct merger *m, struct ld_entity *e)
{
	uint32_t type = e->proto ? e->proto->out_type : e->node ? m->l->node_out[e->node] : 0;
	struct btf_type *t;

	e->out_type = next_type(m);
	if (e->kind == BTF_KIND_FUNC) {
		ld_btf_out_type(m->out, e->name, BTF_KIND_FUNC, e->linkage, type, 0);
		return;
	}
	t = ld_btf_out_type(m->out, e->name, BTF_KIND_VAR, 0, type, sizeof(e->linkage));
	memcpy(t + 1, &e->linkage, sizeof(e->linkage));
}

static void write_datasec(struct merger *m, const struct datasec *ds)
{
	uint32_t nr = (uint32_t)ds->members.nr;
	struct btf_var_secinfo *info;

	if (ds->members.nr > BTF_MAX_VLEN) {
		ld_error(&m->l->diags, "btf-limit",
			 "section '%s' has %zu variables; BTF can describe %u", ds->name,
			 ds->members.nr, BTF_MAX_VLEN);
		return;
	}
	if (ds->size > UINT32_MAX) {
		ld_error(&m->l->diags, "btf-limit",
			 "section '%s' has %llu bytes; BTF can describe 4 GiB", ds->name,
			 (unsigned long long)ds->size);
		return;
	}
	info = (struct btf_var_secinfo *)(ld_btf_out_type(m->out, ds->name, BTF_KIND_DATASEC, nr,
							  (uint32_t)ds->size, nr * sizeof(*info)) +
					  1);
	for (uint32_t i = 0; i < nr; i++) {
		info[i].type = ds->members.v[i].entity->out_type;
		info[i].offset = (uint32_t)ds->members.v[i].off;
		info[i].size = (uint32_t)ds->members.v[i].size;
	}
}

/* FUNCs and VARs of the inputs that have become one of the output's: decl tags follow there. */
static void map_entities(struct merger *m)
{
	ld_for_each(i, &m->l->btf_files) {
		struct ld_file *f = m->l->btf_files.v[i];

		for (uint32_t k = 1; k < f->nr_syms; k++) {
			const struct ld_sym *sym = &f->syms[k], *def = NULL;

			if (!sym->btf)
				continue;
			if (sym->entity)
				f->out_types[sym->btf] = sym->entity->out_type;
			else if (sym->global && !sym->sec && (def = ld_name_def(sym->global)) &&
				 def->entity)
				f->out_types[sym->btf] = def->entity->out_type;
		}
	}
	ld_for_each(i, &m->unnamed)
		m->unnamed.v[i].f->out_types[m->unnamed.v[i].in_func] =
		    m->unnamed.v[i].entity->out_type;
}

static void write_decl_tag(struct merger *m, struct ld_strmap *seen, const struct ld_file *f,
			   const struct btf_type *t)
{
	uint32_t target = ld_out_type(f, t->type), component = *(const uint32_t *)ld_btf_tail(t);
	const char *name = ld_btf_str(&f->btf, t->name_off);
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
	copy = ld_btf_out_type(m->out, name, BTF_KIND_DECL_TAG, 0, target, sizeof(component));
	copy->info |= kflag;
	memcpy(copy + 1, &component, sizeof(component));
}

static void write_decl_tags(struct merger *m)
{
	struct ld_strmap seen = {0};

	ld_for_each(i, &m->l->btf_files) {
		const struct ld_file *f = m->l->btf_files.v[i];

		for (uint32_t k = 1; m->tag_sigs[f->index] && k < f->btf.nr_types; k++)
			if (is_decl_tag(f, k))
				write_decl_tag(m, &seen, f, ld_btf_type(&f->btf, k));
	}
}

/* References point forward too, so every type's number is needed before the first byte. */
static void number_items(struct merger *m)
{
	ld_for_each(i, &m->order) {
		const struct item *item = &m->order.v[i];
		uint32_t nr = (uint32_t)i + 1;

		if (item->node)
			m->l->node_out[item->node] = nr;
		else if (item->proto)
			item->proto->out_type = nr;
		else
			m->int_type = nr;
	}
	if (m->int_node)
		m->int_type = m->l->node_out[m->int_node];
}

static void write_all(struct merger *m)
{
	number_items(m);
	ld_for_each(i, &m->order) {
		const struct item *item = &m->order.v[i];

		if (item->node)
			write_node(m, item->node);
		else if (item->proto)
			write_proto(m, item->proto);
		else
			write_int(m);
	}
	ld_for_each(i, &m->funcs)
		write_entity(m, m->funcs.v[i]);
	ld_for_each(i, &m->vars)
		write_entity(m, m->vars.v[i]);
	ld_for_each(i, &m->secs)
		write_datasec(m, m->secs.v[i]);
	map_entities(m);
	write_decl_tags(m);
}

void ld_merge_btf(struct ld_link *l)
{
	struct merger m = {.l = l, .a = &l->arena};

	if (!l->btf_files.nr)
		return;
	m.out = l->btf = ld_btf_out_new(&l->arena);
	m.live = LD_NEW_ARRAY(m.a, uint8_t, l->graph.nr);
	l->node_out = LD_NEW_ARRAY(m.a, uint32_t, l->graph.nr);
	m.tag_sigs = LD_NEW_ARRAY(m.a, uint64_t *, l->files.nr);
	ld_for_each(i, &l->btf_files)
		l->btf_files.v[i]->out_types =
		    LD_NEW_ARRAY(m.a, uint32_t, l->btf_files.v[i]->btf.nr_types);
	digest_tags(&m);
	m.int_node = find_int(l);
	add_entities(&m);
	mark_types(&m);
	write_all(&m);
}
