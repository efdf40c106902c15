/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * In the output of --dynamic, the test of a weak import is an ld_imm64 of 0 without a relocation,
 * and the input's table of imports has its place; write_imports.c writes it. If another input
 * defines the function, the stub has lost, and the test holds.
 */
#include <stdlib.h>
#include <string.h>

#include "elf/insn.h"
#include "passes/passes.h"

struct settler {
	const struct ld_link *l;
	struct ld_strmap stubs; /* name -> struct ld_global whose owner is a stub */
	bool apply;             /* the second time, when all stubs are known */
};

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

/* The table is untrusted: a place that is no such instruction is ignored. */
static void settle(const struct settler *s, const struct ld_section *sec, uint64_t off)
{
	const struct ld_piece *p = sec && off < sec->size ? ld_piece_at(sec, off) : NULL;
	uint64_t at;
	uint8_t *insn;

	if (!p || !p->live || p->leader || !p->out->data || off % LD_INSN_SIZE ||
	    p->off + p->size - off < 2 * (uint64_t)LD_INSN_SIZE)
		return;
	at = ld_piece_out_off(p, off - p->off);
	insn = p->out->data + at;
	if (ld_insn_op(insn) == LD_OP_LD_IMM64)
		ld_insn_set_imm(insn, 1, s->l->inputs.big);
}

static void index_code(struct ld_arena *a, const struct ld_file *f, struct ld_strmap *code)
{
	for (uint32_t i = f->nr_used; i-- > 0;)
		if (f->used[i]->kind == LD_SEC_CODE)
			*ld_strmap_slot(a, code, f->used[i]->name, strlen(f->used[i]->name)) =
			    f->used[i];
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
	const struct ld_section *table = find_table(f);
	const char *at = table ? (const char *)table->data : NULL;
	const char *end = table ? at + table->size : NULL;
	struct ld_strmap code = {0};
	bool found = false; /* whether another input defines the function */

	if (table && s->apply)
		index_code(s->l->scratch, f, &code);
	for (; at < end; at += strlen(at) + 1) {
		if (!strncmp(at, "import=", 7)) {
			const struct ld_global *n = find_import(s, f, at + 7);
			const struct ld_sym *def = n ? ld_global_def(n) : NULL;

			found = def && def->sec && def->sec->kind == LD_SEC_CODE &&
				!ld_strmap_get(&s->stubs, n->name, strlen(n->name));
		} else if (s->apply && found && !strncmp(at, "test=", 5)) {
			char *name;
			uint64_t off = strtoull(at + 5, &name, 10);

			if (*name == ' ')
				settle(s, ld_strmap_get(&code, name + 1, strlen(name + 1)), off);
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
