/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Binds symbols to their types. A global symbol is bound by name. A static function gets the FUNC
 * that func_info gives for its first instruction, a static variable the VAR that a DATASEC lists at
 * its offset. If the compiler omits these (gcc-bpf 12 writes no func_info, and 0 for offsets), a
 * name binds if it is unique in the file. Several static functions with the same name either have a
 * FUNC each, in the order of the symbols, or share one: this is how bpfld writes them.
 */
#include "elf/btf_bind.h"

#include <ctype.h>
#include <string.h>

/* The static functions with the same name, and its FUNCs. */
struct namesakes {
	LD_VEC(struct ld_sym *) syms;
	LD_VEC(uint32_t) funcs;
};

enum { BOUND = 1, PLACED = 2 };

struct binder {
	struct ld_file *f;
	struct ld_arena *scratch;
	struct ld_strmap globals; /* name -> struct ld_sym */
	struct ld_strmap locals;  /* name -> struct ld_sym, for names that are unique in the file */
	struct ld_strmap sections;
	/*
	 * By own type: bound to a symbol by its place, so not to another by name; or placed where
	 * there is no symbol, so not a declaration of an undefined symbol.
	 */
	uint8_t *bound;
	struct ld_strmap namesakes; /* name -> struct namesakes */
	LD_VEC(struct namesakes *) all_namesakes;
};

static struct ld_sym ambiguous;

static bool is_c_name(const char *name)
{
	while (isalnum((unsigned char)*name) || *name == '_')
		name++;
	return !*name;
}

/*
 * Functions can also be bound by the C names that bpfld gives to FUNCs, unless another symbol has
 * that name: global functions, and local ones that a link has localized.
 */
static void index_c_names(struct binder *b)
{
	struct ld_file *f = b->f;

	for (uint32_t i = 1; i < f->nr_syms; i++) {
		struct ld_sym *sym = &f->syms[i];
		const char *name;
		void **slot;

		if (sym->type != STT_FUNC || is_c_name(sym->name))
			continue;
		name = ld_c_name(b->scratch, sym->name);
		slot = ld_strmap_slot(b->scratch, sym->bind == STB_LOCAL ? &b->locals : &b->globals,
				      name, strlen(name));
		if (!*slot)
			*slot = sym;
	}
}

static void index_names(struct binder *b)
{
	struct ld_file *f = b->f;
	uint32_t i;

	ld_strmap_reserve(b->scratch, &b->globals, f->nr_syms);
	for (i = 1; i < f->nr_syms; i++) {
		struct ld_sym *sym = &f->syms[i];
		void **slot;

		if (!sym->name[0] || sym->type == STT_FILE || sym->type == STT_SECTION)
			continue;
		slot = ld_strmap_slot(b->scratch, sym->bind == STB_LOCAL ? &b->locals : &b->globals,
				      sym->name, strlen(sym->name));
		*slot = *slot ? &ambiguous : sym;
	}
	index_c_names(b);
	for (i = 0; i < f->nr_used; i++) {
		struct ld_section *sec = f->used[i];
		void **slot;

		if (sec->kind != LD_SEC_DATA && sec->kind != LD_SEC_BSS && sec->kind != LD_SEC_CODE)
			continue;
		slot = ld_strmap_slot(b->scratch, &b->sections, sec->name, strlen(sec->name));
		if (!*slot)
			*slot = sec;
	}
}

static struct ld_sym *lookup(const struct ld_strmap *m, const char *name)
{
	struct ld_sym *sym = ld_strmap_get(m, name, strlen(name));

	return sym == &ambiguous ? NULL : sym;
}

/* Whether a FUNC with this name may describe the symbol, as bpfld writes it. */
static bool goes_by(const struct ld_sym *sym, const char *name)
{
	const char *c = sym->name;

	for (; *c && (*c == *name || (*name == '_' && !isalnum((unsigned char)*c))); c++)
		name++;
	return *c == *name;
}

static bool is_candidate(const struct ld_sym *sym, const char *name, bool named, bool global)
{
	return sym->type == STT_FUNC && (!named || goes_by(sym, name)) &&
	       (!global || sym->bind != STB_LOCAL);
}

/*
 * Binds in_func to the functions syms [k, end) of sec, which are aliases at one place: to those
 * with its name if there are any, and of these to the global ones if there are any.
 */
static void bind_func(const struct ld_section *sec, uint32_t k, uint32_t end, uint32_t in_func)
{
	struct ld_file *f = sec->file;
	const char *name = ld_btf_name(&f->btf, in_func);
	bool named = false, global = false;

	for (uint32_t i = k; i < end; i++)
		named |= goes_by(&f->syms[sec->syms[i]], name);
	for (uint32_t i = k; i < end; i++)
		global |= is_candidate(&f->syms[sec->syms[i]], name, named, true);
	for (; k < end; k++)
		if (is_candidate(&f->syms[sec->syms[k]], name, named, global))
			f->syms[sec->syms[k]].btf = in_func;
}

/* func_info is the best evidence: it gives the FUNC of an instruction. */
static void bind_func_info(struct binder *b, struct ld_section *sec)
{
	const struct ld_ext *ext = &sec->ext[LD_EXT_FUNC];
	const struct ld_sym *syms = sec->file->syms;
	uint32_t i, k = 0, end;

	for (i = 0; i < ext->nr; i++) {
		const uint32_t *rec = &ext->recs[(size_t)i * ext->words];

		while (k < sec->nr_syms && syms[sec->syms[k]].value < rec[0])
			k++;
		for (end = k; end < sec->nr_syms && syms[sec->syms[end]].value == rec[0];)
			end++;
		bind_func(sec, k, end, rec[1]);
		b->bound[rec[1]] |= k < end ? BOUND : PLACED;
	}
}

/* The symbol of sec at off with this name. */
static struct ld_sym *symbol_at(const struct ld_section *sec, uint64_t off, const char *name)
{
	struct ld_sym *syms = sec->file->syms;
	uint32_t lo = 0, hi = sec->nr_syms;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (syms[sec->syms[mid]].value < off)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < sec->nr_syms && syms[sec->syms[lo]].value == off; lo++)
		if (!strcmp(syms[sec->syms[lo]].name, name))
			return &syms[sec->syms[lo]];
	return NULL;
}

/* The same; if the name is unique in the file, without searching the aliases at that place. */
static struct ld_sym *static_at(const struct binder *b, const struct ld_section *sec, uint64_t off,
				const char *name)
{
	struct ld_sym *local = ld_strmap_get(&b->locals, name, strlen(name));
	struct ld_sym *global = ld_strmap_get(&b->globals, name, strlen(name));

	if (local == &ambiguous || global == &ambiguous)
		return symbol_at(sec, off, name);
	if (local && local->sec == sec && local->value == off)
		return local;
	return global && global->sec == sec && global->value == off ? global : NULL;
}

/* With -fno-unique-section-names, one DATASEC is for several sections. */
static bool is_named_like(const struct ld_section *a, const struct ld_section *b)
{
	return a == b || (a && !strcmp(a->name, b->name));
}

static void bind_datasec(struct binder *b, uint32_t datasec)
{
	struct ld_file *f = b->f;
	const struct btf_type *t = ld_btf_type(&f->btf, datasec);
	const struct btf_var_secinfo *info = ld_btf_tail(t);
	const char *name = ld_btf_str(&f->btf, t->name_off);
	struct ld_section *sec = ld_strmap_get(&b->sections, name, strlen(name));
	uint32_t i;

	for (i = 0; i < ld_btf_vlen(t); i++) {
		const struct btf_type *var = ld_btf_type(&f->btf, info[i].type);
		const char *var_name = ld_btf_str(&f->btf, var->name_off);
		uint32_t linkage = ld_btf_kind(var) == BTF_KIND_VAR
				       ? *(const uint32_t *)ld_btf_tail(var)
				       : ld_btf_vlen(var);
		struct ld_sym *sym = lookup(&b->globals, var_name);

		/* gcc 12 calls an extern variable global here, and leaves it undefined in ELF. */
		if (linkage == BTF_VAR_GLOBAL_EXTERN ||
		    (linkage != BTF_VAR_STATIC && sym && !sym->sec && !sym->common && !sym->abs)) {
			f->extern_secs[info[i].type] = datasec;
			f->extern_sizes[info[i].type] = info[i].size;
		}
		if (linkage != BTF_VAR_STATIC || ld_btf_kind(var) != BTF_KIND_VAR || !sec)
			continue;
		sym = static_at(b, sec, info[i].offset, var_name);
		if (!sym)
			sym = lookup(&b->locals, var_name);
		/* A partial link may have turned hidden variables into global symbols. */
		if (!sym)
			sym = lookup(&b->globals, var_name);
		if (sym && is_named_like(sym->sec, sec) && sym->type != STT_FUNC && !sym->btf) {
			sym->btf = info[i].type;
			b->bound[sym->btf] = BOUND;
		}
	}
}

static void bind_by_name(struct binder *b, uint32_t in_type)
{
	const struct btf_type *t = ld_btf_type(&b->f->btf, in_type);
	const char *name = ld_btf_str(&b->f->btf, t->name_off);
	bool func = ld_btf_kind(t) == BTF_KIND_FUNC;
	struct ld_sym *sym = lookup(&b->globals, name);
	uint8_t bound;

	if (func && (!sym || sym->type == STT_OBJECT))
		sym = lookup(&b->locals, name);
	bound = b->bound[in_type];
	if (!sym || sym->btf || bound & BOUND || (bound & PLACED && !sym->sec))
		return;
	/* The same name may be a FUNC and a VAR: the symbol's type decides. */
	if ((sym->type == STT_FUNC && !func) || (sym->type == STT_OBJECT && func))
		return;
	if (sym->bind == STB_LOCAL && sym->type != STT_FUNC)
		return;
	sym->btf = in_type;
}

static struct namesakes *namesakes_of(struct binder *b, const char *name)
{
	void **slot = ld_strmap_slot(b->scratch, &b->namesakes, name, strlen(name));

	if (!*slot) {
		*slot = LD_NEW(b->scratch, struct namesakes);
		LD_PUSH(b->scratch, &b->all_namesakes, *slot);
	}
	return *slot;
}

static void bind_namesakes(struct binder *b)
{
	struct ld_file *f = b->f;
	uint32_t i;

	for (i = 0; i < f->btf.nr_decls; i++) {
		const struct btf_type *t = ld_btf_type(&f->btf, f->btf.decls[i]);
		const char *name = ld_btf_str(&f->btf, t->name_off);

		if (ld_btf_kind(t) == BTF_KIND_FUNC &&
		    ld_strmap_get(&b->locals, name, strlen(name)) == &ambiguous)
			LD_PUSH(b->scratch, &namesakes_of(b, name)->funcs, f->btf.decls[i]);
	}
	for (i = 1; b->namesakes.nr && i < f->nr_syms; i++) {
		struct ld_sym *sym = &f->syms[i];
		struct namesakes *n = ld_strmap_get(&b->namesakes, sym->name, strlen(sym->name));

		if (n && sym->bind == STB_LOCAL && sym->type == STT_FUNC)
			LD_PUSH(b->scratch, &n->syms, sym);
	}
	ld_for_each(i, &b->all_namesakes) {
		const struct namesakes *n = b->all_namesakes.v[i];

		if (n->funcs.nr != 1 && n->funcs.nr != n->syms.nr)
			continue;
		ld_for_each(k, &n->syms)
			n->syms.v[k]->btf = n->funcs.v[n->funcs.nr == 1 ? 0 : k];
	}
}

static bool has_func_info(const struct ld_file *f)
{
	for (uint32_t i = 0; i < f->nr_used; i++)
		if (f->used[i]->ext[LD_EXT_FUNC].nr)
			return true;
	return false;
}

void ld_btf_bind(struct ld_file *f, struct ld_arena *scratch)
{
	struct binder b = {.f = f, .scratch = scratch};
	uint32_t nr = f->btf.nr_types, i;

	f->extern_secs = LD_NEW_ARRAY(&f->arena, uint32_t, nr);
	f->extern_sizes = LD_NEW_ARRAY(&f->arena, uint32_t, nr);
	f->out_types = LD_NEW_ARRAY(&f->arena, uint32_t, nr);
	b.bound = LD_NEW_ARRAY(scratch, uint8_t, nr);
	index_names(&b);
	for (i = 0; i < f->nr_used; i++)
		if (f->used[i]->kind == LD_SEC_CODE)
			bind_func_info(&b, f->used[i]);
	for (i = 0; i < f->btf.nr_decls; i++)
		if (ld_btf_kind(ld_btf_type(&f->btf, f->btf.decls[i])) == BTF_KIND_DATASEC)
			bind_datasec(&b, f->btf.decls[i]);
	for (i = 0; i < f->btf.nr_decls; i++) {
		uint32_t kind = ld_btf_kind(ld_btf_type(&f->btf, f->btf.decls[i]));

		if (kind == BTF_KIND_FUNC || kind == BTF_KIND_VAR)
			bind_by_name(&b, f->btf.decls[i]);
	}
	if (!has_func_info(f))
		bind_namesakes(&b);
}

static bool may_be_extern(const struct ld_sym *sym)
{
	return sym->type == STT_NOTYPE && !sym->size && sym->bind != STB_LOCAL && sym->sec &&
	       (sym->sec->kind == LD_SEC_DATA || sym->sec->kind == LD_SEC_BSS);
}

/* The names of the VARs that are extern. */
static void index_externs(struct ld_file *f, const struct ld_btf *btf, struct ld_strmap *names)
{
	for (uint32_t i = 0; i < btf->nr_decls; i++) {
		const struct btf_type *t = ld_btf_type(btf, btf->decls[i]);
		const char *name = ld_btf_str(btf, t->name_off);

		if (ld_btf_kind(t) == BTF_KIND_VAR &&
		    *(const uint32_t *)ld_btf_tail(t) == BTF_VAR_GLOBAL_EXTERN)
			*ld_strmap_slot(&f->arena, names, name, strlen(name)) = f;
	}
}

void ld_undefine_externs(struct ld_file *f)
{
	struct ld_diags unused = {.arena = &f->arena}; /* parsing f reports the same */
	const struct ld_section *sec = NULL;
	struct ld_strmap names = {0};
	struct ld_btf btf;
	bool any = false;

	for (uint32_t i = f->first_global; i < f->nr_syms; i++)
		any |= may_be_extern(&f->syms[i]);
	for (uint32_t i = 1; any && i < f->nr_secs; i++)
		if (f->secs[i].kind == LD_SEC_BTF)
			sec = &f->secs[i];
	if (!sec || ld_btf_parse(&f->arena, &unused, f->path, sec->data, sec->size, f->big, &btf))
		return;
	index_externs(f, &btf, &names);
	for (uint32_t i = f->first_global; i < f->nr_syms; i++) {
		struct ld_sym *sym = &f->syms[i];

		if (!may_be_extern(sym) || !ld_strmap_get(&names, sym->name, strlen(sym->name)))
			continue;
		sym->sec = NULL;
		sym->value = 0;
		f->nr_defined--;
	}
}
