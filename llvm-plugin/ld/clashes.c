/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Outputs that would overwrite each other or an input. Paths are compared by the file that they
 * resolve to, before anything is written.
 */
#include "base/text.h"
#include "common/place.h"
#include "ld/ld.h"

#include <string.h>

struct target {
	const char *option, *path;
	struct place place;
};

#define MAX_TARGETS 16

static size_t list_targets(const struct options *o, struct pool *pool, struct target *targets)
{
	const char *temporaries = o->lto.temporaries;
	const struct target all[] = {
	    {"-o", o->output, {0}},
	    {"--Map", o->map, {0}},
	    {"--dependency-file", o->dependency_file, {0}},
	    {"--time-trace", o->time_trace, {0}},
	    {"--why-extract", o->why_extract, {0}},
	    {"--report", o->report_html, {0}},
	    {"--report", o->report_json, {0}},
	    {"--skeleton", o->skeleton, {0}},
	    {"--subskeleton", o->subskeleton, {0}},
	    {"--reproduce", o->reproduce, {0}},
	    {"--save-temps",
	     temporaries ? pool_printf(pool, "%s." LTO_MERGED ".bc", temporaries) : NULL,
	     {0}},
	    {"--save-temps",
	     temporaries ? pool_printf(pool, "%s." LTO_OPTIMIZED ".bc", temporaries) : NULL,
	     {0}},
	};
	size_t nr = 0;

	_Static_assert(sizeof(all) / sizeof(*all) <= MAX_TARGETS, "all have room");
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		targets[nr] = all[i];
		/* Several outputs may go to standard output. */
		nr += all[i].path && strcmp(all[i].path, "-") != 0 &&
		      find_place(pool, all[i].path, &targets[nr].place);
	}
	return nr;
}

/* from: 1 if the object may replace this input. */
static int check_input(const struct target *targets, size_t from, size_t nr, struct pool *pool,
		       struct report *r, const char *path)
{
	struct place place;
	int err = 0;

	if (from == nr || !find_place(pool, path, &place) || place.name)
		return 0;
	for (size_t i = from; i < nr; i++)
		if (is_same_place(&place, &targets[i].place))
			err = report_error(r, "output-is-input",
					   "%s %s would replace the input %s" LD_HELP
					   "write to another file",
					   targets[i].option, targets[i].path, path);
	return err;
}

/* A report may replace the earlier one that it is compared with. */
static int check_earlier_report(const struct target *targets, size_t nr, struct pool *pool,
				struct report *r, const char *path)
{
	int err = 0;

	for (size_t i = 0; path && i < nr; i++)
		if (strcmp(targets[i].option, "--report") != 0)
			err |= check_input(targets, i, i + 1, pool, r, path);
	return err;
}

static size_t first_text(const struct target *targets, size_t nr)
{
	return nr && !strcmp(targets[0].option, "-o") ? 1 : 0;
}

int check_outputs(const struct options *o, struct pool *pool, struct report *r)
{
	struct target targets[MAX_TARGETS];
	size_t nr = list_targets(o, pool, targets), text = first_text(targets, nr);
	int err = 0;

	for (size_t i = 1; i < nr; i++)
		for (size_t k = 0; k < i; k++)
			if (is_same_place(&targets[i].place, &targets[k].place))
				err = report_error(r, "same-output",
						   "%s %s and %s %s are the same file" LD_HELP
						   "use a separate file for each output",
						   targets[k].option, targets[k].path,
						   targets[i].option, targets[i].path);
	for (size_t i = 0; i < o->inputs.n; i++)
		if (o->inputs.v[i].kind == INPUT_FILE)
			err |= check_input(targets, text, nr, pool, r, o->inputs.v[i].name);
	for (size_t i = 0; i < o->read_files.n; i++)
		err |= check_input(targets, 0, nr, pool, r, o->read_files.v[i]);
	for (size_t i = 0; i < o->target_btf.n; i++)
		err |= check_input(targets, 0, nr, pool, r, o->target_btf.v[i]);
	err |= check_input(targets, 0, nr, pool, r, o->lib.kernel_btf);
	if (o->lib.report_verdicts)
		err |= check_input(targets, 0, nr, pool, r, o->lib.report_verdicts);
	err |= check_earlier_report(targets, nr, pool, r, o->lib.report_against);
	for (size_t i = 0; i < o->response_files.n; i++)
		err |= check_input(targets, 0, nr, pool, r, o->response_files.v[i]);
	return err;
}

int check_outputs_again(const struct options *o, struct pool *pool, struct report *r,
			struct bpfld *l)
{
	struct target targets[MAX_TARGETS];
	size_t nr = list_targets(o, pool, targets), text = first_text(targets, nr), size = 0;
	const char *path = text < nr ? bpfld_text(l, BPFLD_TEXT_INPUTS, &size) : NULL;
	const char *end = path ? path + size : NULL;
	int err = 0;

	for (; path < end; path += strlen(path) + 1)
		err |= check_input(targets, text, nr, pool, r, path);
	return err;
}
