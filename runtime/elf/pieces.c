/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Splits sections into pieces, and turns relocations into edges between pieces.
 *
 * Code is split at function symbols, data at object symbols, mergeable sections at each string or
 * constant. The range between two symbols may be nameless data (switch tables, literals); it is a
 * piece, too. If symbols overlap, a jump leaves its function, or a relocation crosses a border, the
 * section stays one piece.
 *
 * A call to a static function of the same section has no relocation: the compiler has put the
 * distance into the instruction. Such a call gets a hidden relocation here, so that later passes
 * see every edge and can move either end.
 */
#include "elf/pieces.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "elf/addends.h"
#include "elf/compressed.h"
#include "elf/elf_read.h"
#include "elf/insn.h"

#define MAX_ADDEND ((int64_t)1 << 60) /* so that sums with offsets do not overflow */

/* ---- symbols by section ---- */

static bool has_pieces(const struct ld_section *sec)
{
	return sec->kind == LD_SEC_CODE || sec->kind == LD_SEC_DATA || sec->kind == LD_SEC_BSS ||
	       sec->kind == LD_SEC_DEBUG;
}

static bool belongs(const struct ld_sym *sym)
{
	return sym->sec && sym->type != STT_SECTION && sym->type != STT_FILE;
}

static void sort_syms(struct ld_section *sec)
{
	const struct ld_sym *syms = sec->file->syms;
	uint32_t i;

	/*
	 * Usually sorted already: use insertion for short or nearly sorted runs, otherwise a merge
	 * sort.
	 */
	for (i = 1; i < sec->nr_syms; i++)
		if (syms[sec->syms[i]].value < syms[sec->syms[i - 1]].value)
			break;
	if (i >= sec->nr_syms)
		return;
	for (uint32_t width = 1; width < sec->nr_syms; width *= 2) {
		uint32_t *tmp = LD_NEW_ARRAY(&sec->file->arena, uint32_t, sec->nr_syms);

		for (uint32_t lo = 0; lo < sec->nr_syms; lo += 2 * width) {
			uint32_t mid = lo + width < sec->nr_syms ? lo + width : sec->nr_syms;
			uint32_t hi = mid + width < sec->nr_syms ? mid + width : sec->nr_syms;
			uint32_t a = lo, b = mid, k = lo;

			while (a < mid || b < hi)
				tmp[k++] = b >= hi || (a < mid && syms[sec->syms[a]].value <=
								      syms[sec->syms[b]].value)
					       ? sec->syms[a++]
					       : sec->syms[b++];
		}
		sec->syms = tmp;
	}
}

static void collect_syms(struct ld_file *f)
{
	uint32_t i;

	for (i = 1; i < f->nr_syms; i++)
		if (belongs(&f->syms[i]))
			f->syms[i].sec->nr_syms++;
	for (i = 1; i < f->nr_secs; i++) {
		struct ld_section *sec = &f->secs[i];

		sec->syms = LD_NEW_ARRAY(&f->arena, uint32_t, sec->nr_syms);
		sec->nr_syms = 0;
	}
	for (i = 1; i < f->nr_syms; i++) {
		struct ld_section *sec = f->syms[i].sec;

		if (belongs(&f->syms[i]))
			sec->syms[sec->nr_syms++] = i;
	}
	for (i = 1; i < f->nr_secs; i++)
		sort_syms(&f->secs[i]);
}

/* ---- splitting ---- */

static void add_piece(struct ld_section *sec, uint64_t off, uint64_t end)
{
	struct ld_piece *p = &sec->pieces[sec->nr_pieces++];
	uint64_t natural = off & -off;

	p->sec = sec;
	p->off = off;
	p->size = end - off;
	p->align = !off || natural > sec->align ? sec->align : natural;
	p->live = sec->kind == LD_SEC_DEBUG; /* see mark_live.c */
}

static void one_piece(struct ld_section *sec)
{
	sec->pieces = LD_NEW(&sec->file->arena, struct ld_piece);
	sec->nr_pieces = 0;
	add_piece(sec, 0, sec->size);
}

static bool is_zero(const struct ld_section *sec, uint64_t off, uint64_t end)
{
	if (sec->data)
		for (; off < end; off++)
			if (sec->data[off])
				return false;
	return true;
}

static bool splits_at(const struct ld_section *sec, const struct ld_sym *sym)
{
	if (sec->kind == LD_SEC_CODE)
		return sym->type == STT_FUNC && sym->size;
	return sym->type == STT_OBJECT && sym->size;
}

/*
 * The pieces that a split at the symbols gives; 0 unless the symbols allow one: none overlaps
 * another, and no global symbol lacks a size.
 */
static uint32_t count_pieces(const struct ld_section *sec)
{
	const struct ld_sym *syms = sec->file->syms;
	uint64_t start = 0, end = 0;
	uint32_t nr = 0, i;

	for (i = 0; i < sec->nr_syms; i++) {
		const struct ld_sym *sym = &syms[sec->syms[i]];

		if (!splits_at(sec, sym)) {
			if (sym->bind != STB_LOCAL && (sym->value < start || sym->value >= end))
				return 0;
			continue;
		}
		if (sym->value < end && (sym->value != start || sym->value + sym->size != end))
			return 0;
		if (sec->kind == LD_SEC_CODE && (sym->value % 8 || sym->size % 8))
			return 0;
		if (sym->value >= end)
			nr += 1 + (sym->value > end);
		start = sym->value;
		end = start + sym->size;
	}
	return nr + (sec->size > end);
}

static void split_at_symbols(struct ld_section *sec)
{
	const struct ld_sym *syms = sec->file->syms;
	uint32_t nr = count_pieces(sec), i;
	uint64_t end = 0;

	if (!nr) {
		one_piece(sec);
		return;
	}
	sec->pieces = LD_NEW_ARRAY(&sec->file->arena, struct ld_piece, nr);
	for (i = 0; i <= sec->nr_syms; i++) {
		const struct ld_sym *sym = i < sec->nr_syms ? &syms[sec->syms[i]] : NULL;
		uint64_t start = sym ? sym->value : sec->size;

		if (sym && (!splits_at(sec, sym) || start < end))
			continue;
		if (start > end) {
			add_piece(sec, end, start);
			/* A short run of zeros before an aligned symbol is most likely padding. */
			if (end && sym && start - end < sec->align && is_zero(sec, end, start))
				sec->pieces[sec->nr_pieces - 1].pad = true;
		}
		if (!sym)
			break;
		end = start + sym->size;
		add_piece(sec, start, end);
	}
}

/* The end of the string that starts at off; 0 if the section ends before it. */
static uint64_t string_end(const struct ld_section *sec, uint64_t off)
{
	uint64_t ent = sec->entsize;

	if (ent == 1) {
		const uint8_t *nul = memchr(sec->data + off, 0, sec->size - off);

		return nul ? (uint64_t)(nul - sec->data) + 1 : 0;
	}
	for (; off < sec->size; off += ent)
		if (is_zero(sec, off, off + ent))
			return off + ent;
	return 0;
}

/* Whether bytes [off, end) of sec are in several pieces. *p is where the search starts. */
static bool straddles(const struct ld_section *sec, const struct ld_piece **p, uint64_t off,
		      uint64_t end)
{
	const struct ld_piece *last = sec->pieces + sec->nr_pieces - 1;

	while (*p < last && (*p)[1].off <= off)
		++*p;
	return end > (*p)->off + (*p)->size;
}

/* Whether a symbol covers several pieces, which must then stay together. */
static bool symbols_straddle(const struct ld_section *sec)
{
	const struct ld_piece *p = sec->pieces;
	uint32_t i;

	for (i = 0; i < sec->nr_syms; i++) {
		const struct ld_sym *sym = &sec->file->syms[sec->syms[i]];

		if (straddles(sec, &p, sym->value, sym->value + sym->size))
			return true;
	}
	return false;
}

/* Lists the strings of DWARF, which have no symbols. Returns false if the last one is cut off. */
static bool list_strings(struct ld_section *sec)
{
	struct ld_string_table *t = LD_NEW(&sec->file->arena, struct ld_string_table);
	uint64_t off, end;

	for (off = 0; off < sec->size; off = end, t->nr++)
		if (!(end = string_end(sec, off)))
			return false;
	t->offs = ld_alloc(&sec->file->arena, t->nr * sizeof(*t->offs));
	t->nr = 0;
	for (off = 0; off < sec->size; off = string_end(sec, off))
		t->offs[t->nr++] = (uint32_t)off;
	one_piece(sec);
	sec->table = t;
	sec->merge = true;
	return true;
}

/* Splits a mergeable section. Returns false if its contents contradict its flags. */
static bool split_mergeable(struct ld_section *sec)
{
	bool strings = sec->flags & SHF_STRINGS;
	uint64_t off, end;
	size_t nr = 0;

	if (!(sec->flags & SHF_MERGE) || sec->flags & SHF_WRITE || !sec->entsize || !sec->data ||
	    sec->size % sec->entsize || sec->nr_relocs || sec->rel || !sec->size)
		return false;
	if (strings && sec->kind == LD_SEC_DEBUG && sec->entsize == 1 && sec->align == 1 &&
	    !sec->nr_syms && sec->size <= UINT32_MAX)
		return list_strings(sec);
	for (off = 0; off < sec->size; off = end, nr++) {
		end = strings ? string_end(sec, off) : off + sec->entsize;
		if (!end)
			return false;
	}
	sec->pieces = LD_NEW_ARRAY(&sec->file->arena, struct ld_piece, nr);
	for (off = 0; off < sec->size; off = end) {
		end = strings ? string_end(sec, off) : off + sec->entsize;
		add_piece(sec, off, end);
	}
	sec->merge = !symbols_straddle(sec);
	if (!sec->merge) {
		sec->nr_pieces = 0;
		sec->flags &= ~(uint64_t)(SHF_MERGE | SHF_STRINGS);
	}
	return sec->merge;
}

/* Whether a jump leads from one piece to another. */
static bool jumps_across(const struct ld_section *sec)
{
	uint32_t i;

	for (i = 0; i < sec->nr_pieces; i++) {
		const struct ld_piece *p = &sec->pieces[i];
		int64_t nr = (int64_t)(p->size / LD_INSN_SIZE), at, distance;

		for (at = 0; at < nr; at++) {
			const uint8_t *insn = sec->data + p->off + (uint64_t)at * LD_INSN_SIZE;

			if (ld_insn_op(insn) == LD_OP_LD_IMM64) {
				at++;
				continue;
			}
			if (ld_insn_is_jump(insn, sec->file->big, &distance) &&
			    (at + 1 + distance < 0 || at + 1 + distance >= nr))
				return true;
		}
	}
	return false;
}

static bool relocs_straddle(const struct ld_section *sec)
{
	const struct ld_piece *p = sec->pieces;
	uint32_t i;

	for (i = 0; i < sec->nr_relocs; i++) {
		const struct ld_reloc *r = &sec->relocs[i];

		if (straddles(sec, &p, r->off, r->off + ld_reloc_width(r->type)))
			return true;
	}
	return false;
}

static void split_section(struct ld_section *sec)
{
	struct ld_file *f = sec->file;
	uint32_t i, k = 0;

	if (!split_mergeable(sec)) {
		if (sec->kind != LD_SEC_DEBUG)
			split_at_symbols(sec);
		if (sec->kind == LD_SEC_DEBUG || (sec->kind == LD_SEC_CODE && jumps_across(sec)) ||
		    relocs_straddle(sec))
			one_piece(sec);
	}
	for (i = 0; i < sec->nr_syms; i++) {
		struct ld_sym *sym = &f->syms[sec->syms[i]];

		while (k + 1 < sec->nr_pieces && sym->value >= sec->pieces[k + 1].off) {
			sec->pieces[k].sym_end = i;
			sec->pieces[++k].sym = i;
		}
		sym->piece = &sec->pieces[k];
	}
	for (; k < sec->nr_pieces; k++) {
		sec->pieces[k].sym_end = sec->nr_syms;
		if (k + 1 < sec->nr_pieces)
			sec->pieces[k + 1].sym = sec->nr_syms;
	}
}

/* ---- relocations ---- */

static int bad_reloc(const struct ld_section *sec, const struct ld_reloc *r, const char *what)
{
	return ld_error(&sec->file->diags, "invalid-relocation", "%s: relocation at %s+0x%llx: %s",
			ld_file_name(sec->file), sec->name, (unsigned long long)r->off, what);
}

static int check_reloc(const struct ld_section *sec, const struct ld_reloc *r)
{
	uint32_t type = r->type;
	unsigned int width = ld_reloc_width(type);
	uint8_t op;

	if (!width)
		return ld_error(&sec->file->diags, "unknown-relocation",
				"%s: relocation at %s+0x%llx: unknown type %u",
				ld_file_name(sec->file), sec->name, (unsigned long long)r->off,
				type);
	if (!ld_in_range(r->off, width, sec->size) || !sec->data)
		return bad_reloc(sec, r, "lies outside its section");
	if (sec->kind != LD_SEC_CODE || (type != LD_R_BPF_64_64 && type != LD_R_BPF_64_32))
		return 0;
	op = ld_insn_op(sec->data + r->off);
	if (r->off % LD_INSN_SIZE)
		return bad_reloc(sec, r, "is not at an instruction");
	if (type == LD_R_BPF_64_64 && op != LD_OP_LD_IMM64)
		return bad_reloc(sec, r, "R_BPF_64_64 on an instruction that is not ld_imm64");
	if (type == LD_R_BPF_64_32 && op != LD_OP_CALL)
		return bad_reloc(sec, r, "R_BPF_64_32 on an instruction that is not a call");
	return 0;
}

/* Checks r, which follows the one that ends at *end: it is valid, and does not overlap that. */
static int check_next(const struct ld_section *sec, const struct ld_reloc *r, uint64_t *end)
{
	int err = check_reloc(sec, r);

	if (!err && r->off < *end)
		err = bad_reloc(sec, r, "overlaps the one before it");
	*end = r->off + ld_reloc_width(r->type);
	return err;
}

static int check_relocs(const struct ld_section *sec)
{
	uint64_t end = 0;
	int err = 0;

	for (uint32_t i = 0; i < sec->nr_relocs && !err; i++)
		err = check_next(sec, &sec->relocs[i], &end);
	return err;
}

static int ambiguous_addend(const struct ld_section *sec, const struct ld_reloc *r,
			    const struct ld_sym *sym, const struct ld_addend *a)
{
	const struct ld_file *f = sec->file;

	if (f->joined)
		return ld_error(
		    &sec->file->diags, "ambiguous-addend",
		    "%s: relocation at %s+0x%llx: `ld -r` moved '%s' without adjusting the "
		    "addend" LD_HELP
		    "link the objects that `ld -r` combined, or combine them with ld.bpf -r",
		    ld_file_name(f), sec->name, (unsigned long long)r->off,
		    sym->name[0] ? sym->name : sym->sec->name);
	return ld_error(&sec->file->diags, "ambiguous-addend",
			"%s: relocation at %s+0x%llx: the meaning of its addend is ambiguous\n>>> "
			"as written by LLVM, or GNU as since 2.44:  %s%+lld\n>>> as written by GNU "
			"as up to 2.43:           %s%+lld" LD_HELP
			"select one with --addends=llvm or --addends=gas, or assemble the source "
			"with clang or GNU as 2.44 or later",
			ld_file_name(f), sec->name, (unsigned long long)r->off, sym->name,
			(long long)a->llvm, sym->name, (long long)a->gas);
}

/* Reads the implicit addend of r, in the dialect of its file. */
static int read_addend(const struct ld_section *sec, struct ld_reloc *r, const struct ld_sym *sym)
{
	const struct ld_file *f = sec->file;
	struct ld_addend a = ld_implicit_addend(sec, r);

	r->addend = f->addends == LD_ADDENDS_GAS ? a.gas : a.llvm;
	if (sym->sec && ((f->addends == LD_ADDENDS_OPEN && a.llvm != a.gas) ||
			 (f->joined && sym->type == STT_SECTION && sec->kind != LD_SEC_DEBUG)))
		return ambiguous_addend(sec, r, sym, &a);
	return 0;
}

static void refer_to_place(struct ld_reloc *r, const struct ld_section *sec, uint64_t off)
{
	r->sym = 0;
	r->piece = ld_piece_at(sec, off);
	r->addend = (int64_t)(off - r->piece->off);
}

/*
 * A call to a named symbol. If another object defines the function, or may override it, the only
 * valid addend is 0.
 */
static int bind_named_call(const struct ld_section *sec, struct ld_reloc *r,
			   const struct ld_sym *sym)
{
	uint64_t callee = sym->value + (uint64_t)r->addend;

	if (sym->sec && sym->sec->kind != LD_SEC_CODE)
		return bad_reloc(sec, r, "call target is not code");
	if (!r->addend)
		return 0;
	if (!sym->sec || sym->bind != STB_LOCAL)
		return bad_reloc(sec, r,
				 ld_printf(&sec->file->arena, "calls '%s' with an addend of %lld",
					   sym->name, (long long)r->addend));
	if (callee >= sym->sec->size || callee % LD_INSN_SIZE)
		return bad_reloc(sec, r, "call target is not code");
	/* The addend may lead into another function, which the symbol must not follow. */
	refer_to_place(r, sym->sec, callee);
	return 0;
}

static int bind_reloc(const struct ld_section *sec, struct ld_reloc *r)
{
	const struct ld_file *f = sec->file;
	const struct ld_sym *sym = &f->syms[r->sym];
	uint64_t off;
	int err;

	if (!r->explicit_addend && (err = read_addend(sec, r, sym)))
		return err;
	if (!r->sym) {
		if (sec->kind == LD_SEC_DEBUG)
			return 0;
		return bad_reloc(sec, r, "refers to no symbol");
	}
	if (sym->type == STT_FILE)
		return bad_reloc(sec, r, "refers to a file symbol");
	if (r->addend > MAX_ADDEND || r->addend < -MAX_ADDEND)
		return bad_reloc(sec, r, "its addend is out of range");
	if (sym->type != STT_SECTION)
		return r->type == LD_R_BPF_64_32 ? bind_named_call(sec, r, sym) : 0;
	r->sym = 0;
	if (!sym->sec || !has_pieces(sym->sec)) {
		if (sec->kind == LD_SEC_DEBUG)
			return 0;
		return bad_reloc(sec, r, "refers to a section that is not linked");
	}
	off = sym->value + (uint64_t)r->addend;
	if (off > sym->sec->size)
		return bad_reloc(sec, r, "refers past the end of its target section");
	if (r->type == LD_R_BPF_64_32 &&
	    (sym->sec->kind != LD_SEC_CODE || off % LD_INSN_SIZE || off == sym->sec->size))
		return bad_reloc(sec, r, "call target is not code");
	refer_to_place(r, sym->sec, off);
	if (sec->kind != LD_SEC_DEBUG)
		r->piece->pad = false;
	return 0;
}

/* Whether the instruction at off is an edge without a relocation; if so, fills in r. */
static bool hidden_edge(const struct ld_section *sec, uint64_t off, struct ld_reloc *r,
			int64_t *target)
{
	const uint8_t *insn = sec->data + off;
	bool big = sec->file->big;
	uint8_t op = ld_insn_op(insn), src = ld_insn_src(insn, big);

	if (op == LD_OP_CALL && src == LD_PSEUDO_CALL)
		r->type = LD_R_BPF_64_32;
	else if (op == LD_OP_LD_IMM64 && src == LD_PSEUDO_FUNC)
		r->type = LD_R_BPF_64_64;
	else
		return false;
	r->off = off;
	r->hidden = true;
	*target = (int64_t)off + ((int64_t)ld_insn_imm(insn, big) + 1) * LD_INSN_SIZE;
	return true;
}

static int add_hidden_edges(struct ld_section *sec)
{
	struct ld_file *f = sec->file;
	LD_VEC(struct ld_reloc) all = {0};
	uint64_t off;
	uint32_t k = 0;
	int64_t target;

	for (off = 0; off < sec->size; off += LD_INSN_SIZE) {
		struct ld_reloc r = {0};
		bool relocated = k < sec->nr_relocs && sec->relocs[k].off == off;

		for (; k < sec->nr_relocs && sec->relocs[k].off < off + LD_INSN_SIZE; k++)
			LD_PUSH(&f->arena, &all, sec->relocs[k]);
		if (!relocated && hidden_edge(sec, off, &r, &target)) {
			if (target < 0 || target >= (int64_t)sec->size)
				return ld_error(
				    &f->diags, "invalid-call",
				    "%s: call at %s+0x%llx targets code outside of its section",
				    ld_file_name(f), sec->name, (unsigned long long)off);
			r.piece = ld_piece_at(sec, (uint64_t)target);
			r.addend = target - (int64_t)r.piece->off;
			LD_PUSH(&f->arena, &all, r);
		}
		if (ld_insn_op(sec->data + off) == LD_OP_LD_IMM64)
			off += LD_INSN_SIZE;
	}
	for (; k < sec->nr_relocs; k++)
		LD_PUSH(&f->arena, &all, sec->relocs[k]);
	if (all.nr > UINT32_MAX)
		return ld_error(&f->diags, "invalid-elf", "%s: too many relocations in %s",
				ld_file_name(f), sec->name);
	sec->relocs = all.v;
	sec->nr_relocs = (uint32_t)all.nr;
	return 0;
}

static void assign_relocs(struct ld_section *sec)
{
	uint32_t i, k = 0;

	for (i = 0; sec->nr_relocs && i < sec->nr_pieces; i++) {
		struct ld_piece *p = &sec->pieces[i];

		p->rel = k;
		while (k < sec->nr_relocs && sec->relocs[k].off < p->off + p->size)
			k++;
		p->rel_end = k;
	}
}

bool ld_debug_reloc(const struct ld_section *sec, uint32_t k, struct ld_reloc *r)
{
	ld_decode_reloc(sec->rel, sec, k, r);
	return r->type != LD_R_BPF_NONE && !bind_reloc(sec, r);
}

/*
 * The string table that all relocations of sec refer to by its section symbol, or NULL. They are
 * then valid. Nearly all relocations of DWARF 5 are like this, in .debug_str_offsets.
 */
static const struct ld_section *find_strings(const struct ld_section *sec)
{
	const uint8_t *p = sec->rel->data;
	bool big = sec->file->big;
	const struct ld_sym *sym;
	struct ld_reloc first;
	uint64_t end = 0;

	ld_decode_reloc(sec->rel, sec, 0, &first);
	sym = &sec->file->syms[first.sym];
	if (first.type != LD_R_BPF_64_ABS32 || first.explicit_addend || sym->type != STT_SECTION ||
	    !sym->sec || !sym->sec->table || sym->value || !sec->data)
		return NULL;
	for (uint32_t k = ld_nr_relocs(sec->rel); k--; p += sizeof(Elf64_Rel)) {
		uint64_t off = ld_get64(p, big);

		if (off < end || !ld_in_range(off, 4, sec->size) ||
		    memcmp(p + 8, sec->rel->data + 8, 8) != 0 ||
		    ld_get32(sec->data + off, big) > sym->sec->size)
			return NULL;
		end = off + 4;
	}
	return sym->sec;
}

/* Checks relocations that are decoded again whenever they are needed. */
static int check_debug_relocs(struct ld_section *sec)
{
	uint32_t nr = ld_nr_relocs(sec->rel);
	uint64_t end = 0;
	int err = 0;

	sec->strings = find_strings(sec);
	for (uint32_t k = 0; !sec->strings && k < nr && !err; k++) {
		struct ld_reloc r;

		ld_decode_reloc(sec->rel, sec, k, &r);
		if (r.type != LD_R_BPF_NONE && !(err = check_next(sec, &r, &end)))
			err = bind_reloc(sec, &r);
	}
	return err;
}

static int bind_relocs(struct ld_section *sec)
{
	int err = 0;

	for (uint32_t i = 0; i < sec->nr_relocs && !err; i++)
		err = bind_reloc(sec, &sec->relocs[i]);
	if (!err && sec->kind == LD_SEC_CODE)
		err = add_hidden_edges(sec);
	assign_relocs(sec);
	return err;
}

static void drop_none_relocs(struct ld_section *sec)
{
	uint32_t i, kept = 0;

	for (i = 0; i < sec->nr_relocs; i++)
		if (sec->relocs[i].type != LD_R_BPF_NONE)
			sec->relocs[kept++] = sec->relocs[i];
	sec->nr_relocs = kept;
}

/* Most sections of many files are dropped: lists the others, for passes to iterate. */
static void list_used(struct ld_file *f)
{
	uint32_t i;

	f->used = LD_NEW_ARRAY(&f->arena, struct ld_section *, f->nr_secs);
	for (i = 1; i < f->nr_secs; i++)
		if (has_pieces(&f->secs[i]))
			f->used[f->nr_used++] = &f->secs[i];
}

int ld_make_pieces(struct ld_file *f)
{
	uint32_t i;
	int err;

	if ((err = ld_decompress_sections(f)))
		return err;
	ld_choose_addends(f);
	list_used(f);
	collect_syms(f);
	for (i = 0; i < f->nr_used; i++) {
		drop_none_relocs(f->used[i]);
		if ((err = check_relocs(f->used[i])))
			return err;
		split_section(f->used[i]);
	}
	for (i = 0; i < f->nr_used; i++) {
		struct ld_section *sec = f->used[i];

		if ((err = sec->rel ? check_debug_relocs(sec) : bind_relocs(sec)))
			return err;
	}
	return 0;
}
