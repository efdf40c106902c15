/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * --baseline: comparison with an earlier run, for each kernel. Programs that did not load then do
 * not make the command fail now.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "bpfld/check.h"

enum exit_status read_baseline(struct request *q, struct results *base)
{
	char *text;
	size_t size;
	int err = ld_read_file(q->baseline, &text, &size);
	bool valid;

	if (err)
		return fail(q, "cannot-open", "cannot open %s: %s", q->baseline, strerror(-err));
	valid = strlen(text) == size && read_results(q->pool, base, text) && base->n;
	free(text);
	if (valid)
		return EXIT_DONE;
	return fail(q, "bad-baseline",
		    "%s is not output of bpfld check --json" LD_HELP
		    "create it: bpfld check --json OBJECT... >FILE",
		    q->baseline);
}

/* By its whole path, or else by its file name: the runs may have been in different directories. */
static const struct result *find_result(const struct results *base, const struct result *r)
{
	const struct result *found = NULL;

	for (size_t i = 0; i < base->n; i++) {
		const struct result *b = &base->v[i];

		if (strcmp(b->target, r->target) ||
		    strcmp(base_name(b->object), base_name(r->object)))
			continue;
		if (!strcmp(b->object, r->object))
			return b;
		found = b;
	}
	return found;
}

static const struct checked *find_program(const struct result *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(r->v[i].name, name))
			return &r->v[i];
	return NULL;
}

void match_baseline(struct results *all, const struct results *base)
{
	for (size_t i = 0; i < all->n; i++) {
		struct result *r = &all->v[i];

		r->before = find_result(base, r);
		for (size_t k = 0; r->before && k < r->n; k++)
			r->v[k].before = find_program(r->before, r->v[k].name);
	}
}

double growth(const struct checked *p)
{
	if (!p->before || p->before->verdict != LOADS || p->verdict != LOADS || !p->before->insns)
		return 0;
	return 100.0 * ((double)p->insns - (double)p->before->insns) / (double)p->before->insns;
}

static enum exit_status compare_program(struct request *q, const struct result *r,
					const struct checked *p)
{
	if (!p->before) {
		report_note(q->report, "baseline-new", "%s: program '%s' on %s is not in %s",
			    r->object, p->name, r->target, q->baseline);
		return EXIT_DONE;
	}
	if (p->before->verdict == LOADS && p->verdict != LOADS)
		return fail(q, "baseline-loss", "%s: program '%s' on %s: %s; it loaded in %s",
			    r->object, p->name, r->target, verdict_words[p->verdict], q->baseline);
	if (growth(p) <= q->max_growth)
		return EXIT_DONE;
	return fail(q, "baseline-growth",
		    "%s: program '%s' on %s: the verifier processes %llu instructions, %.1f %% "
		    "more than the %llu in %s" LD_HELP
		    "simplify the program, allow more growth with --max-growth=PERCENT (now %g), "
		    "or create the baseline again",
		    r->object, p->name, r->target, p->insns, growth(p), p->before->insns,
		    q->baseline, q->max_growth);
}

/* Programs that do not load, as in the baseline, are counted. */
static enum exit_status compare_result(struct request *q, const struct result *r)
{
	enum exit_status status = EXIT_DONE;
	size_t known = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (compare_program(q, r, &r->v[i]))
			status = EXIT_FAILED;
		known += is_known(&r->v[i]);
	}
	for (size_t i = 0; i < r->before->n; i++)
		if (!find_program(r, r->before->v[i].name))
			report_note(q->report, "baseline-gone",
				    "%s: program '%s' on %s of %s no longer exists", r->object,
				    r->before->v[i].name, r->target, q->baseline);
	if (known)
		report_note(q->report, "baseline-known",
			    "%s: %zu program%s on %s %s not load, as in %s", r->object, known,
			    known > 1 ? "s" : "", r->target, known > 1 ? "do" : "does",
			    q->baseline);
	return status;
}

enum exit_status report_baseline(struct request *q, const struct results *all)
{
	enum exit_status status = EXIT_DONE;
	bool compared = false;

	for (size_t i = 0; i < all->n; i++) {
		const struct result *r = &all->v[i];

		if (!r->before) {
			report_note(q->report, "baseline-new", "%s has no result for %s on %s",
				    q->baseline, r->object, r->target);
			continue;
		}
		compared = true;
		if (!r->error && compare_result(q, r))
			status = EXIT_FAILED;
	}
	if (compared || !all->n)
		return status;
	return fail(q, "bad-baseline",
		    "%s has no result for any of these objects and kernels" LD_HELP
		    "specify the same objects and kernels, or create it again: bpfld check --json "
		    "OBJECT... >FILE",
		    q->baseline);
}
