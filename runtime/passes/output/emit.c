/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The ELF file, as a list of buffers: loaded sections, .BTF, .BTF.ext, DWARF, relocations, symbols,
 * names, section headers, in this order.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "passes/passes.h"

/* A section of the output file. */
struct part {
	const char *name;
	const void *data; /* NULL for NOBITS */
	size_t size;      /* bytes of data, and those that follow it in the file: */
	const struct ld_blob *tails[LD_EXT_NR];
	size_t nr_tails;
	bool words;    /* data are 64-bit words in host byte order */
	Elf64_Shdr sh; /* sh_name and sh_offset are filled in at the end */
};

struct emitter {
	const struct ld_link *l;
	struct ld_arena *a;
	LD_VEC(struct part) parts; /* [0] is the null section */
	uint32_t symtab, strtab_index;
	struct ld_strtab names; /* of symbols, and of sections */
	struct ld_image image;
};

static uint32_t add_part(struct emitter *e, const char *name, uint32_t type, const void *data,
			 uint64_t size, uint64_t align)
{
	struct part p = {.name = name, .data = data, .size = size};

	p.sh.sh_type = type;
	p.sh.sh_size = size;
	p.sh.sh_addralign = align;
	LD_PUSH(e->a, &e->parts, p);
	return (uint32_t)(e->parts.nr - 1);
}

/* Appends bytes to the last part. */
static void add_tail(struct emitter *e, const struct ld_blob *tail)
{
	struct part *p = &e->parts.v[e->parts.nr - 1];

	p->tails[p->nr_tails++] = tail;
	p->sh.sh_size += tail->size;
}

static void add_outs(struct emitter *e, bool debug)
{
	ld_for_each(i, &e->l->layout.outs) {
		struct ld_out *out = e->l->layout.outs.v[i];
		struct part *p;
		uint32_t index;

		if ((out->kind == LD_SEC_DEBUG) != debug)
			continue;
		index = add_part(e, out->name, out->type, out->data, out->size, out->align);
		if (index != out->index)
			ld_error(
			    e->l->diags, "verify",
			    "section '%s' has index %u, but symbols use %u" LD_HELP
			    "this is a bug in the linker: please report it, and attach the inputs",
			    out->name, index, out->index);
		p = &e->parts.v[index];
		if (out->packed) {
			p->data = out->packed;
			p->size = p->sh.sh_size = out->packed_size;
			p->sh.sh_addralign = sizeof(uint64_t);
		}
		p->sh.sh_flags = out->flags | (out->packed ? SHF_COMPRESSED : 0);
		p->sh.sh_entsize = out->flags & SHF_MERGE ? out->entsize : 0;
	}
}

static void add_btf(struct emitter *e)
{
	const struct ld_link *l = e->l;

	if (!l->btf.out)
		return;
	ld_btf_out_finish(l->btf.out, l->inputs.big);
	add_part(e, ".BTF", SHT_PROGBITS, l->btf.out->types.data, l->btf.out->types.size, 4);
	add_tail(e, &l->btf.out->strs.bytes);
	if (!l->btf_ext.header)
		return;
	add_part(e, ".BTF.ext", SHT_PROGBITS, l->btf_ext.header, LD_EXT_HEADER, 4);
	for (int kind = 0; kind < LD_EXT_NR; kind++)
		add_tail(e, &l->btf_ext.tables[kind]);
}

static void add_imports(struct emitter *e)
{
	const struct ld_blob *table = &e->l->import_table;

	if (table->size)
		add_part(e, ".bpfld.imports", SHT_STRTAB, table->data, table->size, 1);
}

static void add_relocs(struct emitter *e)
{
	ld_for_each(i, &e->l->layout.outs) {
		struct ld_out *out = e->l->layout.outs.v[i];
		size_t size = out->relocs.nr * sizeof(Elf64_Rel);
		struct part *p;

		if (!size)
			continue;
		add_part(e, ld_printf(e->a, ".rel%s", out->name), SHT_REL, out->relocs.v, size, 8);
		p = &e->parts.v[e->parts.nr - 1];
		p->words = true;
		p->sh.sh_flags = SHF_INFO_LINK;
		p->sh.sh_info = out->index;
		p->sh.sh_entsize = sizeof(Elf64_Rel);
	}
}

static void add_symbols(struct emitter *e)
{
	const struct ld_symtab *t = &e->l->symtab;
	struct part *p;

	e->symtab = add_part(e, ".symtab", SHT_SYMTAB, t->data, t->size, 8);
	p = &e->parts.v[e->symtab];
	p->sh.sh_info = e->l->out_syms.first_global;
	p->sh.sh_entsize = sizeof(Elf64_Sym);
	if (!t->shndx)
		return;
	add_part(e, ".symtab_shndx", SHT_SYMTAB_SHNDX, t->shndx, t->shndx_size, 4);
	p = &e->parts.v[e->parts.nr - 1];
	p->sh.sh_link = e->symtab;
	p->sh.sh_entsize = 4;
}

static void finish_parts(struct emitter *e)
{
	e->strtab_index = add_part(e, ".strtab", SHT_STRTAB, NULL, 0, 1);
	ld_for_each(i, &e->parts) {
		struct part *p = &e->parts.v[i];

		p->sh.sh_name = ld_strtab_add(e->a, &e->names, p->name);
		if (p->sh.sh_type == SHT_REL)
			p->sh.sh_link = e->symtab;
		if (p->sh.sh_type == SHT_SYMTAB)
			p->sh.sh_link = e->strtab_index;
	}
	add_tail(e, &e->names.bytes);
}

/* Assigns the offset of each part; returns that of the section headers. */
static uint64_t place_parts(struct emitter *e)
{
	uint64_t off = sizeof(Elf64_Ehdr);

	for (size_t i = 1; i < e->parts.nr; i++) {
		Elf64_Shdr *sh = &e->parts.v[i].sh;

		off = ld_align_up(off, sh->sh_addralign);
		sh->sh_offset = off;
		if (sh->sh_type != SHT_NOBITS)
			off += sh->sh_size;
	}
	return ld_align_up(off, 8);
}

static void put_section_header(uint8_t *at, const Elf64_Shdr *sh, bool big)
{
	ld_put32(at + offsetof(Elf64_Shdr, sh_name), sh->sh_name, big);
	ld_put32(at + offsetof(Elf64_Shdr, sh_type), sh->sh_type, big);
	ld_put64(at + offsetof(Elf64_Shdr, sh_flags), sh->sh_flags, big);
	ld_put64(at + offsetof(Elf64_Shdr, sh_offset), sh->sh_offset, big);
	ld_put64(at + offsetof(Elf64_Shdr, sh_size), sh->sh_size, big);
	ld_put32(at + offsetof(Elf64_Shdr, sh_link), sh->sh_link, big);
	ld_put32(at + offsetof(Elf64_Shdr, sh_info), sh->sh_info, big);
	ld_put64(at + offsetof(Elf64_Shdr, sh_addralign), sh->sh_addralign, big);
	ld_put64(at + offsetof(Elf64_Shdr, sh_entsize), sh->sh_entsize, big);
}

static void put_header(struct emitter *e, uint8_t *at, uint64_t shoff)
{
	bool big = e->l->inputs.big, many = e->parts.nr >= SHN_LORESERVE;
	uint32_t nr = (uint32_t)e->parts.nr;

	memcpy(at, ELFMAG, SELFMAG);
	at[EI_CLASS] = ELFCLASS64;
	at[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	at[EI_VERSION] = EV_CURRENT;
	ld_put16(at + offsetof(Elf64_Ehdr, e_type), ET_REL, big);
	ld_put16(at + offsetof(Elf64_Ehdr, e_machine), EM_BPF, big);
	ld_put32(at + offsetof(Elf64_Ehdr, e_version), EV_CURRENT, big);
	ld_put64(at + offsetof(Elf64_Ehdr, e_shoff), shoff, big);
	ld_put16(at + offsetof(Elf64_Ehdr, e_ehsize), sizeof(Elf64_Ehdr), big);
	ld_put16(at + offsetof(Elf64_Ehdr, e_shentsize), sizeof(Elf64_Shdr), big);
	ld_put16(at + offsetof(Elf64_Ehdr, e_shnum), many ? 0 : (uint16_t)nr, big);
	ld_put16(at + offsetof(Elf64_Ehdr, e_shstrndx),
		 many ? SHN_XINDEX : (uint16_t)e->strtab_index, big);
	if (many) {
		e->parts.v[0].sh.sh_size = nr;
		e->parts.v[0].sh.sh_link = e->strtab_index;
	}
}

static void put(struct emitter *e, const void *data, size_t size)
{
	struct iovec v = {(void *)(uintptr_t)data, size};

	if (size)
		LD_PUSH(e->a, &e->image.parts, v);
	e->image.size += size;
}

/* Appends zeros up to an offset. */
static void pad(struct emitter *e, uint64_t off)
{
	static const uint8_t zeros[4096];

	while (e->image.size < off) {
		uint64_t n = off - e->image.size;

		put(e, zeros, n < sizeof(zeros) ? (size_t)n : sizeof(zeros));
	}
}

static const void *in_byte_order(struct emitter *e, const uint64_t *words, size_t size)
{
	uint8_t *copy;

	if (e->l->inputs.big == LD_HOST_BIG)
		return words;
	copy = ld_alloc(e->a, size);
	for (size_t i = 0; i < size / 8; i++)
		ld_put64(copy + i * 8, words[i], e->l->inputs.big);
	return copy;
}

static void put_part(struct emitter *e, const struct part *p)
{
	if (p->sh.sh_type == SHT_NOBITS)
		return;
	pad(e, p->sh.sh_offset);
	put(e, p->words ? in_byte_order(e, p->data, p->size) : p->data, p->size);
	for (size_t i = 0; i < p->nr_tails; i++)
		put(e, p->tails[i]->data, p->tails[i]->size);
}

static void put_all(struct emitter *e)
{
	uint64_t shoff = place_parts(e);
	uint8_t *header = ld_alloc(e->a, sizeof(Elf64_Ehdr));
	uint8_t *sections = ld_alloc_array(e->a, e->parts.nr, sizeof(Elf64_Shdr));

	put_header(e, header, shoff);
	put(e, header, sizeof(Elf64_Ehdr));
	ld_for_each(i, &e->parts) {
		if (i)
			put_part(e, &e->parts.v[i]);
		put_section_header(sections + i * sizeof(Elf64_Shdr), &e->parts.v[i].sh,
				   e->l->inputs.big);
	}
	pad(e, shoff);
	put(e, sections, e->parts.nr * sizeof(Elf64_Shdr));
}

struct ld_image ld_emit(const struct ld_link *l)
{
	struct emitter e = {.l = l, .a = l->arena, .names = l->symtab.names};

	add_part(&e, "", SHT_NULL, NULL, 0, 0);
	add_outs(&e, false);
	add_btf(&e);
	add_imports(&e);
	add_outs(&e, true);
	add_relocs(&e);
	add_symbols(&e);
	finish_parts(&e);
	put_all(&e);
	return e.image;
}
