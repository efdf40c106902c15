/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Places in diagnostics: by line info in code, by DWARF in data. */
#include "elf/place.h"

#include <string.h>
#include <unistd.h>

#include "elf/dwarf.h"

/* The number of records before off. */
static uint32_t records_before(const struct ld_ext *ext, uint64_t off)
{
	uint32_t lo = 0, hi = ext->nr;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (ext->recs[(size_t)mid * ext->words] < off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The last record that is not after off, or NULL. */
static const uint32_t *ext_record_at(const struct ld_ext *ext, uint64_t off)
{
	uint32_t nr = records_before(ext, off + 1);

	return nr ? ext->recs + (size_t)(nr - 1) * ext->words : NULL;
}

/* BPF_LINE_INFO_LINE_NUM */
static uint32_t line_of(const uint32_t *rec)
{
	return rec[3] >> 10;
}

/* A source path as the user wrote it: compilers prepend their working directory. */
static const char *relative_path(const struct ld_link *l, const char *path)
{
	size_t len;

	if (path[0] != '/')
		return path;
	if (!l->diags->cwd) {
		char buf[4096];

		l->diags->cwd = ld_strdup(l->arena, getcwd(buf, sizeof(buf)) ? buf : "");
	}
	len = strlen(l->diags->cwd);
	if (len > 1 && !strncmp(path, l->diags->cwd, len) && path[len] == '/')
		path += len + 1;
	while (path[0] == '.' && path[1] == '/')
		path += 2;
	return path;
}

/* A place, as text and for programs. */
struct place {
	const char *text;
	struct ld_location location;
};

/* The function or variable that has the byte at off: its in_sym, or 0. */
static uint32_t sym_at(const struct ld_section *sec, uint64_t off)
{
	const struct ld_sym *syms = sec->file->syms;
	uint32_t lo = 0, hi = sec->nr_syms;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (syms[sec->syms[mid]].value <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (uint64_t value = lo ? syms[sec->syms[lo - 1]].value : 0; lo--;) {
		const struct ld_sym *sym = &syms[sec->syms[lo]];

		if (sym->value != value)
			break;
		if ((sym->type == STT_FUNC || sym->type == STT_OBJECT) && off - value < sym->size)
			return sec->syms[lo];
	}
	return 0;
}

static struct place offset_place(const struct ld_link *l, const struct ld_section *sec,
				 uint64_t off)
{
	const struct ld_file *f = sec->file;
	const char *object = ld_file_name(f);
	uint32_t in_sym = f->lto ? sym_at(sec, off) : 0;

	/* Offsets into the object of LTO, which no one has seen, mean nothing. */
	if (in_sym && ld_sym_origin(f, in_sym) != f) {
		object = ld_file_name(ld_sym_origin(f, in_sym));
		return (struct place){object, {.object = object}};
	}
	return (struct place){
	    ld_printf(l->arena, "%s:(%s+0x%llx)", object, sec->name, (unsigned long long)off),
	    {.object = object, .section = sec->name, .offset = off}};
}

static const char *file_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Adds a line of the source. The object is f, or the one that has the symbol if that is known. */
static void set_line(const struct ld_link *l, const struct ld_file *f, uint32_t in_sym,
		     const char *path, uint32_t line, struct place *place)
{
	path = relative_path(l, path);
	if (f->lto && in_sym)
		f = ld_sym_origin(f, in_sym);
	place->location.object = ld_file_name(f);
	place->location.file = path;
	place->location.line = line;
	place->text = line ? ld_printf(l->arena, "%s:%u", path, line) : path;
	/* A compiler's temporary object has the name of its source; a header may be in several. */
	if (!f->temporary || strcmp(file_part(path), file_part(ld_file_name(f))) != 0)
		place->text = ld_printf(l->arena, "%s (%s)", place->text, ld_file_name(f));
}

/*
 * The line record for off, or NULL. Where the compiler has joined code of several lines, it writes
 * line 0: the last line before that in the piece is the closest.
 */
static const uint32_t *line_at(const struct ld_section *sec, uint64_t off)
{
	const struct ld_ext *ext = &sec->ext[LD_EXT_LINE];
	const struct ld_piece *p = ld_piece_at(sec, off);
	const uint32_t *rec = sec->file->has_btf && p ? ext_record_at(ext, off) : NULL;
	const uint32_t *last = rec && rec[0] >= p->off ? rec : NULL;

	for (rec = last; rec && rec >= ext->recs && rec[0] >= p->off; rec -= ext->words)
		if (line_of(rec))
			return rec;
	return last;
}

static struct place insn_place(const struct ld_link *l, const struct ld_section *sec, uint64_t off)
{
	const struct ld_file *f = sec->file;
	const uint32_t *rec = line_at(sec, off);
	struct place place = offset_place(l, sec, off);

	if (rec) {
		set_line(l, f, f->lto ? sym_at(sec, off) : 0, ld_btf_str(&f->btf, rec[1]),
			 line_of(rec), &place);
		place.location.column = rec[3] & 0x3ff; /* BPF_LINE_INFO_LINE_COL */
	}
	return place;
}

static struct place var_place(const struct ld_link *l, const struct ld_file *f, uint32_t in_sym)
{
	const struct ld_sym *sym = &f->syms[in_sym];
	struct ld_decl_line decl;
	struct place place = {ld_file_name(f), {.object = ld_file_name(f), .offset = sym->value}};

	if (sym->sec)
		place = offset_place(l, sym->sec, sym->value);
	if (ld_dwarf_find(l->arena, f, in_sym, &decl)) {
		set_line(l, f, in_sym, decl.path, decl.line, &place);
	} else if (f->source && !f->temporary && !f->linked) {
		place.location.file = f->source;
		place.text = ld_printf(l->arena, "%s (%s)", f->source, place.text);
	}
	return place;
}

static const char *locate(const struct ld_link *l, const struct place *place)
{
	return ld_locate(l->diags, place->text, place->location);
}

const char *ld_place(const struct ld_link *l, const struct ld_section *sec, uint64_t off)
{
	struct place place = insn_place(l, sec, off);

	return locate(l, &place);
}

const char *ld_plain_place(const struct ld_link *l, const struct ld_section *sec, uint64_t off)
{
	return insn_place(l, sec, off).text;
}

const char *ld_use_place(const struct ld_link *l, const struct ld_section *sec, uint64_t off)
{
	struct place place = insn_place(l, sec, off);
	uint32_t in_sym = sym_at(sec, off);

	if (place.location.line || !in_sym)
		return locate(l, &place);
	if (sec->kind != LD_SEC_CODE)
		place = var_place(l, sec->file, in_sym);
	place.text = ld_printf(l->arena, "%s, in '%s'", place.text, sec->file->syms[in_sym].name);
	return locate(l, &place);
}

const char *ld_file_place(const struct ld_link *l, const struct ld_file *f)
{
	const char *name = f->lto ? f->modules : ld_file_name(f);

	return ld_locate(l->diags, name, (struct ld_location){.object = name});
}

/*
 * The first relocation of f that refers to in_sym. Builds a table for all symbols, as there may be
 * as many diagnostics. Two threads may build the same table.
 */
static struct ld_use first_use(const struct ld_link *l, const struct ld_file *f, uint32_t in_sym)
{
	struct ld_file *cache = (struct ld_file *)(uintptr_t)f;
	struct ld_use *uses = atomic_load(&cache->first_uses);

	if (uses)
		return uses[in_sym];
	uses = LD_NEW_ARRAY(l->arena, struct ld_use, f->nr_syms);
	for (uint32_t i = f->nr_used; i--;) {
		const struct ld_section *sec = f->used[i];

		for (uint32_t k = sec->nr_relocs; sec->kind != LD_SEC_DEBUG && k--;)
			uses[sec->relocs[k].sym] = (struct ld_use){sec, &sec->relocs[k]};
	}
	atomic_store(&cache->first_uses, uses);
	return uses[in_sym];
}

const char *ld_sym_place(const struct ld_link *l, const struct ld_file *f, uint32_t in_sym)
{
	const struct ld_sym *sym = &f->syms[in_sym];
	struct place place;
	struct ld_use use;

	if (sym->sec && sym->sec->kind == LD_SEC_CODE)
		return ld_place(l, sym->sec, sym->value);
	if (ld_is_defined(sym)) {
		place = var_place(l, f, in_sym);
		return locate(l, &place);
	}
	use = first_use(l, f, in_sym);
	if (use.sec)
		return ld_use_place(l, use.sec, use.reloc->off);
	return ld_file_place(l, f);
}
