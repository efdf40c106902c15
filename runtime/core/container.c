/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "core/container.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "btf/format.h"

#define TAR_BLOCK 512u

bool ld_core_is_btf(const void *data, size_t size)
{
	return size >= 2 &&
	       (ld_get16(data, false) == BTF_MAGIC || ld_get16(data, true) == BTF_MAGIC);
}

bool ld_core_is_elf(const void *data, size_t size)
{
	return size >= SELFMAG && !memcmp(data, ELFMAG, SELFMAG);
}

bool ld_core_is_tar(const void *data, size_t size)
{
	return size >= TAR_BLOCK && !memcmp((const char *)data + 257, "ustar", 5);
}

/* ---- ELF, of either class and byte order ---- */

struct elf {
	ld_core_read_fn *read;
	void *ctx;
	bool big, wide; /* wide: 64 bits */
	uint64_t headers;
	uint32_t entsize, nr, names;
	struct ld_core_range strings;
};

static uint64_t get_word(const struct elf *e, const uint8_t *p)
{
	return e->wide ? ld_get64(p, e->big) : ld_get32(p, e->big);
}

struct header {
	uint32_t name, type, link;
	uint64_t flags;
	struct ld_core_range range;
};

static bool read_header(const struct elf *e, uint32_t i, struct header *h)
{
	uint8_t raw[sizeof(Elf64_Shdr)];
	size_t size = e->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);

	if (!e->read(e->ctx, e->headers + (uint64_t)i * e->entsize, raw, size))
		return false;
	h->name = ld_get32(raw, e->big);
	h->type = ld_get32(raw + 4, e->big);
	h->flags = get_word(e, raw + 8);
	h->range.off = get_word(e, raw + (e->wide ? 24 : 16));
	h->range.size = get_word(e, raw + (e->wide ? 32 : 20));
	h->link = ld_get32(raw + (e->wide ? 40 : 24), e->big);
	return true;
}

static bool read_elf(struct elf *e)
{
	uint8_t raw[sizeof(Elf64_Ehdr)];
	struct header first, strings;

	if (!e->read(e->ctx, 0, raw, sizeof(Elf32_Ehdr)))
		return false;
	e->wide = raw[EI_CLASS] == ELFCLASS64;
	e->big = raw[EI_DATA] == ELFDATA2MSB;
	if (e->wide && !e->read(e->ctx, 0, raw, sizeof(raw)))
		return false;
	e->headers = get_word(e, raw + (e->wide ? 40 : 32));
	e->entsize = ld_get16(raw + (e->wide ? 58 : 46), e->big);
	e->nr = ld_get16(raw + (e->wide ? 60 : 48), e->big);
	e->names = ld_get16(raw + (e->wide ? 62 : 50), e->big);
	if (e->entsize < (e->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr)) ||
	    !read_header(e, 0, &first))
		return false;
	/* Large numbers are in the first section header. */
	if (!e->nr)
		e->nr = (uint32_t)first.range.size;
	if (e->names == SHN_XINDEX)
		e->names = first.link;
	if (!read_header(e, e->names, &strings))
		return false;
	e->strings = strings.range;
	return true;
}

static bool has_name(const struct elf *e, uint32_t name, const char *wanted)
{
	char text[sizeof(".BTF.base")];
	size_t size = strlen(wanted) + 1;

	return size <= sizeof(text) && ld_in_range(name, size, e->strings.size) &&
	       e->read(e->ctx, e->strings.off + name, text, size) && !memcmp(text, wanted, size);
}

const char *ld_core_find_section(ld_core_read_fn *read, void *ctx, const char *name,
				 struct ld_core_range *found)
{
	const uint32_t most = 1u << 20;
	struct elf e = {.read = read, .ctx = ctx};
	struct header h;

	if (!read_elf(&e))
		return "its ELF headers are corrupt";
	for (uint32_t i = 1; i < e.nr && i < most && read_header(&e, i, &h); i++) {
		if (h.type != SHT_PROGBITS || !has_name(&e, h.name, name))
			continue;
		if (h.flags & SHF_COMPRESSED)
			return "its section .BTF is compressed";
		*found = h.range;
		return NULL;
	}
	return "it has no section .BTF";
}

/* ---- tar ---- */

/* A number in octal digits, possibly after spaces. */
static uint64_t get_octal(const uint8_t *p, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size && (p[i] == ' ' || (p[i] >= '0' && p[i] <= '7')); i++)
		if (p[i] != ' ')
			value = value * 8 + (uint64_t)(p[i] - '0');
	return value;
}

const char *ld_core_find_member(const uint8_t *data, size_t size, struct ld_core_range *found)
{
	uint64_t off = 0;

	*found = (struct ld_core_range){0};
	while (off < size && size - off >= TAR_BLOCK && data[off]) {
		uint64_t len = get_octal(data + off + 124, 12);
		uint8_t type = data[off + 156];

		if (len > size - off - TAR_BLOCK)
			return "the archive is truncated";
		if (type == '0' || type == '\0') {
			if (found->off)
				return "the archive contains several files";
			*found = (struct ld_core_range){off + TAR_BLOCK, len};
		}
		off += TAR_BLOCK + ld_align_up(len, TAR_BLOCK);
	}
	return found->off ? NULL : "the archive contains no file";
}
