/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Reads an ELF relocatable file into the model. Nothing need be aligned, and every number is
 * checked against the file.
 */
#include "elf/elf_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "elf/btf_bind.h"
#include "elf/compressed.h"
#include "elf/insn.h"
#include "elf/not_elf.h"

#define SHT_LLVM_DEPLIBS 0x6fff4c04 /* SHT_LLVM_DEPENDENT_LIBRARIES */
#define NAMES_PER_BYTE 4
#define SPARE_NAMES (64 << 10)
#define MAX_SIZE ((uint64_t)1 << 60) /* of a section or symbol, so that sums do not overflow */

struct reader {
	struct ld_file *f;
	const uint8_t *headers;
	uint32_t symtab, strtab, symtab_shndx; /* section indexes; 0: none */
	uint32_t shstrtab;
	uint64_t name_bytes; /* of sections and symbols read so far */
};

bool ld_is_bitcode(const void *image, size_t size)
{
	/* The magic number of bitcode or of the bitcode wrapper. */
	return size >= 4 &&
	       (!memcmp(image, "BC\xc0\xde", 4) || !memcmp(image, "\xde\xc0\x17\x0b", 4));
}

static const char *machine_name(unsigned int machine)
{
	switch (machine) {
	case EM_X86_64: return "x86-64";
	case EM_386: return "i386";
	case EM_AARCH64: return "AArch64";
	case EM_ARM: return "ARM";
	case EM_RISCV: return "RISC-V";
	case EM_S390: return "s390";
	case EM_PPC64: return "PowerPC64";
	case EM_MIPS: return "MIPS";
	case EM_LOONGARCH: return "LoongArch";
	default: return NULL;
	}
}

static int not_bpf(struct ld_file *f, unsigned int machine, unsigned int type)
{
	const char *what = type == ET_EXEC   ? "executable"
			   : type == ET_DYN  ? "shared library or executable"
			   : type == ET_CORE ? "core file"
					     : "object";
	const char *other = machine_name(machine);
	const char *help = type == ET_REL ? "compile it with -target bpf"
					  : "specify BPF objects, or archives of them";

	if (other)
		return ld_error(&f->diags, "wrong-machine",
				"%s: %s %s, not a BPF object" LD_HELP "%s", ld_file_name(f), other,
				what, help);
	return ld_error(&f->diags, "wrong-machine",
			"%s: %s for machine %u, not a BPF object" LD_HELP "%s", ld_file_name(f),
			what, machine, help);
}

static int check_header(struct ld_file *f)
{
	const unsigned char *e = f->image;
	const char *name = ld_file_name(f);
	uint16_t machine, type;

	if (!f->size || memcmp(e, ELFMAG, f->size < SELFMAG ? f->size : SELFMAG))
		return ld_not_elf(f);
	if (f->size < sizeof(Elf64_Ehdr))
		return ld_error(&f->diags, "truncated-file",
				"%s: file is truncated: %zu bytes; an ELF header has %zu", name,
				f->size, sizeof(Elf64_Ehdr));
	if (e[EI_DATA] != ELFDATA2LSB && e[EI_DATA] != ELFDATA2MSB)
		return ld_error(&f->diags, "invalid-elf", "%s: unknown byte order %u", name,
				e[EI_DATA]);
	f->big = e[EI_DATA] == ELFDATA2MSB;
	machine = ld_get16(e + offsetof(Elf64_Ehdr, e_machine), f->big);
	type = ld_get16(e + offsetof(Elf64_Ehdr, e_type), f->big);
	if (machine != EM_BPF)
		return not_bpf(f, machine, type);
	if (e[EI_CLASS] != ELFCLASS64)
		return ld_error(&f->diags, "wrong-machine",
				"%s: 32-bit ELF; BPF objects are 64-bit", name);
	if (type != ET_REL)
		return ld_error(&f->diags, "not-an-object",
				"%s: not a relocatable object (ELF type %u)" LD_HELP
				"link the objects that it was made from",
				name, type);
	return 0;
}

static int bad_section(struct ld_section *sec, const char *what)
{
	return ld_error(&sec->file->diags, "invalid-elf", "%s: section %u (%s): %s",
			ld_file_name(sec->file), sec->index, sec->name ? sec->name : "?", what);
}

/* The NUL-terminated string at off of a string table, or NULL. */
/* If the file is read in parts, only string tables stay in memory. */
static const char *table_str(struct reader *r, const struct ld_section *tab, uint64_t off)
{
	const uint8_t *s = tab->data + off, *end;

	if (tab->type != SHT_STRTAB || !tab->data || off >= tab->size)
		return NULL;
	end = memchr(s, 0, tab->size - off);
	if (!end)
		return NULL;
	r->name_bytes += (uint64_t)(end - s);
	return (const char *)s;
}

/*
 * Compilers let names be tails of others. If each were a tail of one long string, their total
 * length would be quadratic in the file's size.
 */
static bool has_too_long_names(const struct reader *r)
{
	return r->name_bytes > NAMES_PER_BYTE * (uint64_t)r->f->size + SPARE_NAMES;
}

/* Finds the section header table and the section of the names. */
static int find_headers(struct reader *r)
{
	struct ld_file *f = r->f;
	const uint8_t *e = f->image;
	uint64_t off = ld_get64(e + offsetof(Elf64_Ehdr, e_shoff), f->big);
	uint64_t nr = ld_get16(e + offsetof(Elf64_Ehdr, e_shnum), f->big);
	uint32_t names = ld_get16(e + offsetof(Elf64_Ehdr, e_shstrndx), f->big);

	if (off && ld_get16(e + offsetof(Elf64_Ehdr, e_shentsize), f->big) != sizeof(Elf64_Shdr))
		return ld_error(&f->diags, "invalid-elf", "%s: section headers are not %zu bytes",
				ld_file_name(f), sizeof(Elf64_Shdr));
	if (off && !ld_in_range(off, sizeof(Elf64_Shdr), f->size))
		nr = UINT64_MAX;
	/* Numbers that do not fit into the ELF header are in the first section header (gABI). */
	else if (off && !nr)
		nr = ld_get64(e + off + offsetof(Elf64_Shdr, sh_size), f->big);
	if (!off || nr < 2)
		return ld_error(&f->diags, "invalid-elf", "%s: object has no sections",
				ld_file_name(f));
	if (nr > (f->size - (off < f->size ? off : f->size)) / sizeof(Elf64_Shdr) ||
	    nr > UINT32_MAX)
		return ld_error(&f->diags, "truncated-file",
				"%s: file is truncated: section headers extend past its end",
				ld_file_name(f));
	if (names == SHN_XINDEX)
		names = ld_get32(e + off + offsetof(Elf64_Shdr, sh_link), f->big);
	if (!names || names >= nr)
		return ld_error(&f->diags, "invalid-elf",
				"%s: index %u of the section names is out of range",
				ld_file_name(f), names);
	r->headers = e + off;
	r->shstrtab = names;
	f->nr_secs = (uint32_t)nr;
	return 0;
}

static uint64_t header_word(const struct reader *r, uint32_t i, size_t field)
{
	return ld_get32(r->headers + (size_t)i * sizeof(Elf64_Shdr) + field, r->f->big);
}

static uint64_t header_long(const struct reader *r, uint32_t i, size_t field)
{
	return ld_get64(r->headers + (size_t)i * sizeof(Elf64_Shdr) + field, r->f->big);
}

static int read_section_header(struct reader *r, uint32_t i)
{
	struct ld_file *f = r->f;
	struct ld_section *sec = &f->secs[i];
	uint64_t off = header_long(r, i, offsetof(Elf64_Shdr, sh_offset));

	sec->file = f;
	sec->index = i;
	sec->type = (uint32_t)header_word(r, i, offsetof(Elf64_Shdr, sh_type));
	sec->flags = header_long(r, i, offsetof(Elf64_Shdr, sh_flags));
	sec->size = header_long(r, i, offsetof(Elf64_Shdr, sh_size));
	sec->align = header_long(r, i, offsetof(Elf64_Shdr, sh_addralign));
	sec->align = sec->align ? sec->align : 1;
	sec->entsize = header_long(r, i, offsetof(Elf64_Shdr, sh_entsize));
	sec->link = (uint32_t)header_word(r, i, offsetof(Elf64_Shdr, sh_link));
	sec->info = (uint32_t)header_word(r, i, offsetof(Elf64_Shdr, sh_info));
	if (sec->align & (sec->align - 1) || sec->align > UINT32_MAX)
		return bad_section(sec, "alignment is not a power of two below 4 GiB");
	if (sec->type == SHT_NULL)
		sec->size = 0;
	if (sec->type == SHT_NULL || sec->type == SHT_NOBITS)
		return sec->size > MAX_SIZE ? bad_section(sec, "size is out of range") : 0;
	if (!ld_in_range(off, sec->size, f->size))
		return ld_error(
		    &f->diags, "truncated-file",
		    "%s: file is truncated: section %u has %llu bytes at byte %llu of %zu",
		    ld_file_name(f), i, (unsigned long long)sec->size, (unsigned long long)off,
		    f->size);
	sec->data = f->image + off;
	return 0;
}

static int compare_places(const void *a, const void *b)
{
	const struct ld_section *x = *(struct ld_section *const *)a;
	const struct ld_section *y = *(struct ld_section *const *)b;

	if (x->data != y->data)
		return x->data < y->data ? -1 : 1;
	return x->index < y->index ? -1 : 1;
}

/* The sections with contents, in file order. */
static struct ld_section **order_sections(struct ld_file *f, size_t *nr)
{
	struct ld_section **order = LD_NEW_ARRAY(&f->arena, struct ld_section *, f->nr_secs);

	*nr = 0;
	for (uint32_t i = 1; i < f->nr_secs; i++)
		if (f->secs[i].data && f->secs[i].size)
			order[(*nr)++] = &f->secs[i];
	qsort(order, *nr, sizeof(*order), compare_places);
	return order;
}

/* If sections could overlap, a small file could claim any amount of memory. */
static int check_overlaps(struct ld_file *f, struct ld_section **order, size_t nr)
{
	for (size_t i = 1; i < nr; i++)
		if (order[i]->data < order[i - 1]->data + order[i - 1]->size)
			return ld_error(&f->diags, "invalid-elf",
					"%s: section %u (%s) overlaps section %u (%s)",
					ld_file_name(f), order[i]->index, order[i]->name,
					order[i - 1]->index, order[i - 1]->name);
	return 0;
}

static enum ld_sec_kind classify(const struct ld_section *sec, const struct ld_link *l)
{
	switch (sec->type) {
	case SHT_NOBITS: return LD_SEC_BSS;
	case SHT_PROGBITS:
	case SHT_NOTE:
	case SHT_INIT_ARRAY:
	case SHT_FINI_ARRAY: break;
	case SHT_LLVM_DEPLIBS: return l->opt->partial ? LD_SEC_DATA : LD_SEC_NONE;
	default: return LD_SEC_NONE;
	}
	if (sec->role == LD_ROLE_BTF)
		return LD_SEC_BTF;
	if (sec->role == LD_ROLE_BTF_EXT)
		return LD_SEC_BTF_EXT;
	if (ld_role_has(sec->role, LD_TRAIT_IGNORED))
		return LD_SEC_NONE;
	/*
	 * -gsplit-dwarf=single: what the skeleton refers to by the name of the object. Units of it
	 * cannot be concatenated, since they find their strings without relocations.
	 */
	if (sec->flags & SHF_EXCLUDE && !(sec->flags & SHF_ALLOC) &&
	    (sec->role == LD_ROLE_DEBUG || !l->opt->partial))
		return LD_SEC_NONE;
	/* Stripped DWARF is not read, and neither are its relocations. */
	if (sec->role == LD_ROLE_DEBUG)
		return l->opt->strip_debug ? LD_SEC_NONE : LD_SEC_DEBUG;
	if (ld_role_has(sec->role, LD_TRAIT_DATA))
		return LD_SEC_DATA;
	if (sec->flags & SHF_EXECINSTR && sec->type == SHT_PROGBITS)
		return LD_SEC_CODE;
	/* Loaders recognize data by name: clang's .jumptables has no flags at all. */
	return LD_SEC_DATA;
}

/* Drops flags that contradict the kind of the section, or mean nothing to a linker. */
static void clean_flags(struct ld_section *sec)
{
	sec->flags &= SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR | SHF_MERGE | SHF_STRINGS | SHF_GROUP |
		      SHF_GNU_RETAIN | SHF_COMPRESSED;
	if (sec->kind == LD_SEC_CODE)
		sec->flags &= ~(uint64_t)(SHF_MERGE | SHF_STRINGS);
	else
		sec->flags &= ~(uint64_t)SHF_EXECINSTR;
}

/* .deplibs lists the libraries of #pragma comment(lib, "x") as strings. */
static int check_deplibs(struct ld_section *sec)
{
	if (sec->size && (!sec->data || sec->data[sec->size - 1]))
		return bad_section(sec, "does not end with a string");
	sec->file->deplibs = sec;
	return 0;
}

/* Finds the bitcode that -fembed-bitcode and -ffat-lto-objects add to machine code. */
static void note_bitcode(const struct ld_section *sec)
{
	struct ld_file *f = sec->file;

	if (!f->link->opt->lto_fat || f->bitcode || !sec->data ||
	    !ld_is_bitcode(sec->data, sec->size) ||
	    (strcmp(sec->name, ".llvmbc") && strcmp(sec->name, ".llvm.lto")))
		return;
	f->bitcode = sec->data;
	f->bitcode_size = sec->size;
}

static int reject_profiled(const struct ld_section *sec)
{
	struct ld_file *f = sec->file;

	return ld_error(
	    &f->diags, "profiled-input",
	    "%s: compiled for profiling, which BPF programs do not support" LD_DETAIL
	    "section %s has counters, for which loaders create no map" LD_HELP
	    "compile without -fprofile-instr-generate, -fprofile-generate and -fcoverage-mapping",
	    ld_file_name(f), sec->name);
}

/* Whether the section has a size, but none of the contents that a loader needs. */
static bool is_emptied(const struct ld_section *sec)
{
	return sec->type == SHT_NOBITS && sec->size &&
	       (sec->flags & SHF_EXECINSTR || sec->role == LD_ROLE_MAPS ||
		ld_role_has(sec->role, LD_TRAIT_SINGLE));
}

static int reject_emptied(const struct ld_section *sec)
{
	struct ld_file *f = sec->file;

	return ld_error(
	    &f->diags, "not-an-object",
	    "%s: has debug information, but no code or data" LD_DETAIL
	    "section %s has a size but no contents, as after objcopy --only-keep-debug" LD_HELP
	    "link the object that this file was made from",
	    ld_file_name(f), sec->name);
}

static int read_sections(struct reader *r)
{
	struct ld_file *f = r->f;
	struct ld_section **order, *names, *emptied = NULL;
	bool has_contents = false;
	int err = find_headers(r);
	uint32_t i;
	size_t nr;

	if (err)
		return err;
	f->secs = LD_NEW_ARRAY(&f->arena, struct ld_section, f->nr_secs);
	f->secs[0].name = "";
	f->secs[0].file = f;
	for (i = 1; i < f->nr_secs; i++)
		if ((err = read_section_header(r, i)))
			return err;
	names = &f->secs[r->shstrtab];
	for (i = 1; i < f->nr_secs; i++) {
		struct ld_section *sec = &f->secs[i];

		sec->name = table_str(r, names, header_word(r, i, offsetof(Elf64_Shdr, sh_name)));
		if (!sec->name)
			return bad_section(sec, "name is outside the string table");
		if (has_too_long_names(r))
			return bad_section(sec, "names of sections overlap too much");
		sec->role = ld_role_of(sec->name);
		if (sec->role == LD_ROLE_PROFILE)
			return reject_profiled(sec);
		has_contents |= sec->type == SHT_PROGBITS && sec->flags & SHF_ALLOC && sec->size;
		if (!emptied && is_emptied(sec))
			emptied = sec;
		sec->kind = classify(sec, f->link);
		f->gcc_lto |= sec->role == LD_ROLE_GCC_LTO;
		clean_flags(sec);
		/* As a variable it would be confused with the output's own section. */
		if (sec->kind == LD_SEC_BSS &&
		    (sec->role == LD_ROLE_BTF || sec->role == LD_ROLE_BTF_EXT))
			return bad_section(sec, "has no contents in the file");
		if (sec->kind == LD_SEC_CODE && sec->size % 8)
			return bad_section(sec, "size of code is not a multiple of 8");
		if ((sec->type == SHT_INIT_ARRAY || sec->type == SHT_FINI_ARRAY) && sec->size % 8)
			return bad_section(sec, "size of pointers is not a multiple of 8");
	}
	if (emptied && !has_contents)
		return reject_emptied(emptied);
	/* GNU as, objcopy, strip and ld use a string table of its own for section names. */
	f->gnu = !strcmp(f->secs[r->shstrtab].name, ".shstrtab");
	order = order_sections(f, &nr);
	if ((err = check_overlaps(f, order, nr)))
		return err;
	for (i = 1; i < f->nr_secs; i++) {
		if ((err = ld_read_compression(&f->secs[i])))
			return err;
		if (f->secs[i].type == SHT_LLVM_DEPLIBS && (err = check_deplibs(&f->secs[i])))
			return err;
		note_bitcode(&f->secs[i]);
	}
	return 0;
}

/* Finds the symbol table and the tables that belong to it. */
static int find_tables(struct reader *r)
{
	struct ld_file *f = r->f;
	uint32_t i;

	for (i = 1; i < f->nr_secs; i++) {
		struct ld_section *sec = &f->secs[i];

		if (sec->type == SHT_SYMTAB_SHNDX)
			r->symtab_shndx = i;
		if (sec->type != SHT_SYMTAB)
			continue;
		if (r->symtab)
			return bad_section(sec, "second symbol table");
		if (sec->entsize != sizeof(Elf64_Sym) || sec->size % sizeof(Elf64_Sym))
			return bad_section(sec, "symbol table entries are not 24 bytes");
		if (!sec->link || sec->link >= f->nr_secs)
			return bad_section(sec, "string table index is out of range");
		if (sec->size / sizeof(Elf64_Sym) > UINT32_MAX)
			return bad_section(sec, "too many symbols");
		r->symtab = i;
		r->strtab = sec->link;
	}
	return 0;
}

static int bad_symbol(struct ld_file *f, uint32_t i, const char *what)
{
	return ld_error(&f->diags, "invalid-elf", "%s: symbol %u (%s): %s", ld_file_name(f), i,
			f->syms[i].name ? f->syms[i].name : "?", what);
}

static int read_symbol(struct reader *r, uint32_t i)
{
	struct ld_file *f = r->f;
	struct ld_sym *sym = &f->syms[i];
	const uint8_t *p = f->secs[r->symtab].data + (size_t)i * sizeof(Elf64_Sym);
	uint8_t info = p[offsetof(Elf64_Sym, st_info)];
	uint32_t shndx = ld_get16(p + offsetof(Elf64_Sym, st_shndx), f->big);

	sym->name = table_str(r, &f->secs[r->strtab], ld_get32(p, f->big));
	if (!sym->name)
		return bad_symbol(f, i, "name is outside the string table");
	if (has_too_long_names(r))
		return bad_symbol(f, i, "names of symbols overlap too much");
	sym->bind = ELF64_ST_BIND(info);
	sym->type = ELF64_ST_TYPE(info);
	sym->vis = ELF64_ST_VISIBILITY(p[offsetof(Elf64_Sym, st_other)]);
	sym->value = ld_get64(p + offsetof(Elf64_Sym, st_value), f->big);
	sym->size = ld_get64(p + offsetof(Elf64_Sym, st_size), f->big);
	if (sym->size > MAX_SIZE)
		return bad_symbol(f, i, "size is out of range");
	if (sym->bind > STB_WEAK)
		return bad_symbol(f, i, "unknown binding");
	if (sym->type > STT_TLS)
		return bad_symbol(f, i, "unknown type");
	if (sym->bind != STB_LOCAL && !sym->name[0])
		return bad_symbol(f, i, "is global but has no name");
	/* The section index marks COMMON symbols; loaders do not know the type. */
	if (sym->type == STT_COMMON)
		sym->type = STT_OBJECT;
	/* No loader can find it by name, so it is a label. */
	if ((sym->type == STT_FUNC || sym->type == STT_OBJECT) && !sym->name[0])
		sym->type = STT_NOTYPE;
	/* A file symbol has no place, whatever its section index. */
	if (sym->type == STT_FILE) {
		if (sym->bind != STB_LOCAL)
			return bad_symbol(f, i, "names a source file but is not local");
		sym->abs = true;
		return 0;
	}
	if (shndx == SHN_XINDEX) {
		const struct ld_section *x = &f->secs[r->symtab_shndx];

		if (!r->symtab_shndx || x->size / 4 <= i || !x->data)
			return bad_symbol(f, i, "has no entry in the extended section index table");
		shndx = ld_get32(x->data + (size_t)i * 4, f->big);
	} else if (shndx == SHN_ABS || shndx == SHN_COMMON) {
		sym->abs = shndx == SHN_ABS;
		sym->common = shndx == SHN_COMMON;
		if (sym->common && sym->bind == STB_LOCAL)
			return bad_symbol(f, i, "is COMMON, but not global");
		if (sym->common && (sym->value & (sym->value - 1) || sym->value > UINT32_MAX))
			return bad_symbol(f, i, "alignment is not a power of two");
		return 0;
	} else if (shndx >= SHN_LORESERVE) {
		return bad_symbol(f, i, "reserved section index");
	}
	if (!shndx)
		return 0;
	if (shndx >= f->nr_secs)
		return bad_symbol(f, i, "section index is out of range");
	sym->sec = &f->secs[shndx];
	if (!ld_in_range(sym->value, sym->size, sym->sec->size) && sym->sec->kind != LD_SEC_NONE)
		return bad_symbol(f, i, "extends past the end of its section");
	if (sym->type == STT_FUNC && sym->sec->kind == LD_SEC_CODE && sym->value % 8)
		return bad_symbol(f, i, "function does not begin at an instruction");
	return 0;
}

/* Counts what few files have, so that passes need not scan all symbols. */
static void note_global(struct ld_file *f, uint32_t i)
{
	const struct ld_sym *sym = &f->syms[i];

	if (sym->bind == STB_LOCAL)
		return;
	if (f->first_global > i)
		f->first_global = i;
	f->nr_defined += sym->sec != NULL;
	f->has_common |= sym->common;
}

/* Without symbols no loader finds a program or a map, and no other file a definition. */
static int check_stripped(struct ld_file *f)
{
	for (uint32_t i = 1; i < f->nr_secs; i++) {
		const struct ld_section *sec = &f->secs[i];

		if (sec->size && (sec->kind == LD_SEC_CODE || sec->role == LD_ROLE_MAPS))
			return ld_error(
			    &f->diags, "stripped-input",
			    "%s: has no symbol table: nothing in it can be used" LD_DETAIL
			    "section %s has %llu bytes" LD_HELP
			    "link the object as compiled; -S drops only DWARF, as llvm-strip -g "
			    "does",
			    ld_file_name(f), sec->name, (unsigned long long)sec->size);
	}
	return 0;
}

static int read_symbols(struct reader *r)
{
	struct ld_file *f = r->f;
	uint32_t i;

	if (!r->symtab) {
		if (check_stripped(f))
			return ld_failed();
		f->syms = LD_NEW_ARRAY(&f->arena, struct ld_sym, 1);
		f->syms[0].name = "";
		f->nr_syms = 1;
		return 0;
	}
	f->nr_syms = (uint32_t)(f->secs[r->symtab].size / sizeof(Elf64_Sym));
	f->syms = LD_NEW_ARRAY(&f->arena, struct ld_sym, (size_t)f->nr_syms + 1);
	f->syms[0].name = "";
	if (!f->nr_syms)
		f->nr_syms = 1;
	f->first_global = f->nr_syms;
	for (i = 1; i < f->nr_syms; i++) {
		struct ld_sym *sym = &f->syms[i];
		int err = read_symbol(r, i);

		if (err)
			return err;
		if (sym->common && !strcmp(sym->name, "__gnu_lto_slim"))
			return ld_error(
			    &f->diags, "gcc-lto",
			    "%s: has gcc's intermediate code but no machine code" LD_HELP
			    "compile without -flto, or add -ffat-lto-objects",
			    ld_file_name(f));
		note_global(f, i);
		if (sym->type != STT_FILE || !sym->name[0])
			continue;
		f->linked = f->source;
		if (!f->source)
			f->source = sym->name;
	}
	return 0;
}

static int compare_relocs(const void *a, const void *b)
{
	const struct ld_reloc *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

uint32_t ld_reloc_type(const struct ld_section *sec, uint32_t type)
{
	if (type == LD_R_GNU_DATA_64)
		return LD_R_BPF_64_ABS64;
	if (type == LD_R_GNU_DATA_32)
		return LD_R_BPF_64_ABS32;
	if (sec->kind != LD_SEC_CODE && type == LD_R_BPF_64_64)
		return LD_R_BPF_64_ABS64;
	if (sec->kind != LD_SEC_CODE && type == LD_R_BPF_64_32)
		return LD_R_BPF_64_ABS32;
	return type;
}

unsigned int ld_reloc_width(uint32_t type)
{
	switch (type) {
	case LD_R_BPF_64_64: return 2 * LD_INSN_SIZE;
	case LD_R_BPF_64_32: return LD_INSN_SIZE;
	case LD_R_BPF_64_ABS64: return 8;
	case LD_R_BPF_64_ABS32:
	case LD_R_BPF_64_NODYLD32: return 4;
	default: return 0;
	}
}

static size_t reloc_size(const struct ld_section *rel)
{
	return rel->type == SHT_RELA ? sizeof(Elf64_Rela) : sizeof(Elf64_Rel);
}

uint32_t ld_nr_relocs(const struct ld_section *rel)
{
	return (uint32_t)(rel->size / reloc_size(rel));
}

void ld_decode_reloc(const struct ld_section *rel, const struct ld_section *sec, uint32_t k,
		     struct ld_reloc *r)
{
	const uint8_t *p = rel->data + k * reloc_size(rel);
	bool big = sec->file->big, rela = rel->type == SHT_RELA;
	uint64_t info = ld_get64(p + 8, big);

	*r = (struct ld_reloc){.off = ld_get64(p, big),
			       .type = ld_reloc_type(sec, (uint32_t)info),
			       .sym = (uint32_t)(info >> 32),
			       .addend = rela ? (int64_t)ld_get64(p + 16, big) : 0,
			       .explicit_addend = rela};
}

/* Whether the relocations in rel are ordered by offset. */
static bool is_ordered(const struct ld_section *rel)
{
	size_t size = reloc_size(rel);
	uint64_t last = 0;

	for (uint32_t k = 0; k < ld_nr_relocs(rel); k++) {
		uint64_t off = ld_get64(rel->data + k * size, rel->file->big);

		if (off < last)
			return false;
		last = off;
	}
	return true;
}

static int check_symbols_of(struct reader *r, const struct ld_section *rel,
			    const struct ld_section *sec)
{
	size_t size = reloc_size(rel);

	for (uint32_t k = 0; k < ld_nr_relocs(rel); k++) {
		uint64_t sym = ld_get64(rel->data + k * size + 8, r->f->big) >> 32;

		if (sym >= r->f->nr_syms)
			return ld_error(&r->f->diags, "invalid-elf",
					"%s: relocation %u of %s: symbol %u is out of range",
					ld_file_name(r->f), k, sec->name, (uint32_t)sym);
	}
	return 0;
}

/* Reads the relocations of sec from the table in rel, and sorts them by offset. */
static int read_relocs(struct reader *r, struct ld_section *rel, struct ld_section *sec)
{
	struct ld_file *f = r->f;
	bool ordered;
	uint32_t nr;
	int err;

	if (rel->size % reloc_size(rel) || rel->size / reloc_size(rel) > UINT32_MAX)
		return bad_section(rel, "size is not a multiple of a relocation's");
	if (rel->link != r->symtab)
		return bad_section(rel, "its symbol table is not the object's");
	if (sec->nr_relocs || sec->rel)
		return bad_section(rel, "second relocation section for one section");
	if ((err = check_symbols_of(r, rel, sec)))
		return err;
	nr = ld_nr_relocs(rel);
	ordered = is_ordered(rel);
	if (sec->kind == LD_SEC_DEBUG && ordered) {
		sec->rel = nr ? rel : NULL;
		return 0;
	}
	sec->relocs = LD_NEW_ARRAY(&f->arena, struct ld_reloc, nr);
	sec->nr_relocs = nr;
	for (uint32_t k = 0; k < nr; k++)
		ld_decode_reloc(rel, sec, k, &sec->relocs[k]);
	if (!ordered)
		qsort(sec->relocs, nr, sizeof(*sec->relocs), compare_relocs);
	return 0;
}

static int read_all_relocs(struct reader *r)
{
	struct ld_file *f = r->f;
	uint32_t i;

	for (i = 1; i < f->nr_secs; i++) {
		struct ld_section *rel = &f->secs[i], *sec;
		int err;

		if (rel->type != SHT_REL && rel->type != SHT_RELA)
			continue;
		if (!rel->info || rel->info >= f->nr_secs)
			return bad_section(rel, "section that it relocates is out of range");
		sec = &f->secs[rel->info];
		/* .BTF and .BTF.ext have the values in place; their relocations add nothing. */
		if (sec->kind == LD_SEC_NONE || sec->kind == LD_SEC_BTF ||
		    sec->kind == LD_SEC_BTF_EXT)
			continue;
		err = read_relocs(r, rel, sec);
		if (err)
			return err;
	}
	return 0;
}

/* Sets the signature of each member of a COMDAT group. */
static int read_groups(struct reader *r)
{
	struct ld_file *f = r->f;
	uint32_t i;

	for (i = 1; i < f->nr_secs; i++) {
		struct ld_section *g = &f->secs[i];
		size_t k;

		if (g->type != SHT_GROUP)
			continue;
		if (g->size < 4 || g->size % 4 || g->link != r->symtab || g->info >= f->nr_syms)
			return bad_section(g, "malformed section group");
		if (!(ld_get32(g->data, f->big) & GRP_COMDAT))
			continue;
		for (k = 1; k < g->size / 4; k++) {
			uint32_t member = ld_get32(g->data + k * 4, f->big);

			if (!member || member >= f->nr_secs)
				return bad_section(g, "group member is out of range");
			f->secs[member].group = f->syms[g->info].name;
			f->has_groups = true;
		}
	}
	return 0;
}

static int read_elf(struct reader *r)
{
	int err;

	if ((err = read_sections(r)) || (err = find_tables(r)) || (err = read_symbols(r)) ||
	    (err = read_groups(r)) || (err = read_all_relocs(r)))
		return err;
	ld_undefine_externs(r->f);
	return 0;
}

int ld_elf_read(struct ld_file *f)
{
	struct reader r = {.f = f};
	int err = check_header(f);

	return err ? err : read_elf(&r);
}
