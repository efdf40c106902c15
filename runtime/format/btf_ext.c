/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "format/btf_ext.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "format/insn.h"

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
	const uint32_t *words; /* the whole section in host byte order */
	size_t nr_words;
	struct ld_strmap code; /* name -> struct ld_section */
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

static void index_code(struct ext_reader *r)
{
	struct ld_file *f = r->f;

	for (uint32_t i = 1; i < f->nr_secs; i++) {
		const char *name = f->secs[i].name;
		void **slot;

		if (f->secs[i].kind != LD_SEC_CODE)
			continue;
		slot = ld_strmap_slot(&f->arena, &r->code, name, strlen(name));
		if (!*slot)
			*slot = &f->secs[i];
	}
}

static struct ld_section *find_code(const struct ext_reader *r, const char *name)
{
	return ld_strmap_get(&r->code, name, strlen(name));
}

static int check_record(const struct ld_file *f, enum ld_ext_kind kind,
			const struct ld_section *sec, const uint32_t *rec)
{
	const struct ld_btf *btf = &f->btf;

	if (rec[0] % LD_INSN_SIZE || rec[0] >= sec->size)
		return bad_record(f, kind, sec->name, rec[0], "there is no such instruction");
	if (kind != LD_EXT_LINE && rec[1] >= btf->nr_types)
		return bad_record(f, kind, sec->name, rec[0], "type id is out of range");
	if (kind == LD_EXT_FUNC &&
	    (!rec[1] || ld_btf_kind(ld_btf_type(btf, rec[1])) != BTF_KIND_FUNC))
		return bad_record(f, kind, sec->name, rec[0], "type is not a FUNC");
	if (kind == LD_EXT_LINE && (rec[1] >= btf->strs_len || rec[2] >= btf->strs_len))
		return bad_record(f, kind, sec->name, rec[0], "string offset is out of range");
	if (kind == LD_EXT_CORE && rec[2] >= btf->strs_len)
		return bad_record(f, kind, sec->name, rec[0], "string offset is out of range");
	return 0;
}

/*
 * Puts nr records behind what ext has, which are as wide: they are of one table. They stay in
 * place where they are the first ones.
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

static int parse_table(struct ext_reader *r, enum ld_ext_kind kind, size_t at, size_t end)
{
	struct ld_file *f = r->f;
	uint32_t words, i;

	if (at == end)
		return 0;
	words = r->words[at++] / 4;
	if (r->words[at - 1] % 4 || words < ld_ext_words[kind] || words > 256)
		return bad_ext(f, "unexpected record size");
	while (at < end) {
		struct ld_section *sec;
		uint32_t name, nr;

		if (end - at < 2)
			return bad_ext(f, "truncated section header");
		name = r->words[at];
		nr = r->words[at + 1];
		at += 2;
		if (name >= f->btf.strs_len)
			return bad_ext(f, "section name is outside the string table");
		if (nr > (end - at) / words)
			return bad_ext(f, "more records than bytes");
		sec = find_code(r, ld_btf_str(&f->btf, name));
		for (i = 0; sec && i < nr; i++) {
			int err = check_record(f, kind, sec, r->words + at + (size_t)i * words);

			if (err)
				return err;
		}
		if (sec && nr)
			append(&f->arena, &sec->ext[kind], r->words + at, words, nr);
		at += (size_t)nr * words;
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

static void sort_records(struct ld_file *f, struct ld_ext *ext)
{
	struct keyed *keys;
	uint32_t *sorted;
	uint32_t i;

	for (i = 1; i < ext->nr; i++)
		if (ext->recs[(size_t)i * ext->words] < ext->recs[(size_t)(i - 1) * ext->words])
			break;
	if (i >= ext->nr)
		return;
	keys = LD_NEW_ARRAY(&f->arena, struct keyed, ext->nr);
	sorted = LD_NEW_ARRAY(&f->arena, uint32_t, (size_t)ext->nr * ext->words);
	for (i = 0; i < ext->nr; i++)
		keys[i] = (struct keyed){ext->recs[(size_t)i * ext->words], i};
	qsort(keys, ext->nr, sizeof(*keys), compare_keyed);
	for (i = 0; i < ext->nr; i++)
		memcpy(sorted + (size_t)i * ext->words,
		       ext->recs + (size_t)keys[i].pos * ext->words, 4ul * ext->words);
	ext->recs = sorted;
}

/* Tells the pieces where their records begin. */
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

/* The section as words in host byte order; in place where it stands so. */
static const uint32_t *host_words(struct ld_file *f, const struct ld_section *sec)
{
	size_t nr = sec->size / 4, i;
	uint32_t *copy;

	if (f->big == LD_HOST_BIG && (uintptr_t)sec->data % 4 == 0)
		return (const uint32_t *)(const void *)sec->data;
	copy = LD_NEW_ARRAY(&f->arena, uint32_t, nr);
	for (i = 0; i < nr; i++)
		copy[i] = ld_get32(sec->data + i * 4, f->big);
	return copy;
}

int ld_btf_ext_parse(struct ld_file *f, const struct ld_section *ext)
{
	struct ext_reader r = {.f = f, .nr_words = ext->size / 4};
	uint32_t hdr_len, kind, i;
	int err;

	if (ext->size < MIN_HDR_WORDS * 4)
		return bad_ext(f, "too short for a header");
	if (ld_get16(ext->data, f->big) != EXT_MAGIC || ext->data[2] != 1)
		return bad_ext(f, "unknown magic number or version");
	index_code(&r);
	r.words = host_words(f, ext);
	hdr_len = r.words[1];
	if (hdr_len < MIN_HDR_WORDS * 4 || hdr_len > ext->size)
		return bad_ext(f, "header length is out of range");
	for (kind = 0; kind < LD_EXT_NR; kind++) {
		size_t field = 2 + 2 * (size_t)kind;
		uint32_t off, len;

		if (hdr_len < (field + 2) * 4)
			break;
		off = r.words[field];
		len = r.words[field + 1];
		if (!ld_in_range(off, len, ext->size - hdr_len) || (hdr_len + off) % 4 || len % 4)
			return bad_ext(f, "table lies outside the section");
		err = parse_table(&r, kind, (hdr_len + off) / 4, (hdr_len + off + len) / 4);
		if (err)
			return err;
	}
	for (i = 1; i < f->nr_secs; i++)
		for (kind = 0; kind < LD_EXT_NR; kind++) {
			sort_records(f, &f->secs[i].ext[kind]);
			assign_records(&f->secs[i], kind);
		}
	return 0;
}
