/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * mutate-dwarf A B NUMBER: links A and B, which define one symbol, NUMBER times, with a few bytes of
 * A's DWARF changed each time. Each link must report that symbol.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfld/bpfld.h>

static uint32_t state = 1;

static uint32_t below(uint32_t n)
{
	state = state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(state >> 4) * n >> 28);
}

static unsigned char *slurp(const char *path, size_t *size)
{
	static unsigned char buf[1 << 20];
	unsigned char *copy;
	FILE *f = fopen(path, "rb");

	*size = f ? fread(buf, 1, sizeof(buf), f) : 0;
	if (!*size)
		exit(2);
	fclose(f);
	copy = malloc(*size);
	memcpy(copy, buf, *size);
	return copy;
}

static void count(void *ctx, const struct bpfld_diag *diag)
{
	if (!strcmp(diag->id, "duplicate-symbol"))
		++*(int *)ctx;
}

/* Changes up to four bytes of one of the sections that are read, to values that matter there. */
static void mutate(unsigned char *image)
{
	static const char *const names[] = {".debug_info", ".debug_abbrev", ".debug_line", ".debug_addr",
					    ".debug_str_offsets", ".rel.debug_info"};
	static const unsigned char values[] = {0, 1, 2, 3, 4, 5, 0x08, 0x0e, 0x10, 0x16, 0x17, 0x18,
					       0x1a, 0x21, 0x34, 0x47, 0x7f, 0x80, 0xff};
	const Elf64_Ehdr *e = (const void *)image;
	const Elf64_Shdr *s = (const void *)(image + e->e_shoff);
	const char *strs = (const char *)image + s[e->e_shstrndx].sh_offset;
	const char *name = names[below(sizeof(names) / sizeof(names[0]))];

	for (int i = 1; i < e->e_shnum; i++)
		for (uint32_t n = 1 + below(4); !strcmp(strs + s[i].sh_name, name) && s[i].sh_size && n; n--)
			image[s[i].sh_offset + below((uint32_t)s[i].sh_size)] =
			    below(2) ? values[below(sizeof(values))] : (unsigned char)below(256);
}

int main(int argc, char **argv)
{
	size_t size, other_size;
	unsigned char *image = slurp(argv[1], &size), *other = slurp(argv[2], &other_size);
	unsigned char *copy = malloc(size);
	int number = argc > 3 ? atoi(argv[3]) : 1;

	for (int i = 0; i < number; i++) {
		int seen = 0;
		/* A mutant of relocations may be refused while it is parsed, unless DWARF is dropped. */
		struct bpfld_opts opts = BPFLD_OPTS_INIT;
		struct bpfld *l;

		opts.strip = BPFLD_STRIP_DEBUG;
		opts.diag = count;
		opts.diag_ctx = &seen;
		memcpy(copy, image, size);
		mutate(copy);
		l = bpfld_new(&opts, NULL);
		if (!l || bpfld_add_buffer(l, "a.o", copy, size) || bpfld_add_buffer(l, "b.o", other, other_size))
			exit(2);
		if (!bpfld_link(l) || seen != 1) {
			printf("mutant %d: %d errors\n", i, seen);
			exit(1);
		}
		bpfld_free(l);
	}
	free(image);
	free(other);
	free(copy);
	return 0;
}
