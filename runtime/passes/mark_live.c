/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What goes into the output. Everything does, but for the bodies of definitions that lost against
 * another file's, second copies of groups, licenses that stand for another, and the padding after
 * what went.
 */
#include "passes/passes.h"

/* Whether every name that keeps p alive has gone to another file. */
static bool lost(const struct ld_section *sec, const struct ld_piece *p)
{
	const struct ld_file *f = sec->file;
	bool had_global = false;

	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		uint32_t in_sym = sec->syms[i];
		const struct ld_sym *sym = &f->syms[in_sym];

		if (!sym->global) {
			if (sym->type == STT_FUNC || sym->type == STT_OBJECT)
				return false;
			continue;
		}
		if (sym->global->owner == f && sym->global->owner_sym == in_sym)
			return false;
		had_global = true;
	}
	return had_global;
}

static void mark_section(struct ld_section *sec)
{
	bool live = true;

	for (uint32_t i = 0; i < sec->nr_pieces; i++) {
		struct ld_piece *p = &sec->pieces[i];

		if (!p->pad)
			live = !lost(sec, p);
		p->live = live && !sec->discarded && !sec->replaced;
	}
}

void ld_mark_live(struct ld_link *l)
{
	ld_for_each(i, &l->files) {
		struct ld_file *f = l->files.v[i];

		for (uint32_t k = 1; k < f->nr_secs; k++)
			mark_section(&f->secs[k]);
		ld_for_each(k, &f->commons)
			mark_section(f->commons.v[k]);
	}
}
