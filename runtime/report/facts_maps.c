/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Maps as BTF describes them, symbols left to the loader, and the functions that use either. */
#include <string.h>

#include "report/facts.h"

/* enum bpf_map_type: max_entries is their size in bytes. */
#define MAP_RINGBUF 27
#define MAP_USER_RINGBUF 31

static void read_attrs(struct ld_arena *a, struct ld_map_facts *map, const struct ld_btf *btf,
		       uint32_t in_var)
{
	uint32_t def = ld_btf_strip(btf, ld_btf_type(btf, in_var)->type);
	const struct btf_type *t = ld_btf_type(btf, def);
	const struct btf_member *m = ld_btf_tail(t);

	if (!def || ld_btf_kind(t) != BTF_KIND_STRUCT)
		return;
	for (uint32_t i = 0; i < ld_btf_vlen(t); i++) {
		struct ld_attr_facts attr = {.attr = ld_btf_map_attr(btf, &m[i])};
		const char *name = attr.attr.name;

		attr.text = ld_btf_print_attr(a, btf, &attr.attr);
		if (!strcmp(name, "key") && attr.attr.kind == LD_MAP_TYPE)
			map->key_size = ld_btf_size_of(btf, attr.attr.type);
		else if (!strcmp(name, "value") && attr.attr.kind == LD_MAP_TYPE)
			map->value_size = ld_btf_size_of(btf, attr.attr.type);
		else if (!strcmp(name, "key_size"))
			map->key_size = attr.attr.number;
		else if (!strcmp(name, "value_size"))
			map->value_size = attr.attr.number;
		LD_PUSH(a, &map->attrs, attr);
	}
}

static uint64_t bytes_of(const struct ld_map_facts *map)
{
	uint64_t type = 0, entries = 0;

	ld_for_each(i, &map->attrs) {
		const struct ld_map_attr *attr = &map->attrs.v[i].attr;

		if (attr->kind == LD_MAP_NUMBER && !strcmp(attr->name, "type"))
			type = attr->number;
		else if (attr->kind == LD_MAP_NUMBER && !strcmp(attr->name, "max_entries"))
			entries = attr->number;
	}
	if (type == MAP_RINGBUF || type == MAP_USER_RINGBUF)
		return entries;
	return entries * (map->key_size + map->value_size);
}

static void add_map(struct ld_arena *a, struct ld_facts *f, const struct ld_file *file,
		    uint32_t in_sym)
{
	const struct ld_sym *sym = &file->syms[in_sym];
	struct ld_map_facts map = {.sym = sym};

	if (!ld_is_map(sym) || !sym->piece || !sym->piece->live || sym->piece->leader || !sym->emit)
		return;
	if (sym->btf)
		read_attrs(a, &map, &file->btf, sym->btf);
	map.bytes = bytes_of(&map);
	LD_PUSH(a, &f->maps, map);
	f->sym_map[file->index][in_sym] = (uint32_t)f->maps.nr;
}

void ld_gather_maps(struct ld_arena *a, struct ld_facts *f)
{
	f->sym_map = LD_NEW_ARRAY(a, uint32_t *, f->l->res.files.nr);
	ld_for_each(i, &f->l->res.files) {
		const struct ld_file *file = f->l->res.files.v[i];

		f->sym_map[i] = LD_NEW_ARRAY(a, uint32_t, file->nr_syms);
		for (uint32_t k = 1; k < file->nr_syms; k++)
			add_map(a, f, file, k);
	}
	ld_for_each(i, &f->l->layout.outs) {
		struct ld_map_facts map = {.out = f->l->layout.outs.v[i]};

		if (!ld_role_has(map.out->role, LD_TRAIT_BECOMES_MAP))
			continue;
		map.key_size = 4;
		map.value_size = map.bytes = map.out->size;
		LD_PUSH(a, &f->maps, map);
	}
}

/* ---- users ---- */

struct users {
	struct ld_arena *a;
	struct ld_facts *f;
	uint32_t *out_map;        /* by header index of an output section: its map + 1, or 0 */
	struct ld_strmap externs; /* name -> index of its facts + 1 */
};

static void add_index(struct ld_arena *a, struct ld_indexes *to, uint32_t index)
{
	/* Functions come one after another, so comparing with the last entry is enough. */
	if (index != LD_NO_INDEX && (!to->nr || to->v[to->nr - 1] != index))
		LD_PUSH(a, to, index);
}

/* The map at a place, or LD_NO_INDEX. */
static uint32_t map_at(const struct users *u, const struct ld_piece *p, uint64_t off)
{
	const struct ld_section *sec = p->sec;

	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		uint32_t map = u->f->sym_map[sec->file->index][sec->syms[i]];
		const struct ld_sym *sym = &sec->file->syms[sec->syms[i]];

		if (map && sym->value - p->off <= off && off < sym->value - p->off + sym->size)
			return map - 1;
	}
	return p->out && u->out_map[p->out->index] ? u->out_map[p->out->index] - 1 : LD_NO_INDEX;
}

/* func is LD_NO_INDEX if a map refers to another one; holder is then that map. */
static void note_use(struct users *u, const struct ld_section *sec, const struct ld_reloc *r,
		     uint32_t func, uint32_t holder)
{
	struct ld_target t = ld_live_target(sec->file, r);
	const struct ld_global *name = r->sym ? sec->file->syms[r->sym].global : NULL;

	if (name && !name->owner) {
		uint32_t *at = ld_strmap_get(&u->externs, name->name, strlen(name->name));

		if (at)
			add_index(u->a, &u->f->externs.v[*at].users, func);
	} else if (t.piece && t.off >= 0) {
		uint32_t map = map_at(u, t.piece, (uint64_t)t.off);

		if (map == LD_NO_INDEX)
			return;
		add_index(u->a, &u->f->maps.v[map].users, func);
		if (holder != map)
			add_index(u->a, &u->f->maps.v[map].holders, holder);
	}
}

static void note_uses(struct users *u, const struct ld_section *sec)
{
	const uint32_t *first = u->f->first_func[sec->file->index] + sec->index;
	uint32_t at = first[0];

	for (uint32_t i = 0; i < sec->nr_pieces; i++) {
		const struct ld_piece *p = &sec->pieces[i];
		bool maps = sec->role == LD_ROLE_MAPS;

		for (uint32_t k = p->rel; p->live && !p->leader && k < p->rel_end; k++) {
			const struct ld_reloc *r = &sec->relocs[k];

			while (at + 1 < first[1] && u->f->funcs.v[at + 1].off <= r->off)
				at++;
			note_use(u, sec, r, first[0] < first[1] ? at : LD_NO_INDEX,
				 maps ? map_at(u, p, r->off - p->off) : LD_NO_INDEX);
		}
	}
}

/* The type that the first file with BTF for it declares. */
static const char *extern_type(struct ld_arena *a, const struct ld_global *n)
{
	for (const struct ld_file_sym *m = n->file_syms; m; m = m->next) {
		uint32_t in_type = m->file->syms[m->sym].btf;

		if (in_type)
			return ld_btf_print_symbol(a, &m->file->btf, in_type);
	}
	return NULL;
}

void ld_gather_users(struct ld_arena *a, struct ld_facts *f)
{
	struct users u = {.a = a, .f = f};

	u.out_map = LD_NEW_ARRAY(a, uint32_t, f->nr_secs);
	ld_for_each(i, &f->maps) {
		if (f->maps.v[i].out)
			u.out_map[f->maps.v[i].out->index] = (uint32_t)i + 1;
	}
	ld_for_each(i, &f->l->res.globals) {
		const struct ld_global *n = f->l->res.globals.v[i];
		struct ld_extern_facts e = {.name = n, .type = extern_type(a, n)};
		uint32_t *at;

		if (n->owner || !n->out_sym)
			continue;
		at = LD_NEW(a, uint32_t);
		*at = (uint32_t)f->externs.nr;
		*ld_strmap_slot(a, &u.externs, n->name, strlen(n->name)) = at;
		LD_PUSH(a, &f->externs, e);
	}
	ld_for_each(i, &f->l->res.files) {
		const struct ld_file *file = f->l->res.files.v[i];

		for (uint32_t k = 1; k < file->nr_secs; k++)
			if (file->secs[k].kind != LD_SEC_DEBUG)
				note_uses(&u, &file->secs[k]);
	}
}
