/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "model/model.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_NAME 127 /* characters: KSYM_NAME_LEN was 128 before Linux 6.1 */

struct ld_piece *ld_piece_at(const struct ld_section *sec, uint64_t off)
{
	uint32_t lo = 0, hi = sec->nr_pieces;

	if (!hi)
		return NULL;
	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (sec->pieces[mid].off <= off)
			lo = mid;
		else
			hi = mid;
	}
	return &sec->pieces[lo];
}

const char *ld_prefixed_name(const struct ld_file *f, const struct ld_sym *sym)
{
	const char *name = f->prefix && !sym->final_name
			       ? ld_strmap_get(&f->prefix->names, sym->name, strlen(sym->name))
			       : NULL;

	return name ? name : sym->name;
}

static const char *map_name(const struct ld_strmap *map, const char *name)
{
	const char *other = map->nr ? ld_strmap_get(map, name, strlen(name)) : NULL;

	return other ? other : name;
}

const char *ld_global_name(const struct ld_file *f, const struct ld_sym *sym)
{
	const struct ld_options *opt = f->link->opt;
	const char *name = ld_prefixed_name(f, sym);

	if (sym->final_name)
		return name;
	if (!ld_is_defined(sym))
		name = map_name(&opt->wrap_map, name);
	return map_name(&opt->rename_map, name);
}

const uint8_t *ld_flatten(struct ld_arena *a, const struct ld_image *image)
{
	uint8_t *flat = ld_alloc(a, image->size), *at = flat;

	ld_for_each(i, &image->parts) {
		const struct iovec *part = &image->parts.v[i];

		if (part->iov_len)
			memcpy(at, part->iov_base, part->iov_len);
		at += part->iov_len;
	}
	return flat;
}

#define NAMES_PER_BYTE 8
#define SPARE_NAMES (1 << 20)

uint64_t ld_names_limit(const struct ld_link *l)
{
	uint64_t size = 0;

	ld_for_each(i, &l->res.files)
		size += l->res.files.v[i]->size;
	return NAMES_PER_BYTE * size + SPARE_NAMES;
}

struct ld_sym *ld_global_def(const struct ld_global *n)
{
	return n->owner ? &n->owner->syms[n->owner_sym] : NULL;
}

struct ld_target ld_sym_target(const struct ld_file *f, uint32_t in_sym)
{
	const struct ld_sym *sym = &f->syms[in_sym];
	struct ld_target t = {.sym = in_sym};

	if (sym->global && sym->global->owner) {
		f = sym->global->owner;
		t.sym = sym->global->owner_sym;
		sym = &f->syms[t.sym];
	}
	t.file = f;
	if (sym->piece) {
		t.piece = sym->piece;
		t.off = (int64_t)(sym->value - sym->piece->off);
	}
	return t;
}

struct ld_target ld_reloc_target(const struct ld_file *f, const struct ld_reloc *r)
{
	struct ld_target t = {.file = f, .piece = r->piece};

	if (r->sym)
		t = ld_sym_target(f, r->sym);
	t.off += r->addend;
	return t;
}

/* The definition that replaced the dropped piece p; moves t to the same offset in it. */
static struct ld_sym *winner_of(const struct ld_piece *p, struct ld_target *t)
{
	const struct ld_file *f = p->sec->file;

	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		const struct ld_sym *loser = &f->syms[p->sec->syms[i]];
		struct ld_target to;

		if (!loser->global || !loser->global->owner)
			continue;
		to = ld_sym_target(f, p->sec->syms[i]);
		if (!to.piece || !to.piece->live)
			continue;
		to.off += t->off - (int64_t)(loser->value - p->off);
		*t = to;
		return &to.file->syms[to.sym];
	}
	return NULL;
}

struct ld_target ld_live_target(const struct ld_file *f, const struct ld_reloc *r)
{
	struct ld_target t = ld_reloc_target(f, r);

	if (t.piece && !t.piece->live && !t.piece->leader)
		winner_of(t.piece, &t);
	if (t.piece && t.piece->leader)
		t.piece = t.piece->leader;
	if (t.piece && !t.piece->live)
		t.piece = NULL;
	return t;
}

struct ld_ref ld_reloc_ref(const struct ld_section *sec, const struct ld_reloc *r)
{
	struct ld_target t = ld_reloc_target(sec->file, r);
	struct ld_sym *sym = t.sym ? &t.file->syms[t.sym] : NULL;
	struct ld_global *name = sym ? sym->global : NULL;
	const struct ld_piece *p = t.piece;
	struct ld_ref ref = {0};

	if (name && !name->owner) {
		ref.form = name->emit ? LD_REF_UNDEFINED : LD_REF_NONE;
		ref.name = name;
		ref.addend = r->addend;
		return ref;
	}
	if (p && !p->live && !p->leader) {
		/* DWARF describes only the copy in its own file. */
		if (sec->kind == LD_SEC_DEBUG)
			return ref;
		/* A reference into a dropped copy by offset: use the one that replaced it. */
		sym = winner_of(p, &t);
	}
	/*
	 * A global symbol that was localized is referred to by its section, as compilers do for
	 * local ones.
	 */
	if (sym && sym->emit &&
	    !((sym->bind != STB_LOCAL || sym->isolated) && sym->out_bind == STB_LOCAL)) {
		ref.form = LD_REF_SYM;
		ref.sym = sym;
		ref.addend = t.piece ? t.off - (int64_t)(sym->value - t.piece->off) : r->addend;
		return ref;
	}
	p = t.piece;
	if (!p || !(p->leader ? p->leader : p)->out)
		return ref;
	if (p->promoted && !r->hidden) {
		ref.form = LD_REF_SYM;
		ref.sym = p->promoted;
		ref.addend = t.off - (int64_t)(p->promoted->value - p->off);
		return ref;
	}
	if (p->sec->table && p->sec->table->outs) {
		ref.form = LD_REF_SECTION;
		ref.out = p->out;
		ref.addend = (int64_t)ld_string_out(p->sec, (uint64_t)t.off);
		return ref;
	}
	/* A leader, such as a license, may be shorter. */
	if ((p->leader || !r->sym) && t.off > (int64_t)(p->leader ? p->leader : p)->size)
		t.off = (int64_t)(p->leader ? p->leader : p)->size;
	ref.form = LD_REF_SECTION;
	ref.out = (p->leader ? p->leader : p)->out;
	ref.addend = (int64_t)(p->leader ? p->leader : p)->out_off + t.off;
	return ref;
}

static uint32_t find_string(const struct ld_string_table *t, uint64_t off)
{
	uint32_t lo = 0, hi = t->nr;

	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		*(t->offs[mid] <= off ? &lo : &hi) = mid;
	}
	return lo;
}

uint64_t ld_string_out(const struct ld_section *sec, uint64_t off)
{
	struct ld_string_table *t = sec->table;
	uint32_t next = t->last + 1;

	if (next < t->nr && t->offs[next] == off)
		t->last = next;
	else if (t->offs[t->last] != off)
		t->last = find_string(t, off);
	return t->outs[t->last] + (off - t->offs[t->last]);
}

uint64_t ld_piece_out_off(const struct ld_piece *p, uint64_t off)
{
	return (p->leader ? p->leader : p)->out_off + off;
}

uint32_t ld_out_type(const struct ld_merged_btf *btf, const struct ld_file *f, uint32_t in_type)
{
	uint32_t node = ld_node_of(f, in_type);

	return node ? btf->node_out[node] : f->out_types[in_type];
}

/* Loaders take subprograms from .text only. */
static bool is_subprogram(const struct ld_piece *p)
{
	return p->sec->kind == LD_SEC_CODE && (p->subprogram || p->sec->role == LD_ROLE_TEXT);
}

/*
 * C++ has a variable of an inline function or a template in a section of its own, in a COMDAT
 * group: ".bss._ZZ1fvE1n" for _ZZ1fvE1n. Such sections are no maps of the user: returns the name
 * without the variable. Otherwise a .bss.X is a user's own map, and the result is NULL.
 */
static const char *name_of_kind(const struct ld_section *sec)
{
	static const char *const kinds[] = {".bss", ".data", ".rodata", ".data.rel.ro"};

	for (size_t i = 0; sec->group && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i]);
		const char *variable = sec->name + len + 1;

		if (strncmp(sec->name, kinds[i], len) != 0 || sec->name[len] != '.')
			continue;
		for (uint32_t k = 0; k < sec->nr_syms; k++)
			if (!strcmp(sec->file->syms[sec->syms[k]].name, variable))
				return kinds[i];
	}
	return NULL;
}

const char *ld_out_name(const struct ld_piece *p)
{
	const char *kind;

	if (p->out_sec_name)
		return p->out_sec_name;
	if (is_subprogram(p))
		return ".text";
	kind = name_of_kind(p->sec);
	return kind ? kind : p->sec->name;
}

bool ld_is_program(const struct ld_piece *p)
{
	return p->sec->kind == LD_SEC_CODE && (p->out_sec_name || !is_subprogram(p));
}

const char *ld_qualify(struct ld_arena *a, const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');
	char *base = ld_strdup(a, slash ? slash + 1 : file);

	base[strcspn(base, ".")] = '\0';
	for (char *c = base; *c; c++)
		if (!isalnum((unsigned char)*c))
			*c = '_';
	return ld_printf(a, "%s%s__%s", isdigit((unsigned char)*base) ? "_" : "", base, name);
}

const char *ld_c_name(struct ld_arena *a, const char *name)
{
	/* Each character at most becomes "_XX_". */
	char *copy = ld_alloc(a, 4 * strnlen(name, LONGEST_NAME + 1) + 2), *to = copy;
	uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a: the same in each process */

	if (isdigit((unsigned char)name[0]))
		*to++ = '_';
	for (const char *c = name; *c; c++) {
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
		if (to - copy > LONGEST_NAME)
			continue;
		if (isalnum((unsigned char)*c) || *c == '_')
			*to++ = *c;
		else if (*c == '.')
			*to++ = '_';
		else
			to += sprintf(to, "_%X_", (unsigned char)*c);
	}
	*to = '\0';
	if (to - copy > LONGEST_NAME)
		sprintf(copy + LONGEST_NAME - 17, "_%016llx", (unsigned long long)hash);
	return copy;
}

bool ld_is_label(const struct ld_sym *sym)
{
	return sym->bind == STB_LOCAL && sym->type == STT_NOTYPE && !strncmp(sym->name, "LBB", 3) &&
	       sym->name[3] >= '0' && sym->name[3] <= '9';
}

const char *ld_piece_name(const struct ld_link *l, const struct ld_piece *p)
{
	const struct ld_section *sec = p->sec;
	const char *file = ld_file_name(sec->file);

	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		const struct ld_sym *sym = &sec->file->syms[sec->syms[i]];

		if (sym->value == p->off && (sym->type == STT_FUNC || sym->type == STT_OBJECT))
			return ld_printf(l->arena, "%s:(%s:%s)", file, sec->name, sym->name);
	}
	return ld_printf(l->arena, "%s:(%s+0x%llx)", file, sec->name, (unsigned long long)p->off);
}

const char *ld_file_name(const struct ld_file *f)
{
	return f->temporary && f->source ? f->source : f->path;
}

const char *ld_callback_name(const struct ld_btf *btf, uint32_t in_type)
{
	static const char prefix[] = "exception_callback:";
	const struct btf_type *t = ld_btf_type(btf, in_type);
	const char *tag = ld_btf_str(btf, t->name_off);

	return ld_btf_kind(t) == BTF_KIND_DECL_TAG && !strncmp(tag, prefix, strlen(prefix))
		   ? tag + strlen(prefix)
		   : NULL;
}

bool ld_has_callback_name(const struct ld_link *l, const struct ld_sym *sym)
{
	const struct ld_global *n;

	if (!l->res.callbacks.nr || sym->global)
		return false;
	n = ld_strmap_get(&l->res.globals_by_name, sym->name, strlen(sym->name));
	return n && n->callback;
}

const struct ld_entity *ld_func_at(const struct ld_piece *p, uint64_t off, uint32_t in_func)
{
	const struct ld_section *sec = p->sec;
	const struct ld_file *f = sec->file;
	const struct ld_entity *alias = NULL;
	uint32_t lo = 0, hi = sec->nr_syms;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (f->syms[sec->syms[mid]].value < off)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < sec->nr_syms && f->syms[sec->syms[lo]].value == off; lo++) {
		const struct ld_sym *sym = &f->syms[sec->syms[lo]];

		if (!sym->entity || sym->entity->kind != BTF_KIND_FUNC)
			continue;
		if (sym->btf == in_func)
			return sym->entity;
		alias = sym->entity;
	}
	return alias;
}

const struct ld_file *ld_sym_origin(const struct ld_file *f, uint32_t in_sym)
{
	const struct ld_sym *sym = &f->syms[in_sym];
	const struct ld_global *n;

	if (!f->lto)
		return f;
	if (f->origins[in_sym])
		return f->origins[in_sym];
	n = sym->bind == STB_LOCAL
		? NULL
		: ld_strmap_get(&f->link->before_lto.globals_by_name, sym->name, strlen(sym->name));
	return n && n->owner ? n->owner : f;
}
