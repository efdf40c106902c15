/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Joins the BTF of vmlinux with that of modules. In a module's BTF, ids and string offsets below
 * the ends of vmlinux refer to vmlinux, and its own begin there. In the joined BTF each module's
 * follow those of the modules before it.
 *
 * A module that was built elsewhere has a .BTF.base, with the names of the types of vmlinux that it
 * needs: its .BTF refers to that instead of vmlinux. The types are found in vmlinux by kind, name
 * and size, as the kernel and libbpf do.
 */
#include <string.h>

#include "base/blob.h"
#include "base/bytes.h"
#include "core/core.h"

/* The parts of a .BTF section. */
struct parts {
	const uint8_t *types, *strs;
	uint32_t types_len, strs_len, nr_types;
};

struct joiner {
	struct ld_arena *arena;
	struct ld_diags *diags;
	const char *where;
	bool big;
	struct parts base;
	struct ld_blob types, strs;
	uint32_t nr_types; /* in types, with void */

	/* the current module */
	struct parts module;
	struct parts below;  /* what it is split from: base, or its .BTF.base */
	const uint32_t *ids; /* by id in .BTF.base: id in base; NULL without one */
	bool broken;

	struct ld_strmap named; /* name -> struct ld_core_ids, in base; made for .BTF.base */
	bool indexed;
};

static int bad(struct joiner *j, const char *name, const char *why)
{
	return ld_error(j->diags, "target-btf", "%s: %s: %s", j->where, name, why);
}

static int find_parts(struct joiner *j, const struct ld_core_bytes *file, struct parts *p)
{
	const uint8_t *data = file->data;
	uint32_t header, type_off, str_off;
	bool big = j->big;

	if (file->size < sizeof(struct btf_header) || ld_get16(data, big) != BTF_MAGIC)
		return bad(j, file->name, "not BTF in the kernel's byte order");
	header = ld_get32(data + 4, big);
	type_off = ld_get32(data + 8, big);
	p->types_len = ld_get32(data + 12, big);
	str_off = ld_get32(data + 16, big);
	p->strs_len = ld_get32(data + 20, big);
	if (header > file->size || !ld_in_range(type_off, p->types_len, file->size - header) ||
	    !ld_in_range(str_off, p->strs_len, file->size - header) || p->types_len % 4)
		return bad(j, file->name, "its header does not fit its size");
	p->types = data + header + type_off;
	p->strs = data + header + str_off;
	return 0;
}

static void move_type(void *ctx, uint32_t *id)
{
	struct joiner *j = ctx;

	if (*id >= j->below.nr_types + j->module.nr_types)
		j->broken = true;
	else if (*id >= j->below.nr_types)
		*id += j->nr_types - j->below.nr_types;
	else if (j->ids)
		*id = j->ids[*id];
}

static void move_string(void *ctx, uint32_t *off)
{
	struct joiner *j = ctx;

	/* The strings of .BTF.base are right before those of .BTF. */
	if (*off >= j->below.strs_len && *off - j->below.strs_len >= j->module.strs_len)
		j->broken = true;
	else if (*off >= j->below.strs_len || (j->ids && *off))
		*off += (uint32_t)j->strs.size - j->below.strs_len;
}

/* Counts the types of copy, in host byte order; 0 if they do not fit. */
static uint32_t count_types(const uint32_t *copy, uint32_t len)
{
	uint32_t nr = 0, size;

	for (uint32_t off = 0; off < len; off += size, nr++) {
		const struct btf_type *t = (const struct btf_type *)(copy + off / 4);

		if (len - off < sizeof(*t))
			return 0;
		size = ld_btf_type_size(ld_btf_kind(t), ld_btf_vlen(t));
		if (!size || size > len - off)
			return 0;
	}
	return nr;
}

/* Finds the parts of a file and counts its types. Sets *copy to them, in host byte order. */
static int read_parts(struct joiner *j, const struct ld_core_bytes *file, struct parts *p,
		      uint32_t **copy)
{
	int err = find_parts(j, file, p);

	if (err)
		return err;
	*copy = ld_alloc(j->arena, p->types_len);
	for (uint32_t i = 0; i < p->types_len / 4; i++)
		(*copy)[i] = ld_get32(p->types + (size_t)4 * i, j->big);
	p->nr_types = count_types(*copy, p->types_len);
	if (!p->nr_types || !p->strs_len || p->strs[p->strs_len - 1])
		return bad(j, file->name, "no split BTF of this vmlinux");
	return 0;
}

/* ---- .BTF.base ---- */

static void index_base(struct joiner *j, const struct ld_btf *btf)
{
	ld_strmap_reserve(j->arena, &j->named, btf->nr_types);
	for (uint32_t id = 1; id < j->base.nr_types; id++) {
		const char *name = ld_btf_name(btf, id);
		void **slot;

		if (!*name)
			continue;
		slot = ld_strmap_slot(j->arena, &j->named, name, strlen(name));
		if (!*slot)
			*slot = LD_NEW(j->arena, struct ld_core_ids);
		LD_PUSH(j->arena, (struct ld_core_ids *)*slot, id);
	}
	j->indexed = true;
}

/* Whether a type of .BTF.base, which has no members, names a type of vmlinux. */
static bool names_type(const struct btf_type *t, const struct btf_type *other)
{
	uint32_t kind = ld_btf_kind(t), other_kind = ld_btf_kind(other);

	switch (kind) {
	case BTF_KIND_INT:
		return kind == other_kind && t->size == other->size &&
		       *(const uint32_t *)(t + 1) == *(const uint32_t *)(other + 1);
	case BTF_KIND_FLOAT: return kind == other_kind && t->size == other->size;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return kind == other_kind && (!t->size || t->size == other->size);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64: return ld_core_is_enum(other) && t->size == other->size;
	case BTF_KIND_FWD:
		return (other_kind == BTF_KIND_FWD && !((t->info ^ other->info) >> 31)) ||
		       other_kind == (t->info >> 31 ? BTF_KIND_UNION : BTF_KIND_STRUCT);
	default: return false;
	}
}

static uint32_t find_type(const struct joiner *j, const struct ld_btf *btf,
			  const struct btf_type *t, const char *name)
{
	const struct ld_core_ids *ids = ld_strmap_get(&j->named, name, strlen(name));

	for (size_t i = 0; ids && i < ids->nr; i++)
		if (names_type(t, ld_btf_type(btf, ids->v[i])))
			return ids->v[i];
	return 0;
}

/* Reads .BTF.base: finds the types of vmlinux, and puts its strings before those of the module. */
static int add_base(struct joiner *j, const struct ld_btf *btf, const struct ld_core_bytes *file)
{
	struct ld_core_bytes base = {
	    .name = file->name, .data = file->base, .size = file->base_size};
	uint32_t *copy, *ids, id = 1, size;
	int err = read_parts(j, &base, &j->below, &copy);

	if (err)
		return err;
	if (!j->indexed)
		index_base(j, btf);
	j->ids = ids = LD_NEW_ARRAY(j->arena, uint32_t, ++j->below.nr_types);
	for (uint32_t off = 0; off < j->below.types_len; off += size) {
		const struct btf_type *t = (const struct btf_type *)(copy + off / 4);
		const char *name = (const char *)j->below.strs + t->name_off;

		size = ld_btf_type_size(ld_btf_kind(t), ld_btf_vlen(t));
		ids[id] = t->name_off < j->below.strs_len ? find_type(j, btf, t, name) : 0;
		if (!ids[id++])
			return bad(j, file->name,
				   ld_printf(j->arena, "this vmlinux has no type '%s' as it needs",
					     t->name_off < j->below.strs_len ? name : ""));
	}
	ld_blob_put(j->arena, &j->strs, j->below.strs, j->below.strs_len);
	return 0;
}

/* Appends a module's types and strings. */
static int add_module(struct joiner *j, const struct ld_btf *btf, const struct ld_core_bytes *file)
{
	struct parts *p = &j->module;
	uint32_t *copy, size;
	int err;

	j->below = j->base;
	j->ids = NULL;
	err = file->base ? add_base(j, btf, file) : 0;
	if (!err)
		err = read_parts(j, file, p, &copy);
	if (err)
		return err;
	j->broken = false;
	for (uint32_t off = 0; off < p->types_len; off += size) {
		struct btf_type *t = (struct btf_type *)(copy + off / 4);

		size = ld_btf_type_size(ld_btf_kind(t), ld_btf_vlen(t));
		ld_btf_each_ref(t, move_type, j);
		ld_btf_each_str(t, move_string, j);
	}
	if (j->broken)
		return bad(j, file->name,
			   "it refers to types or names that neither it nor vmlinux has");
	ld_blob_put(j->arena, &j->types, copy, p->types_len);
	ld_blob_put(j->arena, &j->strs, p->strs, p->strs_len);
	j->nr_types += p->nr_types;
	return 0;
}

/* Starts the joined types and strings with those of vmlinux, which k->btf has. */
static int begin(struct joiner *j, const struct ld_core_kernel *k, const struct ld_core_bytes *file)
{
	int err = find_parts(j, file, &j->base);
	const uint32_t *end = k->btf.offs + k->btf.nr_types;

	if (err)
		return err;
	j->base.nr_types = j->nr_types = k->btf.nr_types;
	ld_blob_put(j->arena, &j->types, k->btf.types, *end);
	ld_blob_put(j->arena, &j->strs, k->btf.strs, k->btf.strs_len);
	return 0;
}

/* Parses the joined types. */
static int finish(struct joiner *j, struct ld_core_kernel *k)
{
	struct btf_header h = {.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(h)};
	struct ld_blob all = {0};

	if (j->types.size > UINT32_MAX / 2 || j->strs.size > UINT32_MAX / 2)
		return ld_error(j->diags, "target-btf", "%s: more BTF than can be addressed",
				j->where);
	h.type_len = h.str_off = (uint32_t)j->types.size;
	h.str_len = (uint32_t)j->strs.size;
	ld_blob_reserve(j->arena, &all, sizeof(h) + j->types.size + j->strs.size);
	ld_blob_put(j->arena, &all, &h, sizeof(h));
	ld_blob_put(j->arena, &all, j->types.data, j->types.size);
	ld_blob_put(j->arena, &all, j->strs.data, j->strs.size);
	return ld_btf_parse(j->arena, j->diags, j->where, all.data, all.size, LD_HOST_BIG, &k->btf);
}

static int add_modules(struct joiner *j, struct ld_core_kernel *k, struct ld_core_bytes *files,
		       size_t nr)
{
	k->modules = LD_NEW_ARRAY(j->arena, const char *, nr);
	k->module_types = LD_NEW_ARRAY(j->arena, uint32_t, nr);
	for (size_t i = 1; i < nr; i++) {
		uint32_t first = j->nr_types;

		files[i].broken = add_module(j, &k->btf, &files[i]) != 0;
		if (files[i].broken)
			continue;
		k->modules[k->nr_modules] = files[i].name;
		k->module_types[k->nr_modules++] = first;
	}
	k->module_types[k->nr_modules] = j->nr_types;
	return k->nr_modules ? finish(j, k) : 0;
}

/* The size of the kernel's long, which is that of its pointers. */
static uint32_t guess_ptr_size(const struct ld_btf *btf)
{
	static const char *const longs[] = {"long unsigned int", "long int", "unsigned long",
					    "long"};

	for (uint32_t id = 1; id < btf->nr_types; id++) {
		const struct btf_type *t = ld_btf_type(btf, id);

		if (ld_btf_kind(t) != BTF_KIND_INT || (t->size != 4 && t->size != 8))
			continue;
		for (size_t i = 0; i < sizeof(longs) / sizeof(longs[0]); i++)
			if (!strcmp(ld_btf_name(btf, id), longs[i]))
				return t->size;
	}
	return 8;
}

int ld_core_read_kernel(struct ld_arena *a, struct ld_diags *d, const char *where,
			struct ld_core_bytes *files, size_t nr, struct ld_core_kernel *k)
{
	struct joiner j = {.arena = a, .diags = d, .where = where};
	int err;

	*k = (struct ld_core_kernel){.arena = a};
	if (files[0].size >= 2)
		j.big = ld_get16(files[0].data, true) == BTF_MAGIC;
	err = ld_btf_parse(a, d, where, files[0].data, files[0].size, j.big, &k->btf);
	files[0].broken = err != 0;
	if (err)
		return err;
	k->first_module = k->btf.nr_types;
	k->ptr_size = guess_ptr_size(&k->btf);
	if (nr < 2)
		return 0;
	err = begin(&j, k, &files[0]);
	return err ? err : add_modules(&j, k, files, nr);
}

void ld_core_index(struct ld_core_kernel *k, const char *const *names, size_t nr)
{
	ld_strmap_reserve(k->arena, &k->names, nr);
	for (size_t i = 0; i < nr; i++) {
		void **slot =
		    ld_strmap_slot(k->arena, &k->names, names[i], ld_core_name_len(names[i]));

		if (!*slot)
			*slot = LD_NEW(k->arena, struct ld_core_ids);
	}
	for (uint32_t id = 1; id < k->btf.nr_types; id++) {
		const char *name = ld_btf_name(&k->btf, id);
		struct ld_core_ids *ids = NULL;

		if (*name)
			ids = ld_strmap_get(&k->names, name, ld_core_name_len(name));
		if (ids)
			LD_PUSH(k->arena, ids, id);
	}
}

const struct ld_core_ids *ld_core_named(const struct ld_core_kernel *k, const char *name)
{
	return ld_strmap_get(&k->names, name, ld_core_name_len(name));
}

uint32_t ld_core_own_id(const struct ld_core_kernel *k, uint32_t id, const char **module)
{
	*module = NULL;
	for (uint32_t i = 0; i < k->nr_modules; i++)
		if (id >= k->module_types[i] && id < k->module_types[i + 1]) {
			*module = k->modules[i];
			return id - k->module_types[i] + k->first_module;
		}
	return id;
}
