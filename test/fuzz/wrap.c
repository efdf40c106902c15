/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The object around .BTF and .BTF.ext, or a table of imports: functions in two sections, a map, two
 * variables.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define NAMES                                                                                      \
	"\0.text\0tc\0.maps\0.bss\0.BTF\0.BTF.ext\0.bpfld.imports\0.symtab\0.strtab\0"             \
	"sub\0prog\0map\0counter\0other"

static const char names[] = NAMES;

static uint32_t name_at(const char *name)
{
	size_t i = 0, len = strlen(name) + 1;

	while (memcmp(names + i, name, len) || (i && names[i - 1]))
		i++;
	return (uint32_t)i;
}

enum { NONE, TEXT, TC, MAPS, BSS, BTF, EXT, IMPORTS, SYMTAB, STRTAB, NR };

/*
 * As long as that of the seeds, whose records are about it: "r0 = 0" again and again, "exit". With
 * a table of imports, the first of them are loads of 64 bits, which it may be about.
 */
#define CODE_SIZE 1024
static uint8_t code[CODE_SIZE];

static void write_code(bool main)
{
	for (size_t i = 0; i < CODE_SIZE; i += 8)
		code[i] = i + 8 < CODE_SIZE ? 0xb7 : 0x95;
	for (size_t i = 0; main && i < 64; i += 8)
		code[i] = i % 16 ? 0 : 0x18;
}

static Elf64_Shdr section(const char *name, uint32_t type, uint64_t flags, uint64_t size)
{
	return (Elf64_Shdr){.sh_name = name_at(name),
			    .sh_type = type,
			    .sh_flags = flags,
			    .sh_size = size,
			    .sh_addralign = 8};
}

static Elf64_Sym symbol(const char *name, uint8_t type, uint16_t shndx, uint64_t value,
			uint64_t size)
{
	return (Elf64_Sym){.st_name = name_at(name),
			   .st_info = ELF64_ST_INFO(STB_GLOBAL, type),
			   .st_shndx = shndx,
			   .st_value = value,
			   .st_size = size};
}

/* Whether such an object has the section. */
static bool is_part(enum fuzz_wrap as, size_t sec)
{
	switch (sec) {
	case EXT:
	case MAPS: return as == FUZZ_AS_OBJECT;
	case IMPORTS: return as == FUZZ_AS_MAIN;
	case TC:
	case BSS: return as != FUZZ_AS_LIBRARY;
	default: return true;
	}
}

struct bytes fuzz_wrap(enum fuzz_wrap as, struct bytes btf, struct bytes rest)
{
	static const uint8_t zeros[64];
	bool main = as == FUZZ_AS_MAIN, library = as == FUZZ_AS_LIBRARY, plain = !main && !library;
	Elf64_Sym syms[] = {
	    {0},
	    symbol("sub", STT_FUNC, TEXT, 0, plain ? CODE_SIZE : CODE_SIZE - 8),
	    plain ? symbol("other", STT_OBJECT, BSS, 8, 8)
		  : symbol("other", STT_FUNC, TEXT, CODE_SIZE - 8, 8),
	    symbol("prog", STT_FUNC, TC, 0, CODE_SIZE),
	    symbol("counter", STT_OBJECT, BSS, 0, 8),
	    symbol("map", STT_OBJECT, MAPS, 0, 32),
	};
	/* A library is its functions, a main has no map. */
	size_t nr_syms = library ? 3 : main ? 5 : 6;
	Elf64_Shdr sh[NR] = {
	    [TEXT] = section(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, sizeof(code)),
	    [TC] = section("tc", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, sizeof(code)),
	    [MAPS] = section(".maps", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 32),
	    [BSS] = section(".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 16),
	    [BTF] = section(".BTF", SHT_PROGBITS, 0, btf.size),
	    [EXT] = section(".BTF.ext", SHT_PROGBITS, 0, rest.size),
	    [IMPORTS] = section(".bpfld.imports", SHT_STRTAB, 0, rest.size),
	    [SYMTAB] = section(".symtab", SHT_SYMTAB, 0, nr_syms * sizeof(syms[0])),
	    [STRTAB] = section(".strtab", SHT_STRTAB, 0, sizeof(names)),
	};
	const void *data[NR] = {
	    [TEXT] = code,     [TC] = code,           [MAPS] = zeros,  [BTF] = btf.data,
	    [EXT] = rest.data, [IMPORTS] = rest.data, [SYMTAB] = syms, [STRTAB] = names};
	Elf64_Ehdr eh = {.e_type = ET_REL,
			 .e_machine = EM_BPF,
			 .e_version = EV_CURRENT,
			 .e_ehsize = sizeof(eh),
			 .e_shentsize = sizeof(Elf64_Shdr),
			 .e_shnum = NR,
			 .e_shstrndx = STRTAB};
	size_t size = sizeof(eh), i;
	uint8_t *image;

	write_code(main);
	for (i = 1; main && i < 3; i++)
		syms[i].st_info = ELF64_ST_INFO(STB_WEAK, STT_FUNC);
	memcpy(eh.e_ident, ELFMAG, SELFMAG);
	eh.e_ident[EI_CLASS] = ELFCLASS64;
	eh.e_ident[EI_DATA] = ELFDATA2LSB;
	eh.e_ident[EI_VERSION] = EV_CURRENT;
	sh[SYMTAB].sh_link = STRTAB;
	sh[SYMTAB].sh_info = 1;
	sh[SYMTAB].sh_entsize = sizeof(Elf64_Sym);
	for (i = 1; i < NR; i++) {
		sh[i].sh_offset = size;
		if (!is_part(as, i) || (i == EXT && !rest.size))
			sh[i] = (Elf64_Shdr){0};
		else if (sh[i].sh_type != SHT_NOBITS)
			size += (sh[i].sh_size + 7) & ~7ul;
	}
	eh.e_shoff = size;
	image = calloc(1, size + sizeof(sh));
	memcpy(image, &eh, sizeof(eh));
	memcpy(image + size, sh, sizeof(sh));
	for (i = 1; i < NR; i++)
		if (data[i] && sh[i].sh_size)
			memcpy(image + sh[i].sh_offset, data[i], sh[i].sh_size);
	return (struct bytes){image, size + sizeof(sh)};
}
