/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Mutations that know the format, so that what they make gets past the first checks: a field of a
 * section header, symbol, relocation, type, record or instruction gets a value that is special
 * where it stands. Sizes stay, save where plain bytes are mutated.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

struct random {
	uint64_t state;
};

static uint64_t next(struct random *r)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return r->state * 0x2545f4914f6cdd1dull >> 11;
}

static uint64_t below(struct random *r, uint64_t n)
{
	return n ? next(r) % n : 0;
}

static uint64_t get(const uint8_t *p, unsigned int width)
{
	uint64_t v = 0;

	for (unsigned int i = width; i--;)
		v = v << 8 | p[i];
	return v;
}

static void put(uint8_t *p, unsigned int width, uint64_t v)
{
	for (unsigned int i = 0; i < width; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* A value that may be special: a limit, a neighbour of the old one, or some of range. */
static uint64_t special(struct random *r, uint64_t old, uint64_t range)
{
	static const uint64_t limits[] = {
	    0,          1,          2,           4,          8,         0x7f,       0xff,
	    0xfff,      0x1000,     0x7fff,      0xffff,     0x10000,   0x7fffffff, 0x80000000,
	    0xfffffff8, 0xffffffff, 0x100000000, 1ull << 60, INT64_MAX, 1ull << 63, UINT64_MAX - 7,
	    UINT64_MAX};

	switch (below(r, 6)) {
	case 0: return limits[below(r, sizeof(limits) / sizeof(limits[0]))];
	case 1: return old + 1 + below(r, 8);
	case 2: return old - 1 - below(r, 8);
	case 3: return old ^ 1ull << below(r, 32);
	case 4: return range - 1 + below(r, 3);
	default: return below(r, range);
	}
}

/* Sets one of the fields of a record, whose widths are given, to a special value. */
static void set_field(struct random *r, uint8_t *p, const uint8_t *widths, uint64_t range)
{
	size_t nr = strlen((const char *)widths), i = below(r, nr), k;

	for (k = 0; k < i; k++)
		p += widths[k];
	put(p, widths[i], special(r, get(p, widths[i]), range));
}

static const uint8_t word[] = {4, 0};
static const uint8_t header[] = {1, 1, 1, 1, 1, 1, 1, 1, 8, 2, 2, 4,
				 8, 8, 8, 4, 2, 2, 2, 2, 2, 2, 0};
static const uint8_t shdr[] = {4, 4, 8, 8, 8, 8, 4, 4, 8, 8, 0};
static const uint8_t sym[] = {4, 1, 1, 2, 8, 8, 0};
static const uint8_t rel[] = {8, 4, 4, 0};
static const uint8_t insn[] = {1, 1, 2, 4, 0};

/* ---- .BTF and .BTF.ext: words ---- */

static void mutate_words(struct random *r, struct bytes b)
{
	uint8_t *data = (uint8_t *)(uintptr_t)b.data, *p;
	size_t nr = b.size / 4, i, k;
	uint32_t v;

	if (!nr)
		return;
	i = below(r, 8) ? below(r, nr) : below(r, 8);
	p = data + (i < nr ? i : 0) * 4;
	v = (uint32_t)get(p, 4);
	switch (below(r, 5)) {
	case 0: /* a word that stands elsewhere: an id, an offset, a kind */
		memcpy(p, data + below(r, nr) * 4, 4);
		break;
	case 1: /* struct btf_type's info: the kind or the number that follows */
		if (below(r, 2))
			v = (v & ~0x1f000000u) | (uint32_t)below(r, 22) << 24;
		else
			v = (v & ~0xffffu) | ((uint32_t)special(r, v & 0xffff, 16) & 0xffff);
		put(p, 4, v);
		break;
	case 2: /* a run of words moves */
		k = 1 + below(r, 6);
		i = below(r, nr);
		if (i + k <= nr && (size_t)(p - data) / 4 + k <= nr)
			memmove(p, data + i * 4, k * 4);
		break;
	case 3: put(p, 4, below(r, 64)); break;
	default: set_field(r, p, word, nr); break;
	}
}

/* ---- ELF ---- */

struct object {
	uint8_t *data;
	size_t size;
	Elf64_Shdr *sh;
	size_t nr;
};

static bool open_object(struct object *o, uint8_t *data, size_t size)
{
	Elf64_Ehdr eh;

	*o = (struct object){.data = data, .size = size};
	if (size < sizeof(eh))
		return false;
	memcpy(&eh, data, sizeof(eh));
	if (memcmp(data, ELFMAG, SELFMAG) || data[EI_DATA] != ELFDATA2LSB || eh.e_shoff > size ||
	    !eh.e_shnum || eh.e_shnum > (size - eh.e_shoff) / sizeof(Elf64_Shdr))
		return false;
	o->nr = eh.e_shnum;
	o->sh = malloc(o->nr * sizeof(Elf64_Shdr));
	memcpy(o->sh, data + eh.e_shoff, o->nr * sizeof(Elf64_Shdr));
	return true;
}

static struct bytes contents(const struct object *o, size_t i)
{
	const Elf64_Shdr *sh = &o->sh[i];

	if (sh->sh_type == SHT_NOBITS || sh->sh_offset > o->size ||
	    sh->sh_size > o->size - sh->sh_offset)
		return (struct bytes){0};
	return (struct bytes){o->data + sh->sh_offset, sh->sh_size};
}

static const char *section_name(const struct object *o, size_t i)
{
	size_t shstrndx = get(o->data + offsetof(Elf64_Ehdr, e_shstrndx), 2);
	struct bytes tab = shstrndx < o->nr ? contents(o, shstrndx) : (struct bytes){0};
	uint32_t off = o->sh[i].sh_name;

	return off < tab.size && memchr(tab.data + off, 0, tab.size - off)
		   ? (const char *)tab.data + off
		   : "";
}

static void mutate_table(struct random *r, struct bytes b, size_t entry, const uint8_t *widths,
			 uint64_t range)
{
	uint8_t *data = (uint8_t *)(uintptr_t)b.data;
	size_t nr = b.size / entry;

	if (!nr)
		return;
	if (!below(r, 6)) /* another entry once more */
		memmove(data + below(r, nr) * entry, data + below(r, nr) * entry, entry);
	else
		set_field(r, data + below(r, nr) * entry, widths, range);
}

static void mutate_section(struct random *r, const struct object *o, size_t i)
{
	const Elf64_Shdr *sh = &o->sh[i];
	struct bytes b = contents(o, i);
	uint8_t *data = (uint8_t *)(uintptr_t)b.data;

	switch (sh->sh_type) {
	case SHT_SYMTAB: mutate_table(r, b, 24, sym, o->nr); return;
	case SHT_REL: mutate_table(r, b, 16, rel, 32); return;
	case SHT_STRTAB:
		if (b.size)
			data[below(r, b.size)] = below(r, 2) ? 0 : (uint8_t)next(r);
		return;
	default: break;
	}
	if (!strncmp(section_name(o, i), ".BTF", 4))
		mutate_words(r, b);
	else if (sh->sh_flags & SHF_EXECINSTR)
		mutate_table(r, b, 8, insn, b.size / 8);
	else if (b.size)
		data[below(r, b.size)] ^= (uint8_t)(1u << below(r, 8));
}

static void mutate_header(struct random *r, const struct object *o)
{
	uint64_t shoff = get(o->data + offsetof(Elf64_Ehdr, e_shoff), 8);
	uint8_t *table = o->data + shoff;
	uint8_t *p = table + below(r, o->nr) * sizeof(Elf64_Shdr);

	switch (below(r, 8)) {
	case 0: set_field(r, o->data, header, o->nr); break;
	case 1: memcpy(p, table + below(r, o->nr) * sizeof(Elf64_Shdr), 4); break; /* a name */
	case 2: put(p + 4, 4, below(r, 20)); break;                                /* a type */
	case 3: put(p + 8, 8, get(p + 8, 8) ^ 1ull << below(r, 12)); break;        /* flags */
	default: set_field(r, p, shdr, o->nr); break;
	}
}

/* False where the bytes are no object that this understands. */
static bool mutate_object(struct random *r, uint8_t *data, size_t size)
{
	struct object o;

	if (!open_object(&o, data, size))
		return false;
	if (below(r, 4))
		mutate_section(r, &o, below(r, o.nr));
	else
		mutate_header(r, &o);
	free(o.sh);
	return true;
}

/* ---- archives ---- */

#define MEMBER_HEADER 60

/* A field of a member's header: digits, blanks, the marks of long names. */
static void mutate_member_header(struct random *r, uint8_t *header)
{
	static const char marks[] = "/#1 0123456789-x\n`";

	if (below(r, 3))
		header[48 + below(r, 10)] = (uint8_t)marks[below(r, sizeof(marks) - 1)];
	else
		header[below(r, MEMBER_HEADER)] = (uint8_t)marks[below(r, sizeof(marks) - 1)];
}

static bool mutate_archive(struct random *r, uint8_t *data, size_t size)
{
	size_t at = 8, nr = 0, chosen, members[64], sizes[64];

	while (nr < 64 && at + MEMBER_HEADER <= size) {
		size_t n = 0;

		for (size_t i = 48; i < 58 && data[at + i] >= '0' && data[at + i] <= '9'; i++)
			n = n * 10 + (data[at + i] - '0');
		if (n > size - at - MEMBER_HEADER)
			break;
		members[nr] = at;
		sizes[nr++] = n;
		at += MEMBER_HEADER + n + (n & 1);
	}
	if (!nr)
		return false;
	chosen = below(r, nr);
	data += members[chosen];
	if (!below(r, 3)) {
		mutate_member_header(r, data);
		return true;
	}
	/* The index and the list of long names are no objects: any byte will do. */
	if (!mutate_object(r, data + MEMBER_HEADER, sizes[chosen]) && sizes[chosen])
		data[MEMBER_HEADER + below(r, sizes[chosen])] = (uint8_t)next(r);
	return true;
}

/* ---- tables of imports ---- */

/* A string of the table becomes another one, or a part of it does. */
static bool mutate_table_of_imports(struct random *r, uint8_t *data, size_t size)
{
	static const char *const rows[] = {
	    "import=sub",
	    "import=other",
	    "import=prog",
	    "import=",
	    "weak",
	    "version=1",
	    "default=-2147483648",
	    "default=4294967296",
	    "test=0 .text",
	    "test=48 .text",
	    "test=1008 tc",
	    "test=18446744073709551608 .text",
	    "test=-8 .text",
	    "test=8 .bss",
	    "test=0 ",
	    "prototype=int sub(struct flow *, int)",
	};
	const char *row = rows[below(r, sizeof(rows) / sizeof(rows[0]))];
	size_t at = below(r, size), len = strlen(row) + below(r, 2);

	while (at && data[at - 1] && below(r, 16))
		at--;
	if (!size || len > size - at)
		return false;
	memcpy(data + at, row, len);
	return true;
}

/* ---- command lines ---- */

/* A word of the command, or of the response file, becomes an option. */
static bool mutate_command(struct random *r, uint8_t *data, size_t size)
{
	static const char *const options[] = {
#define OPT(id, letter, name, form, value, help) name,
#define NOOP(letter, name, form, value, help) name,
#include "../../llvm-plugin/ld/options.def"
	};
	const char *name = options[below(r, sizeof(options) / sizeof(options[0]))];
	size_t at = 4 + (size > 4 ? below(r, size - 4) : 0), len;

	if (!name || size < 5)
		return false;
	len = strlen(name);
	if (at + len + 3 > size)
		return false;
	memcpy(data + at, "--", 2);
	memcpy(data + at + 2, name, len);
	data[at + 2 + len] = (uint8_t) "=\0 \n"[below(r, 4)];
	return true;
}

/* ---- whole inputs ---- */

void fuzz_split(const uint8_t *data, size_t size, struct bytes parts[2])
{
	size_t first = 0;

	if (size >= 4) {
		first =
		    data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16 | (size_t)data[3] << 24;
		data += 4;
		size -= 4;
	}
	if (first > size)
		first = size;
	parts[0] = (struct bytes){data, first};
	parts[1] = (struct bytes){data + first, size - first};
}

uint32_t fuzz_choose(const struct bytes *in, size_t nr)
{
	uint32_t sum = 2166136261u;

	for (size_t i = 0; i < nr; i++)
		for (size_t k = 0; k < in[i].size; k++)
			sum = (sum ^ in[i].data[k]) * 16777619u;
	return sum ^ sum >> 15;
}

static bool mutate_once(struct random *r, uint8_t *data, size_t size)
{
	struct bytes parts[2];
	size_t i = below(r, 2);

	switch (fuzz_form) {
	case FUZZ_OBJECT: return mutate_object(r, data, size);
	case FUZZ_BTF: mutate_words(r, (struct bytes){data, size}); return true;
	case FUZZ_COMMAND: return below(r, 2) && mutate_command(r, data, size);
	default: break;
	}
	fuzz_split(data, size, parts);
	if (fuzz_form == FUZZ_IMPORTS && i)
		return below(r, 2) &&
		       mutate_table_of_imports(r, (uint8_t *)(uintptr_t)parts[1].data,
					       parts[1].size);
	if (fuzz_form == FUZZ_ARCHIVE && i)
		return mutate_archive(r, (uint8_t *)(uintptr_t)parts[1].data, parts[1].size);
	if (fuzz_form == FUZZ_PAIR || fuzz_form == FUZZ_ARCHIVE)
		return mutate_object(r, (uint8_t *)(uintptr_t)parts[i].data, parts[i].size);
	mutate_words(r, parts[i]);
	return true;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	struct random r = {seed * 0x9e3779b97f4a7c15ull + 1};

	for (int i = 0; i < 8; i++)
		next(&r);
	if (!below(&r, 16))
		return LLVMFuzzerMutate(data, size, max_size);
	do
		if (!mutate_once(&r, data, size))
			return LLVMFuzzerMutate(data, size, max_size);
	while (below(&r, 2));
	return size;
}
