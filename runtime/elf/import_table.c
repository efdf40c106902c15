/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "elf/import_table.h"

#include <stdlib.h>
#include <string.h>

#include "elf/insn.h"

static const struct ld_section *find_table(const struct ld_file *f)
{
	for (uint32_t i = 1; i < f->nr_secs; i++) {
		const struct ld_section *sec = &f->secs[i];

		if (sec->type == SHT_STRTAB && sec->data && sec->size &&
		    !sec->data[sec->size - 1] && !strcmp(sec->name, ".bpfld.imports"))
			return sec;
	}
	return NULL;
}

bool ld_open_import_table(struct ld_arena *a, const struct ld_file *f, struct ld_import_table *t)
{
	const struct ld_section *sec = find_table(f);

	if (!sec)
		return false;
	*t = (struct ld_import_table){.at = (const char *)sec->data,
				      .end = (const char *)sec->data + sec->size};
	for (uint32_t i = f->nr_used; i-- > 0;)
		if (f->used[i]->kind == LD_SEC_CODE)
			*ld_strmap_slot(a, &t->code, f->used[i]->name, strlen(f->used[i]->name)) =
			    f->used[i];
	return true;
}

const char *ld_next_import_string(struct ld_import_table *t)
{
	const char *at = t->at;

	if (at == t->end)
		return NULL;
	t->at += strlen(at) + 1;
	return at;
}

static void mark_stub(const struct ld_strmap *functions, const char *name, bool strong)
{
	struct ld_sym *sym = name ? ld_strmap_get(functions, name, strlen(name)) : NULL;

	if (!sym)
		return;
	sym->stub = true;
	sym->strong_stub = strong;
}

void ld_mark_stubs(struct ld_file *f, struct ld_arena *scratch)
{
	struct ld_strmap functions = {0}; /* weak ones by name */
	const char *at, *name = NULL;
	struct ld_import_table table;
	bool strong = true;

	if (!ld_open_import_table(scratch, f, &table))
		return;
	for (uint32_t i = 1; i < f->nr_syms; i++) {
		struct ld_sym *sym = &f->syms[i];

		if (sym->bind == STB_WEAK && sym->type == STT_FUNC && sym->sec)
			*ld_strmap_slot(scratch, &functions, sym->name, strlen(sym->name)) = sym;
	}
	do {
		at = ld_next_import_string(&table);
		if (!at || !strncmp(at, "import=", 7)) {
			mark_stub(&functions, name, strong);
			name = at ? at + 7 : NULL;
			strong = true;
		} else if (!strcmp(at, "weak")) {
			strong = false;
		}
	} while (at);
}

struct ld_import_test ld_read_import_test(const struct ld_import_table *t, const char *text)
{
	struct ld_import_test none = {0};
	const struct ld_section *sec;
	const struct ld_piece *p;
	char *name;
	uint64_t off = strtoull(text, &name, 10);

	sec = *name == ' ' ? ld_strmap_get(&t->code, name + 1, strlen(name + 1)) : NULL;
	p = sec && off < sec->size ? ld_piece_at(sec, off) : NULL;
	if (!p || !sec->data || off % LD_INSN_SIZE ||
	    p->off + p->size - off < 2 * (uint64_t)LD_INSN_SIZE ||
	    ld_insn_op(sec->data + off) != LD_OP_LD_IMM64)
		return none;
	return (struct ld_import_test){p, off};
}
