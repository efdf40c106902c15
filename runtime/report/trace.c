/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The inputs that take part, and the files that define or reference each traced symbol. */
#include <string.h>

#include "report/report.h"

static const char *role_of(const struct ld_sym *sym)
{
	/* A COMMON symbol that was chosen is in a section of the linker's own by now. */
	if (sym->common || (sym->sec && !sym->sec->index))
		return "common definition of";
	return sym->sec || sym->abs ? "definition of" : NULL;
}

static void trace_symbols(const struct ld_link *l, const struct ld_file *f)
{
	for (uint32_t k = 1; k < f->nr_syms; k++) {
		const struct ld_sym *sym = &f->syms[k];
		const char *role = role_of(sym);

		if (sym->bind == STB_LOCAL || !ld_names_match(&l->opt->trace_symbols, sym->name))
			continue;
		/* The references of a member that was not extracted do not matter. */
		if (f->lazy && role)
			role = "lazy definition of";
		else if (!role && !f->lazy)
			role = "reference to";
		if (role)
			ld_info(l->diags, "trace", "%s: %s %s", ld_file_name(f), role, sym->name);
	}
}

void ld_report_trace(const struct ld_link *l)
{
	ld_for_each(i, &l->inputs.files) {
		const struct ld_file *f = l->inputs.files.v[i];

		if (l->opt->trace && !f->lazy)
			ld_info(l->diags, "trace", "%s", ld_file_name(f));
		if (*l->opt->trace_symbols.list)
			trace_symbols(l, f);
	}
}
