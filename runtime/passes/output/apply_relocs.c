/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Writes the contents of the output sections. A relocation of the input becomes one of the output,
 * since loaders relocate BPF objects again. A hidden edge is resolved into the instruction, as the
 * compiler had it.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/pages.h"
#include "elf/btf_ext.h"
#include "elf/elf_read.h"
#include "elf/insn.h"
#include "elf/pieces.h"
#include "elf/place.h"
#include "passes/passes.h"

struct site {
	const struct ld_link *l;
	struct ld_out *out;
	const struct ld_piece *piece;
	const struct ld_reloc *r;
	uint64_t off; /* bytes into out */
	uint8_t *at;
};

static void out_of_range(const struct site *s, int64_t value)
{
	ld_error(s->l->diags, "relocation-range",
		 "relocation value %lld does not fit\n>>> at %s" LD_HELP
		 "split the section; in assembly, check the expression",
		 (long long)value, ld_use_place(s->l, s->piece->sec, s->r->off));
}

/* Stores value, in bytes, as the addend of the relocation. */
static void put_addend(const struct site *s, int64_t value)
{
	bool big = s->l->inputs.big;

	switch (s->r->type) {
	case LD_R_BPF_64_64:
		if (value < INT32_MIN || value > INT32_MAX)
			out_of_range(s, value);
		ld_insn_set_imm(s->at, (int32_t)value, big);
		ld_insn_set_imm(s->at + LD_INSN_SIZE, value < 0 ? -1 : 0, big);
		break;
	case LD_R_BPF_64_32:
		value = value / LD_INSN_SIZE - 1;
		if (value < INT32_MIN || value > INT32_MAX)
			out_of_range(s, value);
		ld_insn_set_imm(s->at, (int32_t)value, big);
		break;
	case LD_R_BPF_64_ABS64: ld_put64(s->at, (uint64_t)value, big); break;
	default:
		if (value < INT32_MIN || value > UINT32_MAX)
			out_of_range(s, value);
		ld_put32(s->at, (uint32_t)value, big);
		break;
	}
}

/*
 * DWARF marks an address of dropped code with all ones (DWARF 6, 3.1.1). In the range and location
 * lists of DWARF 4 this value has another meaning; there we use an empty range, from 1 to 1.
 */
static int64_t dead_address(const struct ld_out *out)
{
	return !strcmp(out->name, ".debug_ranges") || !strcmp(out->name, ".debug_loc") ? 1 : -1;
}

/* Fills in a place whose target is not in the output. */
static void put_nothing(const struct site *s)
{
	static const uint8_t r0_is_0[LD_INSN_SIZE] = {LD_OP_MOV64_IMM};

	if (s->r->type == LD_R_BPF_64_32)
		/* The call is behind a test of the address, which is 0, so it is never executed. */
		memcpy(s->at, r0_is_0, sizeof(r0_is_0));
	else
		put_addend(s, s->out->kind == LD_SEC_DEBUG ? dead_address(s->out) : 0);
}

/*
 * A number that --defsym or an assembler has given a name. No loader relocates by such a symbol, so
 * a final link writes the number.
 */
static void put_number(const struct site *s, const struct ld_ref *ref)
{
	uint64_t value = ref->sym->value + (uint64_t)ref->addend;

	if (s->r->type == LD_R_BPF_64_32) {
		ld_error(s->l->diags, "invalid-relocation",
			 "call to '%s', which is a number\n>>> at %s", ref->sym->out_name,
			 ld_use_place(s->l, s->piece->sec, s->r->off));
	} else if (s->r->type == LD_R_BPF_64_64) {
		ld_insn_set_imm(s->at, (int32_t)(uint32_t)value, s->l->inputs.big);
		ld_insn_set_imm(s->at + LD_INSN_SIZE, (int32_t)(uint32_t)(value >> 32),
				s->l->inputs.big);
	} else {
		put_addend(s, (int64_t)value);
	}
}

static void add_reloc(const struct site *s, uint32_t out_sym)
{
	Elf64_Rel rel = {.r_offset = s->off, .r_info = ELF64_R_INFO((uint64_t)out_sym, s->r->type)};

	s->out->relocs.v[s->out->relocs.nr++] = rel;
}

/* Checks that an addend, which referred into one file's definition, fits the owner's. */
static void check_place(const struct site *s, const struct ld_ref *ref)
{
	if (s->r->type == LD_R_BPF_64_32 && ref->out->kind != LD_SEC_CODE)
		ld_error(s->l->diags, "invalid-relocation",
			 "call to section '%s', which is not code\n>>> at %s", ref->out->name,
			 ld_use_place(s->l, s->piece->sec, s->r->off));
	if (ref->addend >= 0 && (uint64_t)ref->addend <= ref->out->size)
		return;
	ld_error(s->l->diags, "relocation-range",
		 "relocation refers outside of section '%s'\n>>> at %s" LD_HELP
		 "in assembly, check the expression; otherwise, recompile the file",
		 ref->out->name, ld_use_place(s->l, s->piece->sec, s->r->off));
}

/* A call of another file's function, or of the copy that replaced the callee. */
static void check_callee(const struct site *s, const struct ld_ref *ref)
{
	const struct ld_sym *sym = ref->sym;

	if (s->r->type != LD_R_BPF_64_32)
		return;
	if (sym->sec && sym->sec->kind != LD_SEC_CODE)
		ld_error(s->l->diags, "invalid-relocation",
			 "call to '%s', which is not code\n>>> at %s\n>>> defined in %s",
			 sym->out_name, ld_use_place(s->l, s->piece->sec, s->r->off),
			 ld_file_name(sym->sec->file));
	else if (ref->addend && sym->out_bind != STB_LOCAL)
		ld_error(s->l->diags, "relocation-range",
			 "call to the middle of '%s', but another copy of it is linked\n>>> at %s",
			 sym->out_name, ld_use_place(s->l, s->piece->sec, s->r->off));
}

/*
 * The function whose address the place holds if the file declares it weak, as in `if (f)`, and BTF
 * calls it global; or NULL. Kernels accept addresses of static functions only.
 */
static const struct ld_entity *tested_global(const struct site *s, const struct ld_ref *ref)
{
	const struct ld_sym *sym = ref->sym;
	const struct ld_entity *func;

	if (s->l->opt->partial || s->r->type != LD_R_BPF_64_64 || s->out->kind != LD_SEC_CODE ||
	    ref->addend || !s->r->sym || s->piece->sec->file->syms[s->r->sym].bind != STB_WEAK ||
	    !sym->piece || sym->sec->kind != LD_SEC_CODE)
		return NULL;
	func = ld_func_at(sym->piece, sym->value, sym->btf);
	return func && func->linkage == BTF_FUNC_GLOBAL ? func : NULL;
}

static void apply(const struct site *s)
{
	struct ld_ref ref = ld_reloc_ref(s->piece->sec, s->r);
	const struct ld_entity *func;

	if (s->r->hidden && ref.form == LD_REF_SECTION && ref.out == s->out) {
		/* In slots from the next instruction, also for ld_imm64 of a function. */
		int64_t distance = (ref.addend - (int64_t)s->off) / LD_INSN_SIZE - 1;

		if (distance < INT32_MIN || distance > INT32_MAX)
			out_of_range(s, distance);
		ld_insn_set_imm(s->at, (int32_t)distance, s->l->inputs.big);
		return;
	}
	if (ref.form == LD_REF_SYM && ref.sym->abs && !s->l->opt->partial) {
		put_number(s, &ref);
		return;
	}
	switch (ref.form) {
	case LD_REF_NONE: put_nothing(s); return;
	case LD_REF_SYM:
		/* Code can only compare it: any number that is unique will do. */
		if ((func = tested_global(s, &ref))) {
			put_addend(s, func->out_type);
			return;
		}
		check_callee(s, &ref);
		add_reloc(s, ref.sym->out_sym);
		break;
	case LD_REF_UNDEFINED: add_reloc(s, ref.name->out_sym); break;
	case LD_REF_SECTION:
		check_place(s, &ref);
		add_reloc(s, ref.out->sym);
		break;
	}
	put_addend(s, ref.addend);
}

/*
 * An instruction with a CO-RE relocation for a type id holds the id in the input. libbpf corrects
 * it; other loaders expect that the instruction and the record agree.
 */
static void put_type_id(const struct site *s, const uint32_t *rec)
{
	uint32_t id = ld_out_type(&s->l->btf, s->piece->sec->file, rec[1]);
	uint64_t left = s->piece->off + s->piece->size - rec[0]; /* in the piece */
	bool big = s->l->inputs.big;

	if (rec[3] != LD_CORE_TYPE_ID_LOCAL && rec[3] != LD_CORE_TYPE_ID_TARGET)
		return;
	if (ld_insn_op(s->at) == LD_OP_LD_IMM64 && left >= 2 * (uint64_t)LD_INSN_SIZE) {
		ld_insn_set_imm(s->at, (int32_t)id, big);
		ld_insn_set_imm(s->at + LD_INSN_SIZE, 0, big);
	} else if (ld_insn_is_alu_imm(s->at)) {
		ld_insn_set_imm(s->at, (int32_t)id, big);
	} else if (ld_insn_is_memory(s->at) && id <= INT16_MAX) {
		ld_put16(s->at + 2, (uint16_t)id, big);
	}
}

static void fill_piece(const struct ld_link *l, struct ld_out *out, const struct ld_piece *p)
{
	struct site s = {.l = l, .out = out, .piece = p};
	const struct ld_ext *core = &p->sec->ext[LD_EXT_CORE];
	uint32_t core_end = ld_ext_end(p, LD_EXT_CORE);

	if (p->sec->data && p->size)
		memcpy(out->data + p->out_off, p->sec->data + p->off, p->size);
	for (uint32_t k = p->rel; k < p->rel_end; k++) {
		s.r = &p->sec->relocs[k];
		s.off = p->out_off + (s.r->off - p->off);
		s.at = out->data + s.off;
		apply(&s);
	}
	for (uint32_t k = p->ext[LD_EXT_CORE]; k < core_end; k++) {
		const uint32_t *rec = core->recs + (size_t)k * core->words;

		s.at = out->data + p->out_off + (rec[0] - p->off);
		put_type_id(&s, rec);
	}
}

/* Copies the strings that layout_sections has stored for this section. */
static void fill_strings(struct ld_out *out, const struct ld_piece *p)
{
	const struct ld_section *sec = p->sec;
	const struct ld_string_table *t = sec->table;

	for (uint32_t i = 0; i < t->nr; i++) {
		uint64_t end = i + 1 < t->nr ? t->offs[i + 1] : sec->size;

		if (t->outs[i] >= p->out_off)
			memcpy(out->data + t->outs[i], sec->data + t->offs[i], end - t->offs[i]);
	}
}

/* .debug_str_offsets has a relocation for each string. */
static void fill_string_offsets(const struct ld_link *l, struct ld_out *out,
				const struct ld_piece *p)
{
	const struct ld_section *rel = p->sec->rel, *strings = p->sec->strings;
	uint32_t sym = strings->pieces[0].out->sym, nr = ld_nr_relocs(rel);
	bool big = l->inputs.big;
	Elf64_Rel r = {.r_info = ELF64_R_INFO((uint64_t)sym, LD_R_BPF_64_ABS32)};

	memcpy(out->data + p->out_off, p->sec->data, p->size);
	for (uint32_t k = 0; k < nr; k++) {
		uint64_t off = ld_get64(rel->data + k * sizeof(Elf64_Rel), big);
		uint8_t *at = out->data + p->out_off + off;

		ld_put32(at, (uint32_t)ld_string_out(strings, ld_get32(at, big)), big);
		r.r_offset = p->out_off + off;
		out->relocs.v[out->relocs.nr++] = r;
	}
}

static void fill_debug(const struct ld_link *l, struct ld_out *out, const struct ld_piece *p)
{
	struct site s = {.l = l, .out = out, .piece = p};
	struct ld_reloc r;

	memcpy(out->data + p->out_off, p->sec->data, p->size);
	for (uint32_t k = 0; k < ld_nr_relocs(p->sec->rel); k++) {
		if (!ld_debug_reloc(p->sec, k, &r))
			continue;
		s.r = &r;
		s.off = p->out_off + r.off;
		s.at = out->data + s.off;
		apply(&s);
	}
}

static bool is_string_offsets(const struct ld_section *sec)
{
	return sec->strings && sec->strings->table->outs;
}

static size_t count_relocs(const struct ld_piece *p)
{
	return p->sec->rel ? ld_nr_relocs(p->sec->rel) : p->rel_end - p->rel;
}

/* DWARF is most of an input, and nothing reads it again. */
static void drop_input(const struct ld_section *sec)
{
	const struct ld_file *f = sec->file;

	if (f->mapped && sec->data >= f->image && sec->data < f->image + f->size)
		ld_pages_drop(sec->data, sec->size);
}

/* Before DWARF is copied, which takes most of the memory: what is read again is mapped again. */
static void drop_inputs(const struct ld_link *l)
{
	ld_for_each(i, &l->res.files) {
		const struct ld_file *f = l->res.files.v[i];

		if (f->mapped)
			ld_pages_drop(f->image, f->size);
	}
}

static void fill(const struct ld_link *l, struct ld_out *out)
{
	size_t relocs = 0;

	out->data = ld_alloc(l->arena, out->size);
	ld_for_each(i, &out->pieces)
		relocs += count_relocs(out->pieces.v[i]);
	/* At most: a hidden edge stays within the section. */
	out->relocs.v = LD_NEW_ARRAY(l->arena, Elf64_Rel, relocs);
	out->relocs.cap = relocs;
	ld_for_each(i, &out->pieces) {
		const struct ld_piece *p = out->pieces.v[i];

		if (p->sec->table && p->sec->table->outs)
			fill_strings(out, p);
		else if (is_string_offsets(p->sec))
			fill_string_offsets(l, out, p);
		else if (p->sec->rel)
			fill_debug(l, out, p);
		else
			fill_piece(l, out, p);
		if (out->kind == LD_SEC_DEBUG)
			drop_input(p->sec);
		if (p->sec->rel)
			drop_input(p->sec->rel);
	}
}

/* ---- jump tables ---- */

/*
 * An entry of a jump table is the target's offset, in bytes, in the code section that uses the
 * table. If that section has moved within the output section, the entries change with it.
 */
static void move_table(const struct ld_link *l, const struct ld_section *code,
		       struct ld_piece *table, const struct ld_reloc *use)
{
	struct ld_out *out = table->out;

	if (!out || !out->data || table->rel != table->rel_end)
		return;
	if (table->user && table->user != code) {
		ld_error(l->diags, "jump-table",
			 "a jump table is used by two sections\n>>> used at %s\n>>> and in %s",
			 ld_use_place(l, code, use->off), table->user->name);
		return;
	}
	if (table->user)
		return;
	table->user = code;
	for (uint64_t i = 0; i + 8 <= table->size; i += 8) {
		uint8_t *at = out->data + table->out_off + i;
		uint64_t target = ld_get64(at, l->inputs.big);
		const struct ld_piece *p = target < code->size ? ld_piece_at(code, target) : NULL;

		if (!p || !p->live) {
			ld_error(l->diags, "jump-table",
				 "jump table entry %llu points outside the code\n>>> used at %s",
				 (unsigned long long)(i / 8), ld_use_place(l, code, use->off));
			return;
		}
		ld_put64(at, ld_piece_out_off(p, target - p->off), l->inputs.big);
	}
}

static void move_tables(const struct ld_link *l, const struct ld_out *out)
{
	ld_for_each(i, &out->pieces) {
		const struct ld_piece *p = out->pieces.v[i];

		for (uint32_t k = p->rel; k < p->rel_end; k++) {
			const struct ld_reloc *r = &p->sec->relocs[k];
			struct ld_target t = ld_reloc_target(p->sec->file, r);

			if (t.piece && t.piece->sec->role == LD_ROLE_JUMP_TABLES)
				move_table(l, p->sec, t.piece, r);
		}
	}
}

void ld_apply_relocs(const struct ld_link *l)
{
	bool dropped = false;

	ld_for_each(i, &l->layout.outs) {
		struct ld_out *out = l->layout.outs.v[i];

		if (out->kind == LD_SEC_DEBUG && !dropped) {
			drop_inputs(l);
			dropped = true;
		}
		if (out->kind != LD_SEC_BSS)
			fill(l, out);
	}
	ld_for_each(i, &l->layout.outs)
		if (l->layout.outs.v[i]->kind == LD_SEC_CODE)
			move_tables(l, l->layout.outs.v[i]);
}
