/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * In the output of --dynamic, the test of a weak import is an ld_imm64 of 0 without a relocation,
 * and the input's table of imports has its place; write_imports.c writes it. If another input
 * defines the function, the stub has lost, and the test holds.
 */
#include <string.h>

#include "elf/import_table.h"
#include "elf/insn.h"
#include "passes/passes.h"

struct settler {
	const struct ld_link *l;
	struct ld_strmap stubs; /* name -> struct ld_global whose owner is a stub */
	bool apply;             /* the second time, when all stubs are known */
};

static void settle(const struct settler *s, struct ld_import_test test)
{
	const struct ld_piece *p = test.piece;
	uint8_t *insn;

	if (!p || !p->live || p->leader || !p->out->data)
		return;
	insn = p->out->data + ld_piece_out_off(p, test.off - p->off);
	ld_insn_set_imm(insn, 1, s->l->inputs.big);
}

/* The global symbol of an import that f has a stub for. */
static struct ld_global *find_import(struct settler *s, const struct ld_file *f, const char *name)
{
	struct ld_sym ref = {.name = name};
	struct ld_global *n;

	name = ld_global_name(f, &ref);
	n = ld_strmap_get(&s->l->res.globals_by_name, name, strlen(name));
	if (n && n->owner == f)
		*ld_strmap_slot(s->l->scratch, &s->stubs, name, strlen(name)) = n;
	return n;
}

static void read_table(struct settler *s, const struct ld_file *f)
{
	struct ld_import_table table;
	bool found = false; /* whether another input defines the function */
	const char *at;

	if (!ld_open_import_table(s->l->scratch, f, &table))
		return;
	while ((at = ld_next_import_string(&table))) {
		if (!strncmp(at, "import=", 7)) {
			const struct ld_global *n = find_import(s, f, at + 7);
			const struct ld_sym *def = n ? ld_global_def(n) : NULL;

			found = def && def->sec && def->sec->kind == LD_SEC_CODE &&
				!ld_strmap_get(&s->stubs, n->name, strlen(n->name));
		} else if (s->apply && found && !strncmp(at, "test=", 5)) {
			settle(s, ld_read_import_test(&table, at + 5));
		}
	}
}

void ld_settle_tests(const struct ld_link *l)
{
	struct settler s = {.l = l};

	for (int i = 0; i < 2; i++) {
		s.apply = i;
		ld_for_each(k, &l->res.files)
			read_table(&s, l->res.files.v[k]);
	}
}
