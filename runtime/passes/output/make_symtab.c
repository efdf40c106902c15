/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Writes the output's symbol table and its names. */
#include "base/bytes.h"
#include "passes/passes.h"

/*
 * Numbers the sections of the output: loaded ones, .BTF, .BTF.ext, imports, DWARF. No symbol refers
 * to later ones. emit.c writes them in this order.
 */
static uint32_t number_sections(const struct ld_link *l)
{
	bool btf = l->res.btf_files.nr, ext = false;
	uint32_t nr = 1;

	for (int kind = 0; kind < LD_EXT_NR; kind++)
		ext |= l->layout.ext[kind].wanted;
	ld_for_each(i, &l->layout.outs)
		if (l->layout.outs.v[i]->kind != LD_SEC_DEBUG)
			l->layout.outs.v[i]->index = nr++;
	nr += btf + (btf && ext) + (l->import_table.size > 0);
	ld_for_each(i, &l->layout.outs)
		if (l->layout.outs.v[i]->kind == LD_SEC_DEBUG)
			l->layout.outs.v[i]->index = nr++;
	return nr;
}

struct out_symbol {
	const char *name;
	uint8_t info, other;
	uint32_t section; /* index in the output */
	uint16_t special; /* SHN_ABS or SHN_COMMON, or 0 */
	uint64_t value, size;
};

static struct out_symbol describe(const struct ld_out_sym *s)
{
	struct out_symbol o = {.name = ""};
	const struct ld_sym *sym;
	const struct ld_piece *p;

	if (s->sec) {
		o.info = ELF64_ST_INFO(STB_LOCAL, STT_SECTION);
		o.section = s->sec->index;
		return o;
	}
	if (s->undefined) {
		o.name = s->undefined->name;
		o.info = ELF64_ST_INFO(s->undefined->weak ? STB_WEAK : STB_GLOBAL, STT_NOTYPE);
		o.other = s->undefined->vis;
		return o;
	}
	sym = &s->file->syms[s->in_sym];
	o.name = sym->out_name;
	o.info = ELF64_ST_INFO(sym->out_bind, sym->type);
	o.other = sym->out_vis;
	o.size = sym->size;
	o.special = sym->abs ? SHN_ABS : sym->common ? SHN_COMMON : 0;
	o.value = sym->value;
	if (o.special)
		return o;
	p = sym->piece;
	o.section = (p->leader ? p->leader : p)->out->index;
	o.value = ld_piece_out_off(p, sym->value - p->off);
	return o;
}

struct ld_symtab ld_make_symtab(const struct ld_link *l)
{
	struct ld_symtab t = {0};
	size_t nr = l->out_syms.list.nr + 1;

	t.size = nr * sizeof(Elf64_Sym);
	t.data = ld_alloc(l->arena, t.size);
	ld_strtab_reserve(l->arena, &t.names, nr);
	ld_strtab_add(l->arena, &t.names, "");
	/* Section indexes from SHN_LORESERVE on are in a table of their own (gABI). */
	if (number_sections(l) >= SHN_LORESERVE) {
		t.shndx_size = nr * 4;
		t.shndx = ld_alloc(l->arena, t.shndx_size);
	}
	ld_for_each(i, &l->out_syms.list) {
		struct out_symbol o = describe(&l->out_syms.list.v[i]);
		uint8_t *at = t.data + (i + 1) * sizeof(Elf64_Sym);
		uint16_t shndx = o.special ? o.special : (uint16_t)o.section;

		if (!o.special && o.section >= SHN_LORESERVE) {
			shndx = SHN_XINDEX;
			ld_put32(t.shndx + (i + 1) * 4, o.section, l->inputs.big);
		}
		ld_put32(at, ld_strtab_add(l->arena, &t.names, o.name), l->inputs.big);
		at[offsetof(Elf64_Sym, st_info)] = o.info;
		at[offsetof(Elf64_Sym, st_other)] = o.other;
		ld_put16(at + offsetof(Elf64_Sym, st_shndx), shndx, l->inputs.big);
		ld_put64(at + offsetof(Elf64_Sym, st_value), o.value, l->inputs.big);
		ld_put64(at + offsetof(Elf64_Sym, st_size), o.size, l->inputs.big);
	}
	return t;
}
