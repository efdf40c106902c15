/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The meaning of implicit addends.
 *
 * BPF objects use SHT_REL: the addend of a relocation is in the place that it relocates. For
 *
 *	int first[4], arr[4];            // arr is at offset 16 of .data
 *	int *p = &arr[2];
 *
 * LLVM, and GNU as since 2.44, write 8 for the relocation against `arr`. GNU as up to 2.43 adds the
 * symbol's value if the file defines the symbol: it writes 24. For calls, LLVM writes -1, as imm
 * counts instructions from the next one (RFC 9669, 5.4), and GNU as up to 2.43 writes the symbol's
 * value in bytes, minus one. Symbols with value 0, which include section symbols, and undefined
 * symbols read the same in both dialects. GNU objcopy, strip and `ld -r` copy the places unchanged.
 *
 * ELF has no field for the dialect, so we infer it from the contents of the file:
 *
 * 1. One string table for symbols and section names: LLVM wrote the file, and no GNU tool has
 *    changed it. (GNU tools always write two tables.)
 * 2. Relocation types that only GNU as before 2.41 writes (R_BPF_DATA_64 etc.).
 * 3. Each relocation against a symbol with a value: if the addend is inside the symbol in one
 *    dialect and outside in the other, it is a vote for the first. It is proof if the other reading
 *    is impossible: calls refer to a function, .BTF and .BTF.ext to the start of a symbol, and code
 *    loads no address outside the section. In .debug_info nearly all addresses are the start of a
 *    symbol, so these votes come next. Code and data may well contain `&b[-2]`: their votes count
 *    only if there are no others, if all agree, and if the other dialect is unlikely for the
 *    compiler of this file.
 * 4. If there are no votes: .llvm_addrsig, which only LLVM writes.
 *
 * If votes contradict each other, or if there are none, the dialect stays open: a relocation that
 * the dialects read differently is then an error (ambiguous-addend), not a guess.
 *
 * `ld -r` of several files moves symbols and sections but keeps the addends. Relocations against
 * section symbols are then wrong, and so are all in the older GNU dialect.
 */
#include "elf/addends.h"

#include <stdlib.h>
#include <string.h>

#include "btf/btf.h"
#include "elf/elf_read.h"
#include "elf/insn.h"

#define SHT_LLVM_ADDRSIG 0x6fff4c03

/* Evidence for one dialect. */
struct votes {
	uint32_t proof, dwarf, hints;
};

struct evidence {
	struct votes llvm, gas;
	bool old_types;          /* types that only GNU as before 2.41 writes */
	bool new_types;          /* types that LLVM and GNU as since 2.41 write */
	bool addrsig;            /* LLVM wrote at least a part of the file */
	bool joined;             /* `ld -r` joined several files */
	uint32_t idents;         /* compilers in .comment, one for each joined file */
	unsigned long gcc_major; /* version of a gcc among them, or 0 */
};

static bool has_prefix(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/* Decodes the value in the place of a call: instructions from the callee that the symbol names. */
static struct ld_addend call_addend(int64_t in_place, int64_t value)
{
	bool slots = in_place * LD_INSN_SIZE == value; /* possibly GNU as 2.41 to 2.43 */
	/* Unsigned: the value of a symbol in an unlinked section can be any number. */
	uint64_t from_value = ((uint64_t)in_place - (uint64_t)value) * LD_INSN_SIZE;

	return (struct ld_addend){in_place * LD_INSN_SIZE, slots ? 0 : (int64_t)from_value};
}

struct ld_addend ld_implicit_addend(const struct ld_section *sec, const struct ld_reloc *r)
{
	const struct ld_sym *sym = &sec->file->syms[r->sym];
	int64_t value = sym->sec ? (int64_t)sym->value : 0, in_place;
	const uint8_t *p = sec->data + r->off;
	bool big = sec->file->big;

	switch (r->type) {
	case LD_R_BPF_64_64: in_place = ld_insn_imm(p, big); break;
	case LD_R_BPF_64_32: return call_addend((int64_t)ld_insn_imm(p, big) + 1, value);
	case LD_R_BPF_64_ABS64: in_place = (int64_t)ld_get64(p, big); break;
	default: in_place = ld_get32(p, big);
	}
	return (struct ld_addend){in_place, (int64_t)((uint64_t)in_place - (uint64_t)value)};
}

/* ---- evidence ---- */

static bool is_inside(const struct ld_sym *sym, int64_t addend)
{
	return !addend || (addend > 0 && (uint64_t)addend < sym->size);
}

/*
 * A call refers to a function or, with an addend, to a place that only a static function can have.
 */
static bool is_call(const struct ld_sym *sym, int64_t addend)
{
	return !addend ||
	       (sym->bind == STB_LOCAL && (uint64_t)addend + sym->value < sym->sec->size);
}

static void vote_by_call(struct evidence *e, const struct ld_sym *sym, struct ld_addend a)
{
	bool llvm = is_call(sym, a.llvm), gas = is_call(sym, a.gas);

	e->llvm.proof += llvm && !gas;
	e->gas.proof += gas && !llvm;
}

/* Debug and type information refers to the start of a symbol; DWARF also has other expressions. */
static void vote_by_description(uint32_t *llvm, uint32_t *gas, const struct ld_sym *sym,
				struct ld_addend a)
{
	*llvm += !a.llvm;
	*gas += !a.gas && !is_inside(sym, a.llvm);
}

static bool is_in_section(const struct ld_sym *sym, int64_t addend)
{
	return addend <= (int64_t)sym->sec->size && sym->value + (uint64_t)addend <= sym->sec->size;
}

/* No kernel accepts code that loads an address outside the section. */
static void vote_by_use(struct evidence *e, const struct ld_sym *sym, struct ld_addend a, bool load)
{
	bool llvm = is_in_section(sym, a.llvm), gas = is_in_section(sym, a.gas);
	struct votes *votes;

	if (load && llvm != gas) {
		(llvm ? &e->llvm : &e->gas)->proof++;
		return;
	}
	llvm = is_inside(sym, a.llvm);
	gas = is_inside(sym, a.gas);
	votes = llvm ? &e->llvm : &e->gas;
	votes->hints += llvm != gas;
}

static void vote(struct evidence *e, const struct ld_section *sec, const struct ld_reloc *r)
{
	const struct ld_sym *sym = &sec->file->syms[r->sym];
	struct ld_addend a = ld_implicit_addend(sec, r);

	if (r->type == LD_R_BPF_64_32)
		vote_by_call(e, sym, a);
	else if (sec->role == LD_ROLE_BTF || sec->role == LD_ROLE_BTF_EXT)
		vote_by_description(&e->llvm.proof, &e->gas.proof, sym, a);
	else if (!strcmp(sec->name, ".debug_info") || !strcmp(sec->name, ".debug_addr"))
		vote_by_description(&e->llvm.dwarf, &e->gas.dwarf, sym, a);
	else if (sec->role != LD_ROLE_DEBUG)
		vote_by_use(e, sym, a, r->type == LD_R_BPF_64_64);
}

static void read_table(struct evidence *e, const struct ld_file *f, const struct ld_section *rel)
{
	const struct ld_section *sec = &f->secs[rel->info];

	for (uint64_t at = 0; at + sizeof(Elf64_Rel) <= rel->size; at += sizeof(Elf64_Rel)) {
		uint64_t info = ld_get64(rel->data + at + 8, f->big);
		uint32_t type = (uint32_t)info;
		struct ld_reloc r = {.off = ld_get64(rel->data + at, f->big),
				     .sym = (uint32_t)(info >> 32),
				     .type = ld_reloc_type(sec, type)};
		unsigned int width = ld_reloc_width(r.type);

		if (type == LD_R_GNU_DATA_32 || type == LD_R_GNU_DATA_64)
			e->old_types = true;
		else if (type >= LD_R_BPF_64_ABS64 && type <= LD_R_BPF_64_NODYLD32)
			e->new_types = true;
		if (width && sec->data && ld_in_range(r.off, width, sec->size) &&
		    r.sym < f->nr_syms && f->syms[r.sym].sec && f->syms[r.sym].value)
			vote(e, sec, &r);
	}
}

/* .comment is a list of strings such as "GCC: (Debian 12.2.0-14) 12.2.0", one per compiled file. */
static void read_comment(struct evidence *e, const struct ld_section *sec)
{
	const char *s = (const char *)sec->data, *end = s + sec->size, *nul;

	for (; s < end && (nul = memchr(s, 0, (size_t)(end - s))); s = nul + 1) {
		const char *version = strrchr(s, ' ');

		e->idents += *s != 0;
		sec->file->gcc |= has_prefix(s, "GCC:");
		if (has_prefix(s, "GCC:") && version)
			e->gcc_major = strtoul(version, NULL, 10);
	}
}

/* .llvm_addrsig lists each symbol once, as ULEB128; `ld -r` concatenates the lists. */
static bool names_symbol_twice(const struct ld_file *f, const struct ld_section *sec)
{
	bool *seen = LD_NEW_ARRAY(&sec->file->arena, bool, f->nr_syms), twice = false;
	uint64_t index = 0;
	unsigned int shift = 0;

	for (uint64_t i = 0; i < sec->size && !twice; i++) {
		index |= shift < 63 ? (uint64_t)(sec->data[i] & 0x7f) << shift : 0;
		shift += 7;
		if (sec->data[i] & 0x80)
			continue;
		if (index < f->nr_syms) {
			twice = seen[index];
			seen[index] = true;
		}
		index = shift = 0;
	}
	return twice;
}

/* Whether more BTF follows the sections that the header describes. */
static bool has_second_btf(const struct ld_file *f, const struct ld_section *sec)
{
	const uint8_t *p = sec->data;
	uint64_t types, strings, header;

	if (sec->size < 24 || ld_get16(p, f->big) != BTF_MAGIC)
		return false;
	header = ld_get32(p + 4, f->big);
	types = (uint64_t)ld_get32(p + 8, f->big) + ld_get32(p + 12, f->big);
	strings = (uint64_t)ld_get32(p + 16, f->big) + ld_get32(p + 20, f->big);
	header += types > strings ? types : strings;
	/* The second header is aligned. */
	for (int i = 0; i < 8; i++, header++)
		if (ld_in_range(header, 2, sec->size) && ld_get16(p + header, f->big) == BTF_MAGIC)
			return true;
	return false;
}

static struct evidence read_evidence(const struct ld_file *f)
{
	struct evidence e = {0};

	for (uint32_t i = 1; i < f->nr_secs; i++) {
		const struct ld_section *sec = &f->secs[i];

		if (sec->type == SHT_REL && sec->data && sec->info && sec->info < f->nr_secs)
			read_table(&e, f, sec);
		else if (sec->data && sec->role == LD_ROLE_BTF)
			e.joined |= has_second_btf(f, sec);
		else if (sec->type == SHT_LLVM_ADDRSIG) {
			e.addrsig = true;
			e.joined |= sec->data && names_symbol_twice(f, sec);
		} else if (sec->data && !strcmp(sec->name, ".comment"))
			read_comment(&e, sec);
	}
	return e;
}

/* ---- verdict ---- */

static enum ld_addends unanimous(uint32_t llvm, uint32_t gas)
{
	return llvm && gas ? LD_ADDENDS_OPEN : llvm ? LD_ADDENDS_LLVM : LD_ADDENDS_GAS;
}

static enum ld_addends judge(const struct evidence *e)
{
	bool likely;

	if (e->old_types)
		return e->new_types || e->llvm.proof ? LD_ADDENDS_OPEN : LD_ADDENDS_GAS;
	if (e->llvm.proof || e->gas.proof)
		return unanimous(e->llvm.proof, e->gas.proof);
	if (e->llvm.dwarf || e->gas.dwarf)
		return unanimous(e->llvm.dwarf, e->gas.dwarf);
	if (e->addrsig)
		return LD_ADDENDS_LLVM;
	if (!e->llvm.hints == !e->gas.hints)
		return LD_ADDENDS_OPEN;
	/*
	 * `&b[10]` of a new GNU as can look like `&b[6]` of an old one, and `&b[-2]` of an old one
	 * like `&b[0]` of a new one. gcc 14 requires a new one.
	 */
	if (e->gas.hints)
		likely = e->gcc_major && e->gcc_major < 14;
	else
		likely = e->new_types || e->gcc_major >= 14;
	return !likely ? LD_ADDENDS_OPEN : e->gas.hints ? LD_ADDENDS_GAS : LD_ADDENDS_LLVM;
}

/* GNU ld puts the section symbols first, then the symbols of each file. */
static bool is_ordered_by_ld(const struct ld_file *f, uint32_t *nr_files)
{
	uint32_t i, nr_secs = 0, expected = 0;

	for (i = 1; i < f->nr_secs; i++)
		switch (f->secs[i].type) {
		case SHT_REL:
		case SHT_SYMTAB:
		case SHT_SYMTAB_SHNDX:
		case SHT_STRTAB:
		case SHT_GROUP: break;
		default: expected++;
		}
	*nr_files = 0;
	for (i = 1; i < f->first_global; i++) {
		if (f->syms[i].type == STT_SECTION && i == nr_secs + 1)
			nr_secs++;
		*nr_files += f->syms[i].type == STT_FILE;
	}
	return nr_secs >= expected && *nr_files;
}

/* Whether GNU ld may have linked f from several files. */
static bool is_joined(const struct ld_file *f, const struct evidence *e)
{
	uint32_t nr_files, nr_compiled = e->idents + e->addrsig;

	if (e->joined || nr_compiled > 1)
		return true;
	return is_ordered_by_ld(f, &nr_files) && (nr_files > 1 || !nr_compiled);
}

void ld_choose_addends(struct ld_file *f)
{
	struct evidence e;

	if (!f->gnu)
		return;
	e = read_evidence(f);
	f->joined = is_joined(f, &e);
	f->addends = judge(&e);
	if (f->joined && !e.llvm.proof)
		f->addends = LD_ADDENDS_OPEN;
	if (f->link->opt->addends == LD_ADDENDS_OPEN ||
	    (!f->joined && f->addends != LD_ADDENDS_OPEN))
		return;
	f->addends = f->link->opt->addends;
	f->joined = false;
}
