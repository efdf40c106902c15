/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The sections of the finished file, so that figures match those that other tools print. */
#include "base/bytes.h"
#include "report/report.h"

static struct ld_image_section read_header(const struct ld_link *l, const uint8_t *sh,
					   const uint8_t *names)
{
	struct ld_image_section s = {
	    .name =
		(const char *)names + ld_get32(sh + offsetof(Elf64_Shdr, sh_name), l->inputs.big),
	    .size = ld_get64(sh + offsetof(Elf64_Shdr, sh_size), l->inputs.big),
	    .align = ld_get64(sh + offsetof(Elf64_Shdr, sh_addralign), l->inputs.big),
	};

	return s;
}

struct ld_image_section *ld_image_sections(struct ld_arena *a, const struct ld_link *l,
					   uint32_t *nr)
{
	const uint8_t *e = l->flat;
	const uint8_t *sh = e + ld_get64(e + offsetof(Elf64_Ehdr, e_shoff), l->inputs.big), *names;
	uint32_t strndx = ld_get16(e + offsetof(Elf64_Ehdr, e_shstrndx), l->inputs.big);
	struct ld_image_section *all;

	*nr = ld_get16(e + offsetof(Elf64_Ehdr, e_shnum), l->inputs.big);
	/* The null section has a count that does not fit into the ELF header (gABI). */
	if (!*nr)
		*nr = (uint32_t)ld_get64(sh + offsetof(Elf64_Shdr, sh_size), l->inputs.big);
	if (strndx == SHN_XINDEX)
		strndx = ld_get32(sh + offsetof(Elf64_Shdr, sh_link), l->inputs.big);
	names = e + ld_get64(sh + strndx * sizeof(Elf64_Shdr) + offsetof(Elf64_Shdr, sh_offset),
			     l->inputs.big);
	all = LD_NEW_ARRAY(a, struct ld_image_section, *nr);
	for (uint32_t i = 1; i < *nr; i++)
		all[i] = read_header(l, sh + i * sizeof(Elf64_Shdr), names);
	ld_for_each(i, &l->layout.outs)
		all[l->layout.outs.v[i]->index].out = l->layout.outs.v[i];
	return all;
}
