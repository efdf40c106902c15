/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Large static variables that many files have from one header: each file has its own copy, which
 * the source does not show and the size of the output does.
 */
#include <stdlib.h>
#include <string.h>

#include "elf/dwarf.h"
#include "elf/place.h"
#include "passes/passes.h"

#define MIN_SIZE (16 << 10)    /* bytes of a variable; smaller ones are not looked at */
#define MIN_WASTED (256 << 10) /* bytes of all copies but the first */

struct copy {
	const struct ld_file *file;
	uint32_t sym; /* in_sym */
};

/* Variables of one name and size. */
struct copies {
	LD_VEC(struct copy) list;
};

struct finder {
	const struct ld_link *l;
	struct ld_strmap by_name; /* name and size -> struct copies */
	LD_VEC(struct copies *) all;
};

static const struct ld_sym *sym_of(const struct copy *c)
{
	return &c->file->syms[c->sym];
}

static bool is_variable(const struct ld_sym *sym)
{
	return sym->bind == STB_LOCAL && sym->type == STT_OBJECT && sym->size >= MIN_SIZE &&
	       sym->piece && sym->piece->live && !sym->piece->leader;
}

static void add(struct finder *s, const struct ld_file *f, uint32_t in_sym)
{
	const struct ld_sym *sym = &f->syms[in_sym];
	const char *key =
	    ld_printf(s->l->arena, "%llx %s", (unsigned long long)sym->size, sym->name);
	void **slot = ld_strmap_slot(s->l->arena, &s->by_name, key, strlen(key));
	struct copies *copies = *slot;

	if (!copies) {
		*slot = copies = LD_NEW(s->l->arena, struct copies);
		LD_PUSH(s->l->arena, &s->all, copies);
	}
	LD_PUSH(s->l->arena, &copies->list, (struct copy){f, in_sym});
}

static void collect(struct finder *s, const struct ld_file *f)
{
	for (uint32_t i = 0; i < f->nr_used; i++) {
		const struct ld_section *sec = f->used[i];

		if (sec->size < MIN_SIZE || (sec->kind != LD_SEC_DATA && sec->kind != LD_SEC_BSS) ||
		    ld_role_has(sec->role, LD_TRAIT_POINTERS))
			continue;
		for (uint32_t k = 0; k < sec->nr_syms; k++)
			if (is_variable(&f->syms[sec->syms[k]]))
				add(s, f, sec->syms[k]);
	}
}

static const uint8_t *contents(const struct ld_sym *sym)
{
	return sym->sec->data ? sym->sec->data + sym->value : NULL;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Whether both come from one declaration and have equal contents. */
static bool are_equal(const struct ld_link *l, const struct copy *a, const struct copy *b)
{
	const struct ld_sym *x = sym_of(a), *y = sym_of(b);
	struct ld_decl_line in[2];

	if (strcmp(x->sec->name, y->sec->name) != 0 || !contents(x) != !contents(y) ||
	    (contents(x) && memcmp(contents(x), contents(y), x->size) != 0))
		return false;
	if (!ld_dwarf_find(l->arena, a->file, a->sym, &in[0]) ||
	    !ld_dwarf_find(l->arena, b->file, b->sym, &in[1]))
		return true;
	/* Directories may differ: paths are relative to that of the compiler. */
	return in[0].line == in[1].line && !strcmp(base_name(in[0].path), base_name(in[1].path));
}

static void check(const struct ld_link *l, const struct copies *copies)
{
	const struct copy *first = &copies->list.v[0];
	uint64_t size = sym_of(first)->size, nr = 0;
	struct ld_list files = {0};
	bool constant;

	if ((copies->list.nr - 1) * size < MIN_WASTED)
		return;
	for (size_t i = 1; i < copies->list.nr; i++) {
		const struct copy *c = &copies->list.v[i];

		if (!are_equal(l, first, c))
			continue;
		ld_list_add(l->arena, &files, "copy in %s",
			    ld_file_name(ld_sym_origin(c->file, c->sym)));
		nr++;
	}
	if (nr * size < MIN_WASTED)
		return;
	constant = !(sym_of(first)->sec->flags & SHF_WRITE);
	ld_note(l->diags, "static-copies",
		"static variable '%s' of %llu bytes is in %llu files: %llu bytes in total\n>>> "
		"defined at %s%" LD_LINES LD_HELP
		"define it in one file and declare it extern in the header" LD_MORE_HELP "%s",
		sym_of(first)->name, (unsigned long long)size, (unsigned long long)nr + 1,
		(unsigned long long)((nr + 1) * size), ld_sym_place(l, first->file, first->sym),
		ld_list_lines(l->arena, &files, "copies"),
		constant ? "--icf=all merges equal constants, --gc-sections drops unused ones"
			 : "--gc-sections drops copies that nothing uses");
}

void ld_check_copies(const struct ld_link *l)
{
	struct finder s = {.l = l};

	ld_for_each(i, &l->res.files)
		collect(&s, l->res.files.v[i]);
	ld_for_each(i, &s.all)
		check(l, s.all.v[i]);
}
