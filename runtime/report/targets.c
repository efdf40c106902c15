/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The results of --target-btf. */
#include "model/targets.h"

#include <string.h>

#include "report/report.h"
#include "report/targets.h"

/* Results that need no attention. */
static bool is_fine(uint8_t result)
{
	return result == LD_TARGET_EXISTS || result == LD_TARGET_UNKNOWN;
}

static void put_table(struct ld_arena *a, struct ld_blob *out, const struct ld_targets *t)
{
	int width = (int)strlen("kernel");

	ld_for_each(i, &t->kernels) {
		int len = (int)strlen(t->kernels.v[i].name);

		width = len > width ? len : width;
	}
	width = width > 60 ? 60 : width;
	ld_blob_printf(a, out, "%-*s", width, "kernel");
	for (int i = 0; i < LD_NR_TARGET_RESULTS; i++)
		ld_blob_printf(a, out, "  %s", ld_target_results[i]);
	ld_blob_printf(a, out, "\n");
	ld_for_each(i, &t->kernels) {
		const struct ld_target_kernel *k = &t->kernels.v[i];

		ld_blob_text(a, out, "%-*s", width, k->name);
		for (int r = 0; r < LD_NR_TARGET_RESULTS && !k->broken; r++)
			ld_blob_printf(a, out, "  %*u", (int)strlen(ld_target_results[r]),
				       k->counts[r]);
		ld_blob_printf(a, out, k->broken ? "  cannot be read\n" : "\n");
	}
}

#define KERNELS_SHOWN 8

static void put_kernels(struct ld_arena *a, struct ld_blob *out, const struct ld_targets *t,
			size_t use, int result)
{
	size_t nr = 0;

	ld_for_each(i, &t->kernels) {
		const struct ld_target_kernel *k = &t->kernels.v[i];

		if (k->broken || k->states[use].result != result)
			continue;
		if (!nr)
			ld_blob_printf(a, out, "  %s:", ld_target_results[result]);
		if (nr++ < KERNELS_SHOWN)
			ld_blob_text(a, out, " %s", k->name);
	}
	if (nr > KERNELS_SHOWN)
		ld_blob_printf(a, out, " and %zu more", nr - KERNELS_SHOWN);
	if (nr)
		ld_blob_printf(a, out, "\n");
}

static void put_use(struct ld_arena *a, struct ld_blob *out, const struct ld_targets *t, size_t i)
{
	const struct ld_target_use *u = &t->uses.v[i];
	bool fine = true;

	ld_for_each(k, &t->kernels)
		fine &= t->kernels.v[k].broken || is_fine(t->kernels.v[k].states[i].result);
	if (fine)
		return;
	ld_blob_text(a, out, "\n%s (%s), %s%s%s\n", u->what, u->kind,
		     u->place ? u->place : "not used", u->program ? ", in " : "",
		     u->program ? u->program : "");
	for (int r = 0; r < LD_NR_TARGET_RESULTS; r++)
		put_kernels(a, out, t, i, r);
}

void ld_report_targets(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l)
{
	if (!l->targets)
		return;
	put_table(a, out, l->targets);
	ld_for_each(i, &l->targets->uses)
		put_use(a, out, l->targets, i);
}

/* ---- JSON ---- */

static void put_kernel_json(struct ld_arena *a, struct ld_blob *out,
			    const struct ld_target_kernel *k)
{
	ld_blob_printf(a, out, "\n{\"name\":");
	ld_blob_json(a, out, k->name);
	ld_blob_printf(a, out, ",\"path\":");
	ld_blob_json(a, out, k->path);
	ld_blob_printf(a, out, ",\"modules\":%u", k->nr_modules);
	if (k->incomplete)
		ld_blob_printf(a, out, ",\"%s\":true", k->broken ? "broken" : "incomplete");
	ld_blob_printf(a, out, ",\"counts\":{");
	for (int r = 0, more = 0; r < LD_NR_TARGET_RESULTS; r++)
		if (k->counts[r])
			ld_blob_printf(a, out, "%s\"%s\":%u", more++ ? "," : "",
				       ld_target_results[r], k->counts[r]);
	ld_blob_printf(a, out, "}}");
}

static bool same_state(const struct ld_target_state *a, const struct ld_target_state *b)
{
	return a->result == b->result && a->certain == b->certain && a->value == b->value &&
	       a->why == b->why;
}

/* The kernels with a state like that of kernel k; nothing if an earlier one has it. */
static void put_state_json(struct ld_arena *a, struct ld_blob *out, const struct ld_targets *t,
			   size_t use, size_t k)
{
	const struct ld_target_state *s = &t->kernels.v[k].states[use];

	for (size_t i = 0; i < k; i++)
		if (!t->kernels.v[i].broken && same_state(s, &t->kernels.v[i].states[use]))
			return;
	if (out->data[out->size - 1] != '[')
		ld_blob_printf(a, out, ",");
	ld_blob_printf(a, out, "{\"result\":\"%s\",\"kernels\":[", ld_target_results[s->result]);
	for (size_t i = k; i < t->kernels.nr; i++)
		if (!t->kernels.v[i].broken && same_state(s, &t->kernels.v[i].states[use]))
			ld_blob_printf(a, out, i == k ? "%zu" : ",%zu", i);
	ld_blob_printf(a, out, "]");
	if (!t->uses.v[use].is_extern)
		ld_blob_printf(a, out, ",\"value\":%llu", (unsigned long long)s->value);
	if (s->certain)
		ld_blob_printf(a, out, ",\"certain\":true");
	if (s->why) {
		ld_blob_printf(a, out, ",\"why\":");
		ld_blob_json(a, out, s->why);
	}
	ld_blob_printf(a, out, "}");
}

static void put_string_json(struct ld_arena *a, struct ld_blob *out, const char *key,
			    const char *value)
{
	if (!value)
		return;
	ld_blob_printf(a, out, ",\"%s\":", key);
	ld_blob_json(a, out, value);
}

static void put_use_json(struct ld_arena *a, struct ld_blob *out, const struct ld_targets *t,
			 size_t i)
{
	const struct ld_target_use *u = &t->uses.v[i];

	ld_blob_printf(a, out, "\n{\"name\":");
	ld_blob_json(a, out, u->what);
	put_string_json(a, out, "kind", u->kind);
	put_string_json(a, out, "place", u->place);
	put_string_json(a, out, "function", u->program);
	put_string_json(a, out, "section", u->section);
	ld_blob_printf(a, out, ",\"offset\":%llu", (unsigned long long)u->off);
	if (u->weak)
		ld_blob_printf(a, out, ",\"weak\":true");
	ld_blob_printf(a, out, ",\"results\":[");
	ld_for_each(k, &t->kernels)
		if (!t->kernels.v[k].broken)
			put_state_json(a, out, t, i, k);
	ld_blob_printf(a, out, "]}");
}

void ld_put_targets(struct ld_arena *a, struct ld_blob *out, const struct ld_targets *t)
{
	ld_blob_printf(a, out, "{\"kernels\":[");
	ld_for_each(i, &t->kernels) {
		ld_blob_printf(a, out, i ? "," : "");
		put_kernel_json(a, out, &t->kernels.v[i]);
	}
	ld_blob_printf(a, out, "],\n\"uses\":[");
	ld_for_each(i, &t->uses) {
		ld_blob_printf(a, out, i ? "," : "");
		put_use_json(a, out, t, i);
	}
	ld_blob_printf(a, out, "]}");
}

void ld_report_targets_json(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l)
{
	if (!l->targets)
		return;
	ld_put_targets(a, out, l->targets);
	ld_blob_printf(a, out, "\n");
}
