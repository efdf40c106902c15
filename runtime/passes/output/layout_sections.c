/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Places the live pieces of sections with the same name one after another, in the order of the
 * inputs, at the strictest alignment. Equal mergeable pieces are stored once. A map follows those
 * that its initializer names.
 */
#include <string.h>

#include "base/bytes.h"
#include "elf/btf_ext.h"
#include "elf/elf_read.h"
#include "elf/place.h"
#include "kernel/limits.h"
#include "passes/passes.h"

#define MAX_OUT ((uint64_t)1 << 60) /* bytes, so that sums do not overflow */
#define MAX_ZEROS ((uint64_t)64 << 20)

struct layouter {
	const struct ld_link *l;
	struct ld_strmap by_name; /* name -> struct ld_out */
	struct ld_layout out;
};

static void mix_kinds(const struct ld_link *l, struct ld_out *out, const struct ld_section *sec)
{
	const struct ld_section *first = out->first;

	if (out->kind == sec->kind)
		return;
	if (out->kind == LD_SEC_CODE || sec->kind == LD_SEC_CODE || out->kind == LD_SEC_DEBUG ||
	    sec->kind == LD_SEC_DEBUG) {
		ld_error(l->diags, "section-conflict",
			 "section '%s' is code in one file and data in another\n>>> %s in %s\n>>> "
			 "%s in %s" LD_HELP "rename it in the SEC() of one file",
			 out->name, first->kind == LD_SEC_CODE ? "code" : "data",
			 ld_file_place(l, first->file), sec->kind == LD_SEC_CODE ? "code" : "data",
			 ld_file_place(l, sec->file));
		return;
	}
	out->kind = LD_SEC_DATA;
	out->type = SHT_PROGBITS;
}

static struct ld_out *out_for(struct layouter *o, const struct ld_section *sec, const char *name)
{
	const struct ld_link *l = o->l;
	void **slot = ld_strmap_slot(l->arena, &o->by_name, name, strlen(name));
	struct ld_out *out = *slot;

	if (!out) {
		out = *slot = LD_NEW(l->arena, struct ld_out);
		out->name = name;
		out->kind = sec->kind;
		out->role = ld_role_of(name);
		out->first = sec;
		out->type = sec->type;
		out->flags = sec->flags & ~(uint64_t)SHF_GROUP;
		out->entsize = sec->entsize;
		out->align = sec->align;
		out->merge = sec->merge;
		LD_PUSH(l->arena, &o->out.outs, out);
		return out;
	}
	mix_kinds(l, out, sec);
	/* Together with other contents they are no longer arrays of pointers to initializers. */
	if (out->type != sec->type && out->type != SHT_NOBITS && sec->type != SHT_NOBITS)
		out->type = SHT_PROGBITS;
	if (sec->merge != out->merge || !sec->table != !out->first->table ||
	    sec->entsize != out->entsize || (sec->flags ^ out->flags) & SHF_STRINGS) {
		out->merge = false;
		out->flags &= ~(uint64_t)(SHF_MERGE | SHF_STRINGS);
		out->entsize = 0;
	}
	/* If one part has SHF_GNU_RETAIN, a later link must keep all of it. */
	out->flags |= sec->flags & (SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR | SHF_GNU_RETAIN);
	if (sec->align > out->align)
		out->align = sec->align;
	return out;
}

static void place(const struct ld_link *l, struct ld_out *out, struct ld_piece *p, uint64_t align)
{
	p->out = out;
	p->out_off = ld_align_up(out->size, align);
	out->size = p->out_off + p->size;
	LD_PUSH(l->arena, &out->pieces, p);
}

/* Places a piece of a mergeable section, or sets its leader to an equal one. */
static void merge_piece(const struct ld_link *l, struct ld_out *out, struct ld_piece *p)
{
	const char *bytes = (const char *)p->sec->data + p->off;
	void **slot = ld_strmap_slot(l->arena, &out->merged, bytes, p->size);
	struct ld_piece *same = *slot;

	if (same && same->out_off % p->align == 0) {
		p->leader = same;
		return;
	}
	*slot = p;
	place(l, out, p, p->align);
}

/* Places the strings of sec that the output section does not have yet. */
static void merge_strings(const struct ld_link *l, struct ld_out *out, struct ld_section *sec)
{
	struct ld_string_table *t = sec->table;
	struct ld_piece *p = &sec->pieces[0];

	t->outs = ld_alloc(l->arena, t->nr * sizeof(*t->outs));
	p->out = out;
	p->out_off = out->size;
	for (uint32_t i = 0; i < t->nr; i++) {
		uint64_t end = i + 1 < t->nr ? t->offs[i + 1] : sec->size, size = end - t->offs[i];
		const char *bytes = (const char *)sec->data + t->offs[i];
		void **slot = ld_strmap_slot(l->arena, &out->merged, bytes, size);

		if (!*slot) {
			*slot = (void *)(uintptr_t)(out->size + 1);
			out->size += size;
			t->nr_stored++;
		}
		t->outs[i] = (uint32_t)((uintptr_t)*slot - 1);
	}
	p->size = t->stored = out->size - p->out_off;
	if (p->size)
		LD_PUSH(l->arena, &out->pieces, p);
}

/* The output section that p and the pieces after it go to. */
static struct ld_out *begin_run(struct layouter *o, struct ld_section *sec,
				const struct ld_piece *p)
{
	struct ld_out *out = out_for(o, sec, ld_out_name(p));

	sec->out = out;
	if (!out->merge)
		out->size = ld_align_up(out->size, sec->align);
	return out;
}

static int layout_section(struct layouter *o, struct ld_section *sec)
{
	const struct ld_link *l = o->l;
	struct ld_out *out = NULL;
	const char *name = NULL; /* where the last piece went */

	for (uint32_t i = 0; i < sec->nr_pieces; i++) {
		struct ld_piece *p = &sec->pieces[i];

		if (!p->live || (!sec->size && !sec->nr_syms))
			continue;
		if (!out || strcmp(ld_out_name(p), name) != 0)
			out = begin_run(o, sec, p);
		name = ld_out_name(p);
		if (out->merge && sec->table && out->size + sec->size <= UINT32_MAX)
			merge_strings(l, out, sec);
		else if (out->merge && !sec->table)
			merge_piece(l, out, p);
		else
			place(l, out, p, p->align);
		if (out->size > MAX_OUT)
			return ld_error(l->diags, "output-size",
					"section '%s' is too large\n>>> %llu bytes of it are in %s",
					out->name, (unsigned long long)sec->size,
					ld_file_name(sec->file));
	}
	return 0;
}

/* ---- order of maps ---- */

/* The map that r, in the initializer of p, names; NULL if it names something else. */
static struct ld_piece *named_map(const struct ld_piece *p, const struct ld_reloc *r)
{
	struct ld_piece *named = ld_live_target(p->sec->file, r).piece;

	return named && named->sec->role == LD_ROLE_MAPS ? named : NULL;
}

static bool names_later_map(const struct ld_out *out)
{
	ld_for_each(i, &out->pieces) {
		const struct ld_piece *p = out->pieces.v[i];

		for (uint32_t k = p->rel; k < p->rel_end; k++) {
			const struct ld_piece *named = named_map(p, &p->sec->relocs[k]);

			if (named && named->out_off > p->out_off)
				return true;
		}
	}
	return false;
}

static void place_once(const struct ld_link *l, struct ld_out *out, struct ld_piece *p)
{
	if (p && !p->out)
		place(l, out, p, p->align);
}

/*
 * libbpf creates maps in the order of .maps. After each one it fills in the maps that the
 * initializer names, which must exist by then: these come first. One level is enough, because no
 * kernel allows an inner map to contain maps.
 */
static void order_maps(const struct ld_link *l, struct ld_out *out)
{
	struct ld_out old = *out;

	if (!names_later_map(out))
		return;
	out->size = 0;
	memset(&out->pieces, 0, sizeof(out->pieces));
	ld_for_each(i, &old.pieces)
		old.pieces.v[i]->out = NULL;
	ld_for_each(i, &old.pieces) {
		struct ld_piece *p = old.pieces.v[i];

		for (uint32_t k = p->rel; k < p->rel_end; k++)
			place_once(l, out, named_map(p, &p->sec->relocs[k]));
		place_once(l, out, p);
	}
}

/* Puts debug sections after those that are loaded. */
static void order_outs(struct layouter *o)
{
	const struct ld_link *l = o->l;
	LD_VEC(struct ld_out *) ordered = {0};

	for (int debug = 0; debug < 2; debug++)
		ld_for_each(i, &o->out.outs)
			if ((o->out.outs.v[i]->kind == LD_SEC_DEBUG) == debug)
				LD_PUSH(l->arena, &ordered, o->out.outs.v[i]);
	if (ordered.nr)
		memcpy(o->out.outs.v, ordered.v, ordered.nr * sizeof(*ordered.v));
}

/* Whether code in p takes the address of a function: a callback. */
static bool has_callback(const struct ld_piece *p)
{
	const struct ld_section *sec = p->sec;

	for (uint32_t i = p->rel; sec->kind == LD_SEC_CODE && i < p->rel_end; i++) {
		struct ld_target t = ld_reloc_target(sec->file, &sec->relocs[i]);

		if (sec->relocs[i].type == LD_R_BPF_64_64 && t.piece &&
		    t.piece->sec->kind == LD_SEC_CODE)
			return true;
	}
	return false;
}

/*
 * Decides which tables of .BTF.ext the output has. The kernel supports callbacks only in programs
 * with func_info, which gcc 12 does not write.
 */
static void note_ext(struct layouter *o)
{
	const struct ld_link *l = o->l;

	ld_for_each(i, &o->out.outs) {
		const struct ld_out *out = o->out.outs.v[i];

		ld_for_each(k, &out->pieces)
			for (int kind = 0; kind < LD_EXT_NR; kind++) {
				const struct ld_piece *p = out->pieces.v[k];

				o->out.ext[kind].wanted |= p->ext[kind] < ld_ext_end(p, kind);
			}
	}
	ld_for_each(i, &l->res.files)
		o->out.ext[LD_EXT_FUNC].wanted |=
		    l->res.files.v[i]->synthetic && l->res.btf_files.nr;
	/* All functions of an anchor are synthetic; libbpf warns about those without lines. */
	o->out.ext[LD_EXT_LINE].wanted |= l->opt->anchor && l->res.btf_files.nr;
	ld_for_each(i, &o->out.outs)
		ld_for_each(k, &o->out.outs.v[i]->pieces)
			if (l->res.btf_files.nr && !o->out.ext[LD_EXT_FUNC].wanted)
				o->out.ext[LD_EXT_FUNC].wanted =
				    has_callback(o->out.outs.v[i]->pieces.v[k]);
}

/*
 * Limits zeros that no input has: padding, and NOBITS sections joined to others. Otherwise a small
 * file could ask for any amount of memory.
 */
static void check_zeros(const struct layouter *o)
{
	const struct ld_link *l = o->l;
	uint64_t left = MAX_ZEROS;

	ld_for_each(i, &l->res.files)
		left += l->res.files.v[i]->size + l->res.files.v[i]->unpacked;
	ld_for_each(i, &o->out.outs) {
		const struct ld_out *out = o->out.outs.v[i];
		uint64_t size = out->kind == LD_SEC_BSS ? 0 : out->size;

		if (size + out->align > left) {
			ld_error(l->diags, "output-size",
				 "the output would have more than %llu bytes of zero padding\n"
				 ">>> section '%s' has %llu bytes at an alignment of %llu",
				 (unsigned long long)MAX_ZEROS, out->name,
				 (unsigned long long)out->size, (unsigned long long)out->align);
			return;
		}
		left -= size + out->align;
	}
}

/* Kernels reject larger maps. */
static void warn_large_maps(const struct layouter *o)
{
	const struct ld_link *l = o->l;

	ld_for_each(i, &o->out.outs) {
		const struct ld_out *out = o->out.outs.v[i];

		if (out->size > LD_KERNEL_MAP_VALUE && ld_role_has(out->role, LD_TRAIT_BECOMES_MAP))
			ld_warn(
			    l->diags, "kernel-limit",
			    "section '%s' has %llu bytes; the kernel's limit for a map is "
			    "%d" LD_HELP
			    "split the variables into several sections, such as SEC(\".bss.more\")",
			    out->name, (unsigned long long)out->size, LD_KERNEL_MAP_VALUE);
	}
}

static void note_records(struct layouter *o, const struct ld_section *sec)
{
	for (int kind = 0; kind < LD_EXT_NR; kind++) {
		o->out.ext[kind].nr += sec->ext[kind].nr;
		if (sec->ext[kind].nr && sec->ext[kind].words > o->out.ext[kind].words)
			o->out.ext[kind].words = sec->ext[kind].words;
	}
}

static int layout_file(struct layouter *o, struct ld_file *f)
{
	int err;

	for (uint32_t k = 0; k < f->nr_used; k++) {
		note_records(o, f->used[k]);
		if ((err = layout_section(o, f->used[k])))
			return err;
	}
	return 0;
}

/* After all sections, as in a link of -r outputs, which keep COMMON symbols. */
static int layout_commons(struct layouter *o)
{
	const struct ld_link *l = o->l;
	int err;

	ld_for_each(i, &l->res.files)
		ld_for_each(k, &l->res.files.v[i]->commons)
			if ((err = layout_section(o, l->res.files.v[i]->commons.v[k])))
				return err;
	return 0;
}

/* An array of pointers to initializers that lost or shares elements is plain data. */
static void settle_type(struct ld_out *out)
{
	if ((out->type == SHT_INIT_ARRAY || out->type == SHT_FINI_ARRAY) && out->size % 8)
		out->type = SHT_PROGBITS;
}

struct ld_layout ld_layout_sections(const struct ld_link *l)
{
	struct layouter o = {.l = l};

	for (int kind = 0; kind < LD_EXT_NR; kind++)
		o.out.ext[kind].words = ld_ext_words[kind];
	ld_for_each(i, &l->res.files)
		if (layout_file(&o, l->res.files.v[i]))
			return o.out;
	if (layout_commons(&o))
		return o.out;
	ld_for_each(i, &o.out.outs) {
		struct ld_out *out = o.out.outs.v[i];

		settle_type(out);
		if (out->role == LD_ROLE_MAPS)
			order_maps(l, out);
	}
	check_zeros(&o);
	if (!l->opt->partial)
		warn_large_maps(&o);
	order_outs(&o);
	note_ext(&o);
	return o.out;
}
