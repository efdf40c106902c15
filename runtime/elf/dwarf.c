/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The lines of variables, from DWARF (https://dwarfstd.org, versions 2 to 5), for diagnostics.
 *
 * scan() goes over all entries of .debug_info once and keeps those with an address: compilers put
 * static variables of functions below the entries of these. Addresses are relocations, against the
 * variable's symbol or its section; other relocations (SHT_REL: no compiler for BPF writes
 * SHT_RELA) have their value in place. The table of file names is read when a line is asked for.
 *
 * Nothing here is checked before it is read. Each read is within its section, a bad one ends the
 * scan of its unit, and a limit on the number of steps ends the scans of files whose parts refer to
 * others many times over.
 */
#include "elf/dwarf.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

/* Numbers of the standard, section 7. */
enum { TAG_COMPILE_UNIT = 0x11, TAG_VARIABLE = 0x34, TAG_PARTIAL_UNIT = 0x3c };
enum {
	AT_LOCATION = 0x02,
	AT_STMT_LIST = 0x10,
	AT_COMP_DIR = 0x1b,
	AT_ABSTRACT_ORIGIN = 0x31,
	AT_DECL_FILE = 0x3a,
	AT_DECL_LINE = 0x3b,
	AT_DECLARATION = 0x3c,
	AT_SPECIFICATION = 0x47,
	AT_STR_OFFSETS_BASE = 0x72,
	AT_ADDR_BASE = 0x73,
};
enum {
	FORM_ADDR = 0x01,
	FORM_BLOCK2 = 0x03,
	FORM_BLOCK4,
	FORM_DATA2,
	FORM_DATA4,
	FORM_DATA8,
	FORM_STRING,
	FORM_BLOCK,
	FORM_BLOCK1,
	FORM_DATA1,
	FORM_FLAG,
	FORM_SDATA,
	FORM_STRP,
	FORM_UDATA,
	FORM_REF_ADDR,
	FORM_REF1,
	FORM_REF2,
	FORM_REF4,
	FORM_REF8,
	FORM_REF_UDATA,
	FORM_INDIRECT,
	FORM_SEC_OFFSET,
	FORM_EXPRLOC,
	FORM_FLAG_PRESENT,
	FORM_STRX,
	FORM_ADDRX,
	FORM_REF_SUP4,
	FORM_STRP_SUP,
	FORM_DATA16,
	FORM_LINE_STRP,
	FORM_REF_SIG8,
	FORM_IMPLICIT_CONST,
	FORM_LOCLISTX,
	FORM_RNGLISTX,
	FORM_REF_SUP8,
	FORM_STRX1,
	FORM_STRX2,
	FORM_STRX3,
	FORM_STRX4,
	FORM_ADDRX1,
	FORM_ADDRX2,
	FORM_ADDRX3,
	FORM_ADDRX4,
	FORM_GNU_REF_ALT = 0x1f20,
	FORM_GNU_STRP_ALT,
};
enum { OP_ADDR = 0x03, OP_PLUS_UCONST = 0x23, OP_ADDRX = 0xa1 };
enum { UT_TYPE = 2, UT_SKELETON = 4, UT_SPLIT_COMPILE, UT_SPLIT_TYPE };
enum { LNCT_PATH = 1, LNCT_DIRECTORY_INDEX };

/* The sections that are read. */
enum part { INFO, ABBREV, ADDR, LINE, STR, LINE_STR, STR_OFFSETS, NR_PARTS };

/* A relocation of INFO or ADDR. */
struct fixup {
	uint64_t off;
	uint32_t sym; /* in_sym */
};

/* Bytes that remain to be read. */
struct cursor {
	const uint8_t *start, *at, *end;
	bool big, wide; /* wide: offsets have 64 bits */
	bool bad;       /* a read was out of bounds */
};

struct attr {
	uint32_t name, form;
	int64_t constant; /* FORM_IMPLICIT_CONST */
};

struct abbrev {
	uint64_t code;
	uint32_t tag;
	size_t attr, nr; /* in ld_dwarf.attrs */
};

/* A unit that has been scanned. */
struct unit {
	uint64_t start, end; /* bytes into INFO */
	uint32_t version;
	unsigned int addr_size;
	bool wide;
	uint64_t line; /* bytes into LINE */
	uint64_t addr_base, str_base;
	const char *dir; /* the compiler's working directory, or NULL */
};

struct var {
	uint32_t sec;  /* section index; 0: off is the in_sym of a symbol without a section */
	uint64_t off;  /* bytes into the section */
	uint32_t unit; /* in ld_dwarf.units */
	uint32_t file, line;
	uint32_t order;
};

struct ld_dwarf {
	struct ld_arena *a;
	const struct ld_file *f;
	const struct ld_section *parts[NR_PARTS]; /* NULL: there is none */
	struct fixup *fixups[NR_PARTS];           /* ordered by off */
	size_t nr_fixups[NR_PARTS];
	LD_VEC(struct abbrev) abbrevs; /* of the unit that is scanned */
	LD_VEC(struct attr) attrs;
	LD_VEC(struct unit) units;
	LD_VEC(struct var) vars; /* ordered by sec and off */
	uint64_t steps;          /* that may still be made */
};

/* The attributes of an entry that matter here. */
struct entry {
	bool located, named, declaration; /* named: file is valid */
	uint32_t sec;
	uint64_t off;
	uint64_t file, line, origin; /* origin: bytes into INFO, or 0 */
};

/* The value of an attribute. */
struct value {
	uint64_t n;
	const char *str;
	struct cursor block; /* of an expression; empty if there is none */
};

/* ---- bytes ---- */

static struct cursor open_part(const struct ld_dwarf *d, enum part part, uint64_t off)
{
	const struct ld_section *sec = d->parts[part];
	struct cursor c = {.big = d->f->big};

	if (!sec || off > sec->size) {
		c.bad = true;
		return c;
	}
	c.start = sec->data;
	c.at = sec->data + off;
	c.end = sec->data + sec->size;
	return c;
}

static uint64_t offset_of(const struct cursor *c)
{
	return (uint64_t)(c->at - c->start);
}

static void skip(struct cursor *c, uint64_t size)
{
	if (c->bad || size > (uint64_t)(c->end - c->at))
		c->bad = true;
	else
		c->at += size;
}

static uint64_t get(struct cursor *c, unsigned int size)
{
	const uint8_t *p = c->at;
	uint64_t n = 0;

	skip(c, size);
	if (c->bad)
		return 0;
	for (unsigned int i = 0; i < size; i++)
		n |= (uint64_t)p[i] << 8 * (c->big ? size - 1 - i : i);
	return n;
}

static uint64_t get_offset(struct cursor *c)
{
	return get(c, c->wide ? 8 : 4);
}

static uint64_t get_uleb(struct cursor *c)
{
	uint64_t n = 0;
	unsigned int shift = 0, byte;

	do {
		byte = (unsigned int)get(c, 1);
		if (shift < 64)
			n |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	return n;
}

/* The sign does not matter for lines. */
#define get_sleb get_uleb

static const char *get_str(struct cursor *c)
{
	const char *s = (const char *)c->at;
	const uint8_t *nul = c->bad ? NULL : memchr(c->at, 0, (size_t)(c->end - c->at));

	if (!nul) {
		c->bad = true;
		return "";
	}
	c->at = nul + 1;
	return s;
}

/* Limits c to what the length field at its start covers. */
static void open_length(struct cursor *c)
{
	uint64_t size = get(c, 4);

	c->wide = size == 0xffffffff;
	if (c->wide)
		size = get(c, 8);
	if (c->bad || size > (uint64_t)(c->end - c->at))
		c->bad = true;
	else
		c->end = c->at + size;
}

/* False if this was one step too many. */
static bool step(struct ld_dwarf *d)
{
	return d->steps && d->steps--;
}

/* ---- relocations ---- */

static int compare_fixups(const void *a, const void *b)
{
	const struct fixup *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

static void read_fixups(struct ld_dwarf *d, enum part part)
{
	const struct ld_file *f = d->f;
	const struct ld_section *rel = NULL;

	for (uint32_t i = 1; i < f->nr_secs && d->parts[part]; i++)
		if (f->secs[i].type == SHT_REL && f->secs[i].info == d->parts[part]->index &&
		    f->secs[i].data)
			rel = &f->secs[i];
	if (!rel)
		return;
	d->nr_fixups[part] = rel->size / sizeof(Elf64_Rel);
	d->fixups[part] = LD_NEW_ARRAY(d->a, struct fixup, d->nr_fixups[part]);
	for (size_t i = 0; i < d->nr_fixups[part]; i++) {
		struct fixup *fixup = &d->fixups[part][i];
		const uint8_t *p = rel->data + i * sizeof(Elf64_Rel);

		fixup->off = ld_get64(p, f->big);
		fixup->sym = (uint32_t)(ld_get64(p + 8, f->big) >> 32);
	}
	qsort(d->fixups[part], d->nr_fixups[part], sizeof(struct fixup), compare_fixups);
}

/* The address at off of a part. A place without a relocation has none. */
static bool address_at(const struct ld_dwarf *d, enum part part, uint64_t off, unsigned int size,
		       struct entry *e)
{
	const struct fixup key = {.off = off}, *fixup;
	struct cursor c = open_part(d, part, off);
	uint64_t addend = get(&c, size);
	const struct ld_sym *sym;

	if (c.bad || !d->nr_fixups[part])
		return false;
	fixup = bsearch(&key, d->fixups[part], d->nr_fixups[part], sizeof(key), compare_fixups);
	if (!fixup || !fixup->sym || fixup->sym >= d->f->nr_syms)
		return false;
	sym = &d->f->syms[fixup->sym];
	e->sec = sym->sec ? sym->sec->index : 0;
	e->off = e->sec ? sym->value : fixup->sym;
	/* Assemblers differ in what they store for other symbols. A variable has its own symbol. */
	if (sym->type == STT_SECTION)
		e->off += addend;
	return true;
}

/* ---- abbreviations ---- */

static void read_abbrevs(struct ld_dwarf *d, uint64_t off)
{
	struct cursor c = open_part(d, ABBREV, off);

	d->abbrevs.nr = d->attrs.nr = 0;
	while (!c.bad && step(d)) {
		struct abbrev abbrev = {.code = get_uleb(&c), .attr = d->attrs.nr};

		if (!abbrev.code)
			return;
		abbrev.tag = (uint32_t)get_uleb(&c);
		skip(&c, 1); /* whether it has children: all entries are visited */
		while (!c.bad && step(d)) {
			struct attr attr = {.name = (uint32_t)get_uleb(&c)};

			attr.form = (uint32_t)get_uleb(&c);
			if (attr.form == FORM_IMPLICIT_CONST)
				attr.constant = (int64_t)get_sleb(&c);
			if (!attr.name && !attr.form)
				break;
			LD_PUSH(d->a, &d->attrs, attr);
		}
		abbrev.nr = d->attrs.nr - abbrev.attr;
		if (!c.bad)
			LD_PUSH(d->a, &d->abbrevs, abbrev);
	}
}

/* Compilers number them from 1 on. */
static const struct abbrev *find_abbrev(struct ld_dwarf *d, uint64_t code)
{
	if (code - 1 < d->abbrevs.nr && d->abbrevs.v[code - 1].code == code)
		return &d->abbrevs.v[code - 1];
	for (size_t i = 0; i < d->abbrevs.nr && step(d); i++)
		if (d->abbrevs.v[i].code == code)
			return &d->abbrevs.v[i];
	return NULL;
}

/* ---- attributes ---- */

static const char *str_at(const struct ld_dwarf *d, enum part part, uint64_t off)
{
	struct cursor c = open_part(d, part, off);
	const char *s = get_str(&c);

	return c.bad ? NULL : s;
}

/* The string of an index; NULL if there is none. */
static const char *indexed_str(const struct ld_dwarf *d, const struct unit *u, uint64_t index)
{
	unsigned int size = u->wide ? 8 : 4;
	struct cursor c = open_part(d, STR_OFFSETS, u->str_base);

	skip(&c, index < UINT32_MAX ? index * size : UINT64_MAX);
	return c.bad ? NULL : str_at(d, STR, get(&c, size));
}

static struct cursor get_block(struct cursor *c, uint64_t size)
{
	struct cursor block = *c;

	skip(c, size);
	block.end = c->at;
	block.bad = c->bad;
	return block;
}

static unsigned int fixed_size(uint32_t form)
{
	switch (form) {
	case FORM_DATA1:
	case FORM_FLAG:
	case FORM_REF1:
	case FORM_STRX1:
	case FORM_ADDRX1: return 1;
	case FORM_DATA2:
	case FORM_REF2:
	case FORM_STRX2:
	case FORM_ADDRX2: return 2;
	case FORM_STRX3:
	case FORM_ADDRX3: return 3;
	case FORM_DATA4:
	case FORM_REF4:
	case FORM_REF_SUP4:
	case FORM_STRX4:
	case FORM_ADDRX4: return 4;
	case FORM_DATA8:
	case FORM_REF8:
	case FORM_REF_SIG8:
	case FORM_REF_SUP8: return 8;
	default: return 0;
	}
}

static bool is_str_index(uint32_t form)
{
	return form == FORM_STRX || (form >= FORM_STRX1 && form <= FORM_STRX4);
}

/* Reads a value of the given form, or sets c->bad. */
static struct value read_value(const struct ld_dwarf *d, const struct unit *u, struct cursor *c,
			       uint32_t form, int64_t constant)
{
	struct value v = {.n = (uint64_t)constant};
	unsigned int size = fixed_size(form);

	if (form == FORM_INDIRECT) {
		form = (uint32_t)get_uleb(c);
		size = fixed_size(form);
	}
	if (size) {
		v.n = get(c, size);
		return v;
	}
	switch (form) {
	case FORM_ADDR: skip(c, u->addr_size); break;
	case FORM_BLOCK1: v.block = get_block(c, get(c, 1)); break;
	case FORM_BLOCK2: v.block = get_block(c, get(c, 2)); break;
	case FORM_BLOCK4: v.block = get_block(c, get(c, 4)); break;
	case FORM_BLOCK:
	case FORM_EXPRLOC: v.block = get_block(c, get_uleb(c)); break;
	case FORM_DATA16: skip(c, 16); break;
	case FORM_STRING: v.str = get_str(c); break;
	case FORM_SDATA:
	case FORM_UDATA:
	case FORM_REF_UDATA:
	case FORM_STRX:
	case FORM_ADDRX:
	case FORM_LOCLISTX:
	case FORM_RNGLISTX: v.n = get_uleb(c); break;
	case FORM_REF_ADDR:
		if (u->version < 3)
			skip(c, u->addr_size);
		else
			v.n = get_offset(c);
		break;
	case FORM_SEC_OFFSET:
	case FORM_STRP_SUP:
	case FORM_GNU_REF_ALT:
	case FORM_GNU_STRP_ALT: v.n = get_offset(c); break;
	case FORM_STRP: v.str = str_at(d, STR, get_offset(c)); break;
	case FORM_LINE_STRP: v.str = str_at(d, LINE_STR, get_offset(c)); break;
	case FORM_FLAG_PRESENT:
	case FORM_IMPLICIT_CONST: break;
	default: c->bad = true;
	}
	return v;
}

/* The place that a location names, if it is an address. */
static void read_location(const struct ld_dwarf *d, const struct unit *u, struct cursor c,
			  struct entry *e)
{
	uint64_t op, index;

	if (c.at == c.end)
		return;
	op = get(&c, 1);
	if (op == OP_ADDR) {
		e->located = address_at(d, INFO, offset_of(&c), u->addr_size, e);
		skip(&c, u->addr_size);
	} else if (op == OP_ADDRX) {
		index = get_uleb(&c);
		e->located =
		    !c.bad && index < UINT32_MAX &&
		    address_at(d, ADDR, u->addr_base + index * u->addr_size, u->addr_size, e);
	}
	/* A variable that the compiler has merged with others. */
	if (e->located && e->sec && c.at < c.end && get(&c, 1) == OP_PLUS_UCONST)
		e->off += get_uleb(&c);
}

static bool is_unit_tag(uint32_t tag)
{
	return tag == TAG_COMPILE_UNIT || tag == TAG_PARTIAL_UNIT;
}

/* Reads the attributes of an entry; those of a unit's own entry go to u. */
static struct entry read_entry(struct ld_dwarf *d, struct unit *u, struct cursor *c,
			       const struct abbrev *abbrev)
{
	struct entry e = {0};
	uint64_t dir_index = UINT64_MAX;

	for (size_t i = 0; i < abbrev->nr && !c->bad; i++) {
		struct attr attr = d->attrs.v[abbrev->attr + i];
		struct value v = read_value(d, u, c, attr.form, attr.constant);

		if (!step(d))
			c->bad = true;
		if (c->bad || (abbrev->tag != TAG_VARIABLE && !is_unit_tag(abbrev->tag)))
			continue;
		switch (attr.name) {
		case AT_LOCATION: read_location(d, u, v.block, &e); break;
		case AT_DECL_FILE:
			e.file = v.n;
			e.named = true;
			break;
		case AT_DECLARATION: e.declaration = true; break;
		case AT_DECL_LINE: e.line = v.n; break;
		case AT_ABSTRACT_ORIGIN:
		case AT_SPECIFICATION:
			e.origin = attr.form == FORM_REF_ADDR ? v.n : u->start + v.n;
			break;
		case AT_STMT_LIST: u->line = v.n; break;
		case AT_ADDR_BASE: u->addr_base = v.n; break;
		case AT_STR_OFFSETS_BASE: u->str_base = v.n; break;
		case AT_COMP_DIR:
			u->dir = v.str;
			if (is_str_index(attr.form))
				dir_index = v.n;
			break;
		}
	}
	if (dir_index != UINT64_MAX)
		u->dir = indexed_str(d, u, dir_index);
	return e;
}

/* ---- units ---- */

#define MAX_ORIGINS 4

/* The declaration that a definition completes has what the definition lacks. */
static void follow_origin(struct ld_dwarf *d, struct unit *u, struct entry *e)
{
	uint64_t origin = e->origin;

	for (int i = 0; i < MAX_ORIGINS && !(e->line && e->named); i++) {
		struct cursor c = open_part(d, INFO, origin);
		const struct abbrev *abbrev = find_abbrev(d, get_uleb(&c));
		struct entry other = {0};

		if (origin <= u->start || origin >= u->end)
			break;
		if (abbrev && abbrev->tag == TAG_VARIABLE)
			other = read_entry(d, u, &c, abbrev);
		if (!e->line)
			e->line = other.line;
		if (!e->named)
			e->file = other.file;
		e->named |= other.named;
		origin = other.origin;
	}
}

static void scan_unit(struct ld_dwarf *d, struct cursor c, struct unit *u)
{
	uint32_t index = (uint32_t)d->units.nr;

	while (!c.bad && c.at < c.end && step(d)) {
		uint64_t code = get_uleb(&c);
		const struct abbrev *abbrev = code ? find_abbrev(d, code) : NULL;
		struct entry e;

		if (!code)
			continue;
		if (!abbrev)
			break;
		e = read_entry(d, u, &c, abbrev);
		/* clang gives declarations the address of the definition. */
		if (c.bad || !e.located || e.declaration || abbrev->tag != TAG_VARIABLE)
			continue;
		follow_origin(d, u, &e);
		if (e.line && e.line <= UINT32_MAX && e.file <= UINT32_MAX)
			LD_PUSH(d->a, &d->vars,
				(struct var){e.sec, e.off, index, (uint32_t)e.file,
					     (uint32_t)e.line, (uint32_t)d->vars.nr});
	}
	LD_PUSH(d->a, &d->units, *u);
}

/* Reads the header of the unit at *off, scans the unit, and moves *off behind it. */
static bool scan_next(struct ld_dwarf *d, uint64_t *off, uint64_t *abbrevs)
{
	struct cursor c = open_part(d, INFO, *off);
	struct unit u = {.start = *off};
	uint64_t table, type = 0;

	open_length(&c);
	if (c.bad)
		return false;
	u.end = *off = (uint64_t)(c.end - c.start);
	u.wide = c.wide;
	u.version = (uint32_t)get(&c, 2);
	if (u.version >= 5) {
		type = get(&c, 1);
		u.addr_size = (unsigned int)get(&c, 1);
	}
	table = get_offset(&c);
	if (u.version < 5)
		u.addr_size = (unsigned int)get(&c, 1);
	if (type == UT_TYPE || type == UT_SPLIT_TYPE)
		skip(&c, 8 + (c.wide ? 8 : 4));
	else if (type == UT_SKELETON || type == UT_SPLIT_COMPILE)
		skip(&c, 8);
	if (c.bad || u.version < 2 || u.version > 5 || (u.addr_size != 4 && u.addr_size != 8))
		return true;
	u.addr_base = u.str_base = c.wide ? 16 : 8; /* defaults of split units */
	if (table != *abbrevs)
		read_abbrevs(d, table);
	*abbrevs = table;
	scan_unit(d, c, &u);
	return d->steps > 0;
}

static int compare_vars(const void *a, const void *b)
{
	const struct var *x = a, *y = b;

	if (x->sec != y->sec)
		return x->sec < y->sec ? -1 : 1;
	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

#define STEPS_PER_BYTE 8
#define SPARE_STEPS (1 << 20)

static struct ld_dwarf *scan(struct ld_arena *a, const struct ld_file *f)
{
	static const char *const names[NR_PARTS] = {
	    ".debug_info", ".debug_abbrev",   ".debug_addr",        ".debug_line",
	    ".debug_str",  ".debug_line_str", ".debug_str_offsets",
	};
	struct ld_dwarf *d = LD_NEW(a, struct ld_dwarf);
	uint64_t off = 0, abbrevs = UINT64_MAX;

	d->a = a;
	d->f = f;
	d->steps = STEPS_PER_BYTE * (f->size + f->unpacked) + SPARE_STEPS;
	for (uint32_t i = f->nr_secs; i-- > 1;)
		for (int k = 0; f->secs[i].data && !f->secs[i].group && k < NR_PARTS; k++)
			/* A link that drops DWARF leaves it compressed. */
			if (!(f->secs[i].flags & SHF_COMPRESSED) &&
			    !strcmp(f->secs[i].name, names[k]))
				d->parts[k] = &f->secs[i];
	read_fixups(d, INFO);
	read_fixups(d, ADDR);
	while (d->parts[INFO] && scan_next(d, &off, &abbrevs))
		;
	if (d->vars.nr)
		qsort(d->vars.v, d->vars.nr, sizeof(*d->vars.v), compare_vars);
	return d;
}

/* ---- file names ---- */

#define MAX_FORMAT 16

/* The columns of a table of directories or files, version 5. */
struct format {
	uint64_t nr;
	struct {
		uint64_t content;
		uint32_t form;
	} column[MAX_FORMAT];
};

static struct format read_format(struct cursor *c)
{
	struct format format = {.nr = get(c, 1)};

	if (format.nr > MAX_FORMAT)
		c->bad = true;
	for (uint64_t i = 0; i < format.nr && !c->bad; i++) {
		format.column[i].content = get_uleb(c);
		format.column[i].form = (uint32_t)get_uleb(c);
	}
	return format;
}

/* Reads entries up to the one with this index. Returns its path, or NULL; sets *dir. */
static const char *read_table(struct ld_dwarf *d, const struct unit *u, struct cursor *c,
			      const struct format *format, uint64_t index, uint64_t *dir)
{
	const char *path = NULL;

	for (uint64_t i = 0; i <= index && !c->bad && step(d); i++) {
		path = NULL;
		for (uint64_t k = 0; k < format->nr; k++) {
			uint32_t form = format->column[k].form;
			struct value v = read_value(d, u, c, form, 0);

			if (format->column[k].content == LNCT_PATH)
				path = is_str_index(form) ? indexed_str(d, u, v.n) : v.str;
			else if (format->column[k].content == LNCT_DIRECTORY_INDEX)
				*dir = v.n;
		}
	}
	return c->bad ? NULL : path;
}

static const char *join(struct ld_arena *a, const char *dir, const char *path)
{
	return !dir || path[0] == '/' || !strcmp(dir, ".") ? path
							   : ld_printf(a, "%s/%s", dir, path);
}

/* Version 5: both tables begin with what the compiler was given. */
static const char *new_file_name(struct ld_dwarf *d, const struct unit *u, struct cursor *c,
				 uint64_t file)
{
	struct format dirs = read_format(c), files;
	uint64_t nr = get_uleb(c), dir = 0, none = 0;
	struct cursor dir_table = *c;
	const char *base, *path;

	if (nr)
		read_table(d, u, c, &dirs, nr - 1, &none);
	files = read_format(c);
	if (file >= get_uleb(c))
		return NULL;
	path = read_table(d, u, c, &files, file, &dir);
	if (!path || dir >= nr)
		return path;
	c = &dir_table;
	base = read_table(d, u, c, &dirs, 0, &none);
	if (dir && base) {
		const char *own = read_table(d, u, c, &dirs, dir - 1, &none);

		base = own ? join(d->a, base, own) : base;
	}
	return join(d->a, base, path);
}

/* Versions 2 to 4: files count from 1; directory 0 is the compiler's. */
static const char *old_file_name(struct ld_dwarf *d, const struct unit *u, struct cursor *c,
				 uint64_t file)
{
	struct cursor dirs = *c;
	const char *path, *own = "";
	uint64_t dir = 0;

	while (*get_str(c) && step(d))
		;
	do {
		path = get_str(c);
		dir = get_uleb(c);
		get_uleb(c); /* time */
		get_uleb(c); /* size */
	} while (!c->bad && *path && --file && step(d));
	if (c->bad || !*path || file)
		return NULL;
	for (uint64_t i = 0; i < dir && !dirs.bad && step(d); i++)
		own = get_str(&dirs);
	return join(d->a, u->dir, *own ? join(d->a, own, path) : path);
}

/* The path of a file of the unit's line table, or NULL. */
static const char *file_name(struct ld_dwarf *d, const struct unit *u, uint64_t file)
{
	struct cursor c = open_part(d, LINE, u->line);
	uint64_t version, opcodes;
	struct unit table = *u;

	open_length(&c);
	table.wide = c.wide;
	version = get(&c, 2);
	if (version >= 5)
		skip(&c, 2);
	get_offset(&c); /* length of the header */
	skip(&c, version >= 4 ? 5 : 4);
	opcodes = get(&c, 1);
	skip(&c, opcodes ? opcodes - 1 : 0);
	if (c.bad || version < 2 || version > 5)
		return NULL;
	if (version == 5)
		return new_file_name(d, &table, &c, file);
	return file ? old_file_name(d, &table, &c, file) : NULL;
}

bool ld_dwarf_find(struct ld_arena *a, const struct ld_file *f, uint32_t in_sym,
		   struct ld_decl_line *found)
{
	struct ld_file *cache = (struct ld_file *)(uintptr_t)f;
	const struct ld_sym *sym = &f->syms[in_sym];
	struct var key = {.sec = sym->sec ? sym->sec->index : 0};
	const struct var *var, *end;
	size_t lo = 0, hi;

	if (!cache->dwarf)
		cache->dwarf = scan(a, f);
	key.off = key.sec ? sym->value : in_sym;
	hi = cache->dwarf->vars.nr;
	if (!hi)
		return false;
	var = cache->dwarf->vars.v;
	end = var + hi;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (compare_vars(&var[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	var += lo;
	if (var == end || var->sec != key.sec || var->off != key.off)
		return false;
	found->line = var->line;
	found->path = file_name(cache->dwarf, &cache->dwarf->units.v[var->unit], var->file);
	return found->path != NULL;
}
