/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/earlier.h"

#include <stdlib.h>
#include <string.h>

#include "base/io.h"

static void *alloc_value(void *arena, size_t size)
{
	return ld_alloc(arena, size);
}

static const struct ld_json *read_json(const struct ld_link *l, const char *path)
{
	const struct ld_json *v;
	char *text;
	size_t size;
	int err = ld_read_file(path, &text, &size);

	if (err) {
		ld_error(l->diags, "cannot-open", "cannot open %s: %s", path, strerror(-err));
		return NULL;
	}
	/* Strings are copied. */
	v = strlen(text) == size ? ld_json_parse(alloc_value, l->arena, text) : NULL;
	free(text);
	return v ? v : LD_NEW(l->arena, struct ld_json);
}

static bool is_report(const struct ld_json *v)
{
	const struct ld_json *out = ld_json_member(v, "out"),
			     *funcs = ld_json_member(v, "functions");

	return ld_json_number(v, "format") == 2 && out && out->kind == LD_JSON_OBJECT && funcs &&
	       funcs->kind == LD_JSON_ARRAY;
}

/* Results that have the members by which the page finds them. */
static bool are_verdicts(const struct ld_json *v)
{
	if (v->kind != LD_JSON_ARRAY)
		return false;
	for (const struct ld_json *r = v->first; r; r = r->next) {
		const struct ld_json *programs = ld_json_member(r, "programs");

		if (!ld_json_string(r, "object") || !ld_json_string(r, "target") ||
		    !ld_json_string(r, "kernel") || !programs || programs->kind != LD_JSON_ARRAY)
			return false;
		for (const struct ld_json *p = programs->first; p; p = p->next)
			if (!ld_json_string(p, "name") || !ld_json_string(p, "section") ||
			    !ld_json_string(p, "verdict"))
				return false;
	}
	return true;
}

const struct ld_earlier *ld_read_earlier(const struct ld_link *l)
{
	const char *against = l->opt->report_against, *verdicts = l->opt->report_verdicts;
	struct ld_earlier *e;

	if (!against && !verdicts)
		return NULL;
	e = LD_NEW(l->arena, struct ld_earlier);
	if (against)
		e->report = read_json(l, against);
	if (e->report && !is_report(e->report))
		ld_error(l->diags, "bad-report",
			 "%s is not a report" LD_HELP
			 "create one with --report=FILE.json and this version of the linker",
			 against);
	if (verdicts)
		e->verdicts = read_json(l, verdicts);
	if (e->verdicts && !are_verdicts(e->verdicts))
		ld_error(l->diags, "bad-report",
			 "%s is not output of bpfld check" LD_HELP
			 "create it with bpfld check --json",
			 verdicts);
	return e;
}
