/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Maps that kernels do not have, and maps that kernels refuse to programs of some types: those with
 * locks or timers to tracing programs, some types to programs that may sleep, a second arena. The
 * kernel looks at all maps that a program refers to, in dead code too.
 */
#include <string.h>

#include "base/text.h"
#include "btf/print.h"
#include "elf/place.h"
#include "kernel/programs.h"
#include "model/calls.h"
#include "passes/check/refusals.h"
#include "passes/passes.h"

#define MAX_SHOWN 3 /* messages per id */
#define ARENA 33    /* BPF_MAP_TYPE_ARENA */

/* Structs in the value of a map that some programs may not use. */
enum { SPIN_LOCK = 1, TIMER = 2, LIST = 4, WORKQUEUE = 8 };

static const struct {
	const char *type; /* name of the struct in the map's value */
	uint32_t bit;
	enum ld_rule rule;
} fields[] = {
    {"bpf_spin_lock", SPIN_LOCK, LD_RULE_TRACING_LOCKS},
    {"bpf_timer", TIMER, LD_RULE_TRACING_TIMERS},
    {"bpf_list_head", LIST, LD_RULE_TRACING_LISTS},
    {"bpf_rb_root", LIST, LD_RULE_TRACING_LISTS},
    {"bpf_wq", WORKQUEUE, LD_RULE_TRACING_WORKQUEUES},
};

#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))

struct map {
	const struct ld_piece *piece;
	const struct ld_sym *sym;
	uint32_t type;   /* BPF_MAP_TYPE_*; 0: not known */
	uint32_t fields; /* bits of fields[] */
	uint32_t inner;  /* the same of the map that it contains */
};

/* A map that a program may not use. */
struct use {
	uint32_t program; /* index of a function */
	const struct map *map;
	const char *what, *help;
	uint32_t kernels;
};

struct checker {
	const struct ld_link *l;
	const struct ld_calls *calls;
	LD_VEC(struct map) maps;
	struct ld_strmap by_piece; /* address of a piece -> index in maps + 1 */
	uint32_t *seen;            /* by function: the last walk that reached it */
	uint32_t *stack;
	uint32_t shown_arenas;
	LD_VEC(struct use) uses;
};

/* ---- definitions ---- */

/* The fields of a struct that is a map's value: the kernel finds those at its top level. */
static uint32_t fields_of(const struct ld_btf *btf, uint32_t type)
{
	uint32_t id = ld_btf_strip(btf, type), found = 0;
	const struct btf_type *t = ld_btf_type(btf, id);
	const struct btf_member *m = ld_btf_tail(t);

	if (!id || ld_btf_kind(t) != BTF_KIND_STRUCT)
		return 0;
	for (uint32_t i = 0; i < ld_btf_vlen(t); i++) {
		uint32_t member = ld_btf_strip(btf, m[i].type);

		for (size_t k = 0; member && k < NR_FIELDS; k++)
			if (ld_btf_kind(ld_btf_type(btf, member)) == BTF_KIND_STRUCT &&
			    !strcmp(ld_btf_name(btf, member), fields[k].type))
				found |= fields[k].bit;
	}
	return found;
}

/* Reads the definition of a map, or of one that is inside. */
static void read_map(const struct ld_btf *btf, uint32_t in_type, struct map *map, bool inside)
{
	uint32_t def = ld_btf_strip(btf, in_type);
	const struct btf_type *t = ld_btf_type(btf, def);
	const struct btf_member *m = ld_btf_tail(t);

	if (!def || ld_btf_kind(t) != BTF_KIND_STRUCT)
		return;
	for (uint32_t i = 0; i < ld_btf_vlen(t); i++) {
		struct ld_map_attr attr = ld_btf_map_attr(btf, &m[i]);

		if (!strcmp(attr.name, "type") && attr.kind == LD_MAP_NUMBER)
			map->type = (uint32_t)attr.number;
		else if (!strcmp(attr.name, "value") && attr.kind == LD_MAP_TYPE)
			map->fields = fields_of(btf, attr.type);
		else if (!strcmp(attr.name, "values") && attr.kind == LD_MAP_ARRAY && !inside) {
			struct map inner = {.piece = NULL};

			read_map(btf, attr.type, &inner, true);
			map->inner = inner.fields;
		}
	}
}

static void add_map(struct checker *c, const struct ld_sym *sym)
{
	struct ld_arena *a = c->l->arena;
	struct map map = {.piece = sym->piece, .sym = sym};
	const char *key = ld_memdup(a, &sym->piece, sizeof(sym->piece));
	void **slot = ld_strmap_slot(a, &c->by_piece, key, sizeof(sym->piece));

	if (*slot)
		return;
	read_map(&sym->sec->file->btf, ld_btf_type(&sym->sec->file->btf, sym->btf)->type, &map,
		 false);
	LD_PUSH(a, &c->maps, map);
	*slot = (void *)(uintptr_t)c->maps.nr;
}

static void find_maps(struct checker *c)
{
	ld_for_each(i, &c->l->res.files) {
		const struct ld_file *f = c->l->res.files.v[i];

		for (uint32_t k = 1; k < f->nr_syms; k++) {
			const struct ld_sym *sym = &f->syms[k];

			if (ld_is_map(sym) && sym->btf && sym->piece && sym->piece->live &&
			    !sym->piece->leader)
				add_map(c, sym);
		}
	}
}

static void reject_all(const struct checker *c, uint32_t kernels)
{
	for (uint32_t i = 0; i < c->calls->nr_funcs; i++)
		ld_reject(c->l, i, kernels);
}

/* Kernels refuse a lock in a map that is in another map. */
static void check_inner(const struct checker *c, const struct map *map)
{
	uint32_t kernels = ld_warn_for(c->l, ld_kernels_below(LD_RULE_INNER_LOCKS, 1));

	if (!(map->inner & SPIN_LOCK) || !kernels)
		return;
	reject_all(c, kernels);
	ld_warn(c->l->diags, "map-unavailable",
		"map '%s' contains maps with a struct bpf_spin_lock in their values, which older "
		"kernels do not allow\n>>> defined at %s%" LD_LINES LD_HELP
		"use a single map, or load the program only on newer kernels",
		map->sym->name, ld_place(c->l, map->sym->sec, map->sym->value),
		ld_refused_by(c->l, kernels));
}

/* libbpf creates all maps before it loads programs. */
static void check_types(const struct checker *c)
{
	ld_for_each(i, &c->maps) {
		const struct map *map = &c->maps.v[i];
		const struct ld_map_type *type = ld_map_type(map->type);
		uint32_t kernels = type ? ld_warn_for(c->l, type->refusing) : 0;

		check_inner(c, map);
		if (!kernels)
			continue;
		reject_all(c, kernels);
		ld_warn(c->l->diags, "map-type",
			"map '%s' has type %s, which older kernels do not support\n>>> defined at "
			"%s%" LD_LINES LD_HELP
			"use another type, or load the program only on newer kernels",
			map->sym->name, type->name, ld_place(c->l, map->sym->sec, map->sym->value),
			ld_refused_by(c->l, kernels));
	}
}

/* ---- programs ---- */

static void add_use(struct checker *c, uint32_t program, const struct map *map, const char *what,
		    const char *help, uint32_t kernels)
{
	struct use use = {program, map, what, help, kernels};

	ld_reject(c->l, program, kernels);
	LD_PUSH(c->l->arena, &c->uses, use);
}

static void report_uses(const struct checker *c)
{
	for (size_t i = 0; i < c->uses.nr && i < MAX_SHOWN; i++) {
		const struct use *use = &c->uses.v[i];
		const struct ld_func *func = &c->calls->funcs[use->program];
		const struct ld_sym *sym = use->map->sym;
		const char *more = "";

		if (i + 1 == MAX_SHOWN && c->uses.nr > MAX_SHOWN)
			more = ld_text(c->l->arena, "\n>>> and %zu more like it",
				       c->uses.nr - MAX_SHOWN);
		ld_warn(c->l->diags, "map-unavailable",
			"program '%s' uses map '%s', %s\n>>> program: section %s at %s\n"
			">>> map defined at %s%" LD_LINES "%" LD_LINES LD_HELP "%s",
			func->sym->name, sym->name, use->what, func->sec->name,
			ld_place(c->l, func->sec, func->off), ld_place(c->l, sym->sec, sym->value),
			ld_refused_by(c->l, use->kernels), more, use->help);
	}
}

static void check_fields(struct checker *c, uint32_t program, const struct map *map,
			 const struct ld_section_type *type)
{
	for (size_t i = 0; i < NR_FIELDS; i++) {
		uint32_t kernels = 0;

		if (!(map->fields & fields[i].bit))
			continue;
		if (ld_is_tracing(type->type))
			kernels = ld_kernels_below(fields[i].rule, 1);
		else if (fields[i].bit == SPIN_LOCK && ld_is_socket_filter(type->type))
			kernels = ld_kernels_below(LD_RULE_SOCKET_LOCKS, 1);
		else if (fields[i].bit == SPIN_LOCK && type->sleepable)
			kernels = ld_kernels_below(LD_RULE_SLEEPABLE_LOCKS, 1);
		kernels = ld_warn_for(c->l, kernels);
		if (kernels)
			add_use(
			    c, program, map,
			    ld_printf(
				c->l->arena,
				"whose value has a struct %s; programs of type %s may not use it",
				fields[i].type, ld_program_type_name(type->type)),
			    "use another map, or another type of program", kernels);
	}
}

static void check_sleepable(struct checker *c, uint32_t program, const struct map *map)
{
	const struct ld_map_type *type = ld_map_type(map->type);
	uint32_t kernels = type ? ld_warn_for(c->l, type->refusing_sleepable) : 0;

	if (kernels)
		add_use(c, program, map,
			ld_printf(c->l->arena, "but sleepable programs cannot use %s", type->name),
			"use another type of map, such as an array, hash or ring buffer", kernels);
}

static void check_arenas(struct checker *c, uint32_t program, const struct map *first,
			 const struct map *second)
{
	uint32_t kernels = ld_warn_for(c->l, LD_ALL_KERNELS);
	const struct ld_func *func = &c->calls->funcs[program];

	ld_reject(c->l, program, kernels);
	if (c->shown_arenas++ >= MAX_SHOWN)
		return;
	ld_warn(c->l->diags, "program-limit",
		"program '%s' uses arenas '%s' and '%s'; the kernel allows %d\n>>> defined at "
		"%s%" LD_LINES LD_HELP "use one arena for both",
		func->sym->name, first->sym->name, second->sym->name, LD_KERNEL_ARENAS,
		ld_place(c->l, func->sec, func->off), ld_refused_by(c->l, kernels));
}

static const struct map *map_of(struct checker *c, const struct ld_piece *piece)
{
	uintptr_t number;

	if (!piece || piece->sec->role != LD_ROLE_MAPS)
		return NULL;
	number = (uintptr_t)ld_strmap_get(&c->by_piece, (const char *)&piece, sizeof(piece));
	return number ? &c->maps.v[number - 1] : NULL;
}

static void check_program(struct checker *c, uint32_t program)
{
	const struct ld_section_type *type = ld_section_type(c->calls->funcs[program].sec->name);
	const struct map *arena = NULL;
	uint32_t nr = 0;
	bool second = false;

	c->seen[program] = program + 1;
	c->stack[nr++] = program;
	while (nr) {
		const struct ld_func *func = &c->calls->funcs[c->stack[--nr]];
		const struct ld_piece *p = func->sym->piece;

		for (uint32_t k = p->rel; k < p->rel_end; k++) {
			const struct ld_reloc *r = &p->sec->relocs[k];
			const struct map *map;

			if (r->off < func->off || r->off - func->off >= func->size)
				continue;
			map = map_of(c, ld_live_target(p->sec->file, r).piece);
			if (!map)
				continue;
			if (type)
				check_fields(c, program, map, type);
			if (type && type->sleepable)
				check_sleepable(c, program, map);
			if (map->type != ARENA)
				continue;
			if (arena && arena != map && !second)
				check_arenas(c, program, arena, map);
			second |= arena && arena != map;
			arena = map;
		}
		for (uint32_t i = func->call; i < func->call_end; i++) {
			uint32_t callee = c->calls->calls.v[i].callee;

			if (c->seen[callee] == program + 1)
				continue;
			c->seen[callee] = program + 1;
			c->stack[nr++] = callee;
		}
	}
}

void ld_check_maps(const struct ld_link *l)
{
	struct checker c = {.l = l, .calls = l->calls};
	bool special = l->opt->kernels;

	find_maps(&c);
	check_types(&c);
	ld_for_each(i, &c.maps) {
		const struct ld_map_type *type = ld_map_type(c.maps.v[i].type);

		special |= c.maps.v[i].fields || c.maps.v[i].type == ARENA ||
			   (type && type->refusing_sleepable == LD_ALL_KERNELS);
	}
	if (!special)
		return;
	c.seen = LD_NEW_ARRAY(l->arena, uint32_t, c.calls->nr_funcs);
	c.stack = LD_NEW_ARRAY(l->arena, uint32_t, (size_t)c.calls->nr_funcs + 1);
	for (uint32_t i = 0; i < c.calls->nr_funcs; i++)
		if (c.calls->funcs[i].program)
			check_program(&c, i);
	report_uses(&c);
}
