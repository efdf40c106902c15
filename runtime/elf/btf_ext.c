/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "elf/btf_ext.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "elf/insn.h"

#define EXT_MAGIC 0xeb9f
#define MIN_HDR_WORDS 6 /* up to line_info; 8 with core_relo */

const uint32_t ld_ext_words[LD_EXT_NR] = {
    [LD_EXT_FUNC] = 2, /* insn_off, type_id */
    [LD_EXT_LINE] = 4, /* insn_off, file_name_off, line_off, line_col */
    [LD_EXT_CORE] = 4, /* insn_off, type_id, access_str_off, kind */
};

static const char *const ext_names[LD_EXT_NR] = {"func_info", "line_info", "core_relo"};

struct ext_reader {
	struct ld_file *f;
	const struct ld_section *ext;
	struct ld_strmap code; /* name -> struct ld_section */
	/*
	 * By 4-byte word of .BTF.ext: the section that a relocation there refers to, or NULL.
	 * Unused if the names of code sections are unique.
	 */
	struct ld_section **places;
};

static int bad_ext(const struct ld_file *f, const char *what)
{
	return ld_error((struct ld_diags *)&f->diags, "invalid-btf-ext", "%s: .BTF.ext: %s",
			ld_file_name(f), what);
}

static int bad_record(const struct ld_file *f, enum ld_ext_kind kind, const char *sec,
		      uint32_t insn_off, const char *what)
{
	return ld_error((struct ld_diags *)&f->diags, "invalid-btf-ext",
			"%s: .BTF.ext: %s record of %s+0x%x: %s", ld_file_name(f), ext_names[kind],
			sec, insn_off, what);
}

/* With -fno-unique-section-names, a relocation at each record identifies its section. */
static void read_places(struct ext_reader *r)
{
	struct ld_file *f = r->f;

	r->places = LD_NEW_ARRAY(&f->arena, struct ld_section *, r->ext->size / 4);
	for (uint32_t i = 1; i < f->nr_secs; i++) {
		const struct ld_section *rel = &f->secs[i];
		size_t size = rel->type == SHT_RELA ? sizeof(Elf64_Rela) : sizeof(Elf64_Rel);

		if ((rel->type != SHT_REL && rel->type != SHT_RELA) || rel->info != r->ext->index)
			continue;
		for (uint64_t k = 0; k < rel->size / size; k++) {
			uint64_t off = ld_get64(rel->data + k * size, f->big);
			uint64_t sym = ld_get64(rel->data + k * size + 8, f->big) >> 32;

			if (off / 4 < r->ext->size / 4 && sym < f->nr_syms && f->syms[sym].sec &&
			    f->syms[sym].sec->kind == LD_SEC_CODE)
				r->places[off / 4] = f->syms[sym].sec;
		}
	}
}

static void index_code(struct ext_reader *r)
{
	struct ld_file *f = r->f;

	for (uint32_t i = 0; i < f->nr_used; i++) {
		struct ld_section *sec = f->used[i];
		void **slot;

		if (sec->kind != LD_SEC_CODE)
			continue;
		slot = ld_strmap_slot(&f->arena, &r->code, sec->name, strlen(sec->name));
		if (*slot && !r->places)
			read_places(r);
		if (!*slot)
			*slot = sec;
	}
}

/*
 * The section of the record whose first word is the n-th of .BTF.ext, in a block for sections of
 * that name.
 */
static struct ld_section *find_code(const struct ext_reader *r, const char *name, size_t n)
{
	struct ld_section *first = ld_strmap_get(&r->code, name, strlen(name));

	return first && r->places && r->places[n] ? r->places[n] : first;
}

/* Why a record's type cannot be that of a function. */
static const char *not_a_func(const struct ld_file *f, uint32_t in_type)
{
	const struct btf_type *t = in_type ? ld_btf_type(&f->btf, in_type) : NULL;

	if (!t || ld_btf_kind(t) != BTF_KIND_UNKN)
		return "type is not a FUNC";
	return ld_printf(f->diags.arena, "type is not a FUNC: unknown kind %u", ld_btf_vlen(t));
}

/* Whether the type was a FUNC without a prototype. */
static bool is_untyped(const struct ld_file *f, uint32_t in_type)
{
	const struct btf_type *t = in_type ? ld_btf_type(&f->btf, in_type) : NULL;

	return t && f->btf.nr_untyped && ld_btf_kind(t) == BTF_KIND_UNKN && !ld_btf_vlen(t);
}

/* Checks a record. */
static int read_record(const struct ext_reader *r, enum ld_ext_kind kind,
		       const struct ld_section *sec, const uint32_t *rec)
{
	const struct ld_file *f = r->f;

	if (rec[0] % LD_INSN_SIZE || rec[0] >= sec->size)
		return bad_record(f, kind, sec->name, rec[0],
				  r->places ? "no such instruction; several sections have this name"
					    : "no such instruction");
	if (kind != LD_EXT_LINE && rec[1] >= f->btf.nr_types)
		return bad_record(f, kind, sec->name, rec[0], "type id is out of range");
	if ((kind == LD_EXT_LINE && (rec[1] >= f->btf.strs_len || rec[2] >= f->btf.strs_len)) ||
	    (kind == LD_EXT_CORE && rec[2] >= f->btf.strs_len))
		return bad_record(f, kind, sec->name, rec[0], "string offset is out of range");
	if (kind == LD_EXT_FUNC && !is_untyped(f, rec[1]) &&
	    (!rec[1] || ld_btf_kind(ld_btf_type(&f->btf, rec[1])) != BTF_KIND_FUNC))
		return bad_record(f, kind, sec->name, rec[0], not_a_func(f, rec[1]));
	return 0;
}

/*
 * Appends nr records of the same width to ext. The first ones stay in place: they are from one
 * table.
 */
static void append(struct ld_arena *a, struct ld_ext *ext, const uint32_t *recs, uint32_t words,
		   uint32_t nr)
{
	size_t need = (size_t)ext->nr + nr;

	if (!ext->nr) {
		*ext = (struct ld_ext){.recs = recs, .words = words, .nr = nr};
		return;
	}
	if (need > ext->cap) {
		uint32_t *bigger = LD_NEW_ARRAY(a, uint32_t, 2 * need * words);

		memcpy(bigger, ext->recs, 4ul * words * ext->nr);
		ext->recs = bigger;
		ext->cap = 2 * need;
	}
	memcpy((uint32_t *)(uintptr_t)ext->recs + (size_t)ext->nr * words, recs, 4ul * words * nr);
	ext->nr += nr;
}

/*
 * A table of len bytes as words in host byte order. It is copied, because the tables of a hostile
 * input may overlap.
 */
static uint32_t *host_words(struct ld_file *f, const uint8_t *table, uint32_t len)
{
	uint32_t *words = ld_memdup(&f->arena, table, len), i;

	for (i = 0; f->big != LD_HOST_BIG && i < len / 4; i++)
		words[i] = ld_get32(&words[i], f->big);
	return words;
}

/*
 * Reads the records from w on, at most nr, that are for one of the sections of that name. start:
 * the first word of .BTF.ext. Returns how many, or 0 after an error.
 */
static uint32_t read_run(struct ext_reader *r, enum ld_ext_kind kind, const char *name,
			 const uint32_t *start, const uint32_t *w, uint32_t words, uint32_t nr)
{
	struct ld_section *sec = find_code(r, name, (size_t)(w - start));
	uint32_t i;

	for (i = 0; i < nr; i++) {
		const uint32_t *rec = w + (size_t)i * words;

		if (i && r->places && find_code(r, name, (size_t)(rec - start)) != sec)
			break;
		if (sec && read_record(r, kind, sec, rec))
			return 0;
	}
	if (sec)
		append(&r->f->arena, &sec->ext[kind], w, words, i);
	return i;
}

static int parse_table(struct ext_reader *r, enum ld_ext_kind kind, const uint8_t *table,
		       uint32_t len)
{
	struct ld_file *f = r->f;
	uint32_t *w = host_words(f, table, len), *end = w + len / 4, words, i;
	const uint32_t *start = w - (table - r->ext->data) / 4;

	if (w == end)
		return 0;
	words = *w / 4;
	if (*w++ % 4 || words < ld_ext_words[kind] || words > 256)
		return bad_ext(f, "unexpected record size");
	while (w < end) {
		uint32_t name, nr, run;

		if (end - w < 2)
			return bad_ext(f, "truncated section header");
		name = w[0];
		nr = w[1];
		w += 2;
		if (name >= f->btf.strs_len)
			return bad_ext(f, "section name is outside the string table");
		if (nr > (size_t)(end - w) / words)
			return bad_ext(f, "more records than bytes");
		for (i = 0; i < nr; i += run) {
			run = read_run(r, kind, ld_btf_str(&f->btf, name), start, w, words, nr - i);
			if (!run)
				return ld_failed();
			w += (size_t)run * words;
		}
	}
	return 0;
}

struct keyed {
	uint32_t off, pos;
};

static int compare_keyed(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	return x->pos < y->pos ? -1 : 1;
}

/* Whether each record is for a later instruction than the one before, as compilers write them. */
static bool is_increasing(const struct ld_ext *ext)
{
	for (uint32_t i = 1; i < ext->nr; i++)
		if (ext->recs[(size_t)i * ext->words] <= ext->recs[(size_t)(i - 1) * ext->words])
			return false;
	return true;
}

static void sort_records(struct ld_file *f, struct ld_ext *ext)
{
	struct keyed *keys = LD_NEW_ARRAY(&f->arena, struct keyed, ext->nr);
	uint32_t *sorted = LD_NEW_ARRAY(&f->arena, uint32_t, (size_t)ext->nr * ext->words);
	uint32_t i;

	for (i = 0; i < ext->nr; i++)
		keys[i] = (struct keyed){ext->recs[(size_t)i * ext->words], i};
	qsort(keys, ext->nr, sizeof(*keys), compare_keyed);
	for (i = 0; i < ext->nr; i++)
		memcpy(sorted + (size_t)i * ext->words,
		       ext->recs + (size_t)keys[i].pos * ext->words, 4ul * ext->words);
	ext->recs = sorted;
}

/* Keeps the first of several records for one instruction: kernels reject a second one. */
static void drop_repeats(struct ld_ext *ext)
{
	uint32_t *recs = (uint32_t *)(uintptr_t)ext->recs, nr = 0;

	for (uint32_t i = 0; i < ext->nr; i++) {
		const uint32_t *rec = recs + (size_t)i * ext->words;

		if (nr && rec[0] == recs[(size_t)(nr - 1) * ext->words])
			continue;
		if (nr != i)
			memcpy(recs + (size_t)nr * ext->words, rec, 4ul * ext->words);
		nr++;
	}
	ext->nr = nr;
}

/* Drops the records of functions that have no type: these get synthetic ones. */
static void drop_untyped(const struct ld_file *f, struct ld_ext *ext)
{
	uint32_t *recs = (uint32_t *)(uintptr_t)ext->recs, nr = 0;

	for (uint32_t i = 0; f->btf.nr_untyped && i < ext->nr; i++) {
		const uint32_t *rec = recs + (size_t)i * ext->words;

		if (!is_untyped(f, rec[1]))
			memmove(recs + (size_t)nr++ * ext->words, rec, 4ul * ext->words);
	}
	if (f->btf.nr_untyped)
		ext->nr = nr;
}

static void order_records(struct ld_file *f, struct ld_ext *ext, enum ld_ext_kind kind)
{
	if (is_increasing(ext))
		return;
	sort_records(f, ext);
	if (kind != LD_EXT_CORE)
		drop_repeats(ext);
}

/* Sets the first record of each piece. */
static void assign_records(struct ld_section *sec, enum ld_ext_kind kind)
{
	const struct ld_ext *ext = &sec->ext[kind];
	uint32_t i, k = 0;

	for (i = 0; ext->nr && i < sec->nr_pieces; i++) {
		while (k < ext->nr && ext->recs[(size_t)k * ext->words] < sec->pieces[i].off)
			k++;
		sec->pieces[i].ext[kind] = k;
	}
}

/* Finds the table of a kind, and its length in bytes. Returns whether it is within the section. */
static bool find_table(const struct ld_file *f, const struct ld_section *ext, uint32_t kind,
		       const uint8_t **table, uint32_t *len)
{
	uint32_t hdr_len = ld_get32(ext->data + 4, f->big);
	const uint8_t *field = ext->data + 8 + 8 * (size_t)kind;
	uint32_t off;

	*len = 0;
	if (hdr_len < 8 * (kind + 2))
		return true;
	off = ld_get32(field, f->big);
	*len = ld_get32(field + 4, f->big);
	if (!ld_in_range(off, *len, ext->size - hdr_len) || (hdr_len + off) % 4 || *len % 4)
		return false;
	*table = ext->data + hdr_len + off;
	return true;
}

/*
 * With -flto, gcc 16 writes .BTF before it knows the strings that .BTF.ext refers to, and omits
 * them: records have no section name. It does not support CO-RE relocations, which must not get
 * lost, in this mode.
 */
static bool lacks_strings(const struct ld_file *f, const struct ld_section *ext)
{
	const uint8_t *table;
	uint32_t len;

	return f->gcc_lto && find_table(f, ext, LD_EXT_CORE, &table, &len) && len <= 4 &&
	       find_table(f, ext, LD_EXT_FUNC, &table, &len) && len >= 8 &&
	       ld_get32(table + 4, f->big) >= f->btf.strs_len;
}

int ld_btf_ext_parse(struct ld_file *f, const struct ld_section *ext)
{
	struct ext_reader r = {.f = f, .ext = ext};
	uint32_t hdr_len, kind, len, i;
	const uint8_t *table;
	int err;

	if (ext->size < MIN_HDR_WORDS * 4)
		return bad_ext(f, "too short for a header");
	if (ld_get16(ext->data, f->big) != EXT_MAGIC || ext->data[2] != 1)
		return bad_ext(f, "unknown magic number or version");
	index_code(&r);
	hdr_len = ld_get32(ext->data + 4, f->big);
	if (hdr_len < MIN_HDR_WORDS * 4 || hdr_len > ext->size)
		return bad_ext(f, "header length is out of range");
	if (lacks_strings(f, ext)) {
		ld_warn(&f->diags, "gcc-lto",
			"%s: .BTF.ext: gcc's -flto omitted its strings: line and function "
			"records are ignored" LD_HELP "compile without -flto to keep them",
			ld_file_name(f));
		return 0;
	}
	for (kind = 0; kind < LD_EXT_NR; kind++) {
		if (!find_table(f, ext, kind, &table, &len))
			return bad_ext(f, "table lies outside the section");
		if (len && (err = parse_table(&r, kind, table, len)))
			return err;
	}
	for (i = 0; i < f->nr_used; i++) {
		drop_untyped(f, &f->used[i]->ext[LD_EXT_FUNC]);
		for (kind = 0; kind < LD_EXT_NR; kind++) {
			order_records(f, &f->used[i]->ext[kind], kind);
			assign_records(f->used[i], kind);
		}
	}
	return 0;
}
