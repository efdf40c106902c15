/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Before Linux 6.9 the verifier's log has lines of the source without their place. .BTF.ext has the
 * text of each line, its file and its number.
 */
#include <bpf/btf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "bpfld/check.h"

struct source_lines {
	struct btf *btf;     /* has the strings */
	unsigned char *data; /* line information */
	size_t size;
};

struct line_record {
	uint32_t insn, file, text, line_and_column;
};

static Elf_Data *find_section(Elf *elf, const char *name)
{
	Elf_Scn *scn = NULL;
	size_t strings;

	if (elf_getshdrstrndx(elf, &strings))
		return NULL;
	while ((scn = elf_nextscn(elf, scn))) {
		Elf64_Shdr *shdr = elf64_getshdr(scn);
		const char *found = shdr ? elf_strptr(elf, strings, shdr->sh_name) : NULL;

		if (found && !strcmp(found, name))
			return elf_rawdata(scn, NULL);
	}
	return NULL;
}

/* Magic, version and flags; size of the header; offsets from its end, and sizes. */
struct ext_header {
	uint32_t magic, size, functions, functions_size, lines, lines_size;
};

static void copy_lines(struct source_lines *l, const Elf_Data *ext)
{
	const unsigned char *data = ext->d_buf;
	struct ext_header h;

	if (ext->d_size < sizeof(h))
		return;
	memcpy(&h, data, sizeof(h));
	if (h.size > ext->d_size || h.lines > ext->d_size - h.size ||
	    h.lines_size > ext->d_size - h.size - h.lines || h.lines_size < sizeof(uint32_t))
		return;
	l->data = malloc(h.lines_size);
	if (!l->data)
		out_of_memory();
	l->size = h.lines_size;
	memcpy(l->data, data + h.size + h.lines, l->size);
}

struct source_lines *read_source_lines(const void *object, size_t size)
{
	struct source_lines *l = calloc(1, sizeof(*l));
	Elf_Data *btf, *ext;
	Elf *elf;

	if (!l)
		out_of_memory();
	elf_version(EV_CURRENT);
	elf = elf_memory((char *)object, size);
	btf = elf ? find_section(elf, ".BTF") : NULL;
	ext = elf ? find_section(elf, ".BTF.ext") : NULL;
	if (btf && ext && btf->d_size <= UINT32_MAX) {
		l->btf = btf__new(btf->d_buf, (uint32_t)btf->d_size);
		copy_lines(l, ext);
	}
	elf_end(elf);
	/* libbpf 0.x returns errors as pointers. */
	if (libbpf_get_error(l->btf))
		l->btf = NULL;
	if (l->btf && l->data)
		return l;
	free_source_lines(l);
	return NULL;
}

void free_source_lines(struct source_lines *l)
{
	if (!l)
		return;
	btf__free(l->btf);
	free(l->data);
	free(l);
}

static uint32_t read_word(const unsigned char *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

struct search {
	const struct source_lines *lines;
	const char *text;
	struct line_record found[2];
	unsigned int n;
};

static void look_at(struct search *s, const struct line_record *r)
{
	const char *text = btf__str_by_offset(s->lines->btf, r->text);

	/* The verifier leaves out blanks before the text. */
	if (!text || strcmp(text + strspn(text, " \t"), s->text))
		return;
	for (unsigned int i = 0; i < s->n && i < 2; i++)
		if (s->found[i].file == r->file &&
		    s->found[i].line_and_column >> 10 == r->line_and_column >> 10)
			return;
	if (s->n < 2)
		s->found[s->n] = *r;
	s->n++;
}

static void look_at_all(struct search *s)
{
	const unsigned char *data = s->lines->data, *end = data + s->lines->size;
	uint32_t size = read_word(data);
	struct line_record r;

	for (data += sizeof(size); size >= sizeof(r) && (size_t)(end - data) >= 8;) {
		uint32_t n = read_word(data + 4);

		for (data += 8; n-- && (size_t)(end - data) >= size; data += size) {
			memcpy(&r, data, sizeof(r));
			look_at(s, &r);
		}
	}
}

static const char *name_line(struct pool *pool, const struct search *s, unsigned int i)
{
	const char *file = btf__str_by_offset(s->lines->btf, s->found[i].file);

	return pool_printf(pool, "%s:%u", file ? base_name(file) : "?",
			   s->found[i].line_and_column >> 10);
}

const char *find_source_line(struct pool *pool, const struct source_lines *lines, const char *text)
{
	struct search s = {.lines = lines, .text = text};

	look_at_all(&s);
	if (!s.n || s.n > 2)
		return NULL;
	if (s.n == 1)
		return name_line(pool, &s, 0);
	return pool_printf(pool, "%s or %s", name_line(pool, &s, 0), name_line(pool, &s, 1));
}
