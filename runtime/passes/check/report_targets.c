/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "passes/check/report_targets.h"

#include <string.h>

#include "elf/place.h"

const char *const ld_target_results[LD_NR_TARGET_RESULTS] = {
    [LD_TARGET_EXISTS] = "exists",     [LD_TARGET_OTHER_SIZE] = "other size",
    [LD_TARGET_ABSENT] = "absent",     [LD_TARGET_GUARDED] = "guarded",
    [LD_TARGET_OPTIONAL] = "optional", [LD_TARGET_UNKNOWN] = "unknown",
    [LD_TARGET_MISSING] = "missing",   [LD_TARGET_OTHER_KIND] = "other kind",
    [LD_TARGET_REFUSED] = "rejected",
};

/* Severities of a state, and their diagnostics. */
enum unmet { NONE, UNGUARDED, FATAL, REFUSED, NR_UNMET };

static enum unmet unmet_by(const struct ld_target_state *s)
{
	switch (s->result) {
	case LD_TARGET_MISSING:
	case LD_TARGET_OTHER_KIND: return s->certain ? FATAL : UNGUARDED;
	case LD_TARGET_REFUSED: return s->certain ? REFUSED : UNGUARDED;
	default: return NONE;
	}
}

/* All uses of one thing that some kernels do not meet in the same way. */
struct group {
	struct ld_list places, kernels;
	size_t nr_kernels;
	const struct ld_target_use *use; /* the first one, and its state */
	const struct ld_target_state *first;
};

/* Whether a program attaches to it. */
static bool is_attach(const struct ld_target_use *u)
{
	return !strcmp(u->kind, "attach");
}

static void add_use(const struct ld_link *l, const struct ld_targets *t, size_t use,
		    enum unmet unmet, bool *kernels, struct group *g)
{
	const struct ld_target_use *u = &t->uses.v[use];
	bool found = false;

	ld_for_each(k, &t->kernels) {
		const struct ld_target_kernel *kernel = &t->kernels.v[k];

		if (kernel->broken || unmet_by(&kernel->states[use]) != unmet)
			continue;
		found = true;
		if (!g->first) {
			g->first = &kernel->states[use];
			g->use = u;
		}
		if (!kernels[k]) {
			g->nr_kernels++;
			ld_list_add(l->arena, &g->kernels, "%s", kernel->name);
		}
		kernels[k] = true;
	}
	if (!found)
		return;
	if (ld_list_full(&g->places) || !u->at)
		ld_list_add(l->arena, &g->places, "used in the output at %s+0x%llx",
			    u->section ? u->section : "?", (unsigned long long)u->off);
	else if (is_attach(u))
		ld_list_add(l->arena, &g->places, "program '%s' at %s", u->program,
			    ld_place(l, u->at, u->at_off));
	else if (u->program)
		ld_list_add(l->arena, &g->places, "used at %s, in '%s'",
			    ld_place(l, u->at, u->at_off), u->program);
	else
		ld_list_add(l->arena, &g->places, "used at %s", ld_place(l, u->at, u->at_off));
}

static const char *advice(const struct ld_target_use *u, const struct ld_target_state *s)
{
	if (u->is_extern && s->result == LD_TARGET_OTHER_KIND && !s->verifier)
		return "declare it as the kernel does; libbpf compares the kinds of all types, and "
		       "a declared struct ('struct s;') has a different kind from a defined one";
	if (is_attach(u))
		return "check the name of the section, or add '?' before it and let the loader "
		       "select the programs that the kernel has targets for";
	if (u->is_extern)
		return !strcmp(u->kind, "kfunc")
			   ? "declare it __weak, and call it only if bpf_ksym_exists() is true"
			   : "declare it __weak, and test its address";
	if (!strcmp(u->kind, "enumval_value"))
		return "use it only if bpf_core_enum_value_exists() is true";
	return "use it only if bpf_core_field_exists() is true, or put programs that need it into "
	       "sections with '?' and select one in the loader";
}

static void report(const struct ld_link *l, const struct ld_targets *t, enum unmet unmet,
		   struct group *g)
{
	const struct ld_target_use *u = g->use;
	static const char *const ends[NR_UNMET] = {
	    [UNGUARDED] = "the verifier rejects programs that reach it",
	    [FATAL] = "the program cannot load there",
	    [REFUSED] = "libbpf cannot relocate it",
	};
	const char *what = g->first->result == LD_TARGET_MISSING ? "is missing" : "differs";
	/* libbpf resolves strong externs before it loads any program. */
	bool whole =
	    unmet == FATAL && !g->first->verifier && ((u->is_extern && !u->weak) || is_attach(u));
	const char *text =
	    ld_text(l->arena,
		    "'%s' %s on %zu of %zu kernels: %s%" LD_LINES "\n>>> kernels:%" LD_LINES,
		    u->what, what, g->nr_kernels, t->kernels.nr,
		    whole ? "the object cannot load there" : ends[unmet],
		    ld_list_lines(l->arena, &g->places, "places"),
		    ld_list_lines(l->arena, &g->kernels, "kernels"));

	if (g->first->why)
		text = ld_text(l->arena, "%" LD_LINES "\n>>> %s", text, g->first->why);
	if (unmet == REFUSED)
		ld_error(l->diags, "target-rejected", "%" LD_LINES, text);
	else if (unmet == FATAL)
		ld_error(l->diags, "target-missing", "%" LD_LINES LD_HELP "%s", text,
			 advice(u, g->first));
	else
		ld_warn(l->diags, "target-unguarded", "%" LD_LINES LD_HELP "%s", text,
			advice(u, g->first));
}

void ld_report_unmet(const struct ld_link *l, const struct ld_targets *t)
{
	struct ld_strmap firsts = {0};                                 /* what -> its first use */
	size_t *next = LD_NEW_ARRAY(l->arena, size_t, t->uses.nr + 1); /* use + 1 of the same */
	size_t *last = LD_NEW_ARRAY(l->arena, size_t, t->uses.nr + 1); /* by first use */
	bool *repeats = LD_NEW_ARRAY(l->arena, bool, t->uses.nr);
	bool *kernels = LD_NEW_ARRAY(l->arena, bool, t->kernels.nr);

	ld_for_each(i, &t->uses) {
		void **slot =
		    ld_strmap_slot(l->arena, &firsts, t->uses.v[i].what, strlen(t->uses.v[i].what));
		size_t first = *slot ? (size_t)(uintptr_t)*slot - 1 : i;

		if (*slot)
			next[last[first]] = i + 1;
		*slot = (void *)(uintptr_t)(first + 1);
		last[first] = i;
		repeats[i] = first != i;
	}
	ld_for_each(i, &t->uses) {
		for (enum unmet unmet = UNGUARDED; !repeats[i] && unmet < NR_UNMET; unmet++) {
			struct group g = {0};

			memset(kernels, 0, t->kernels.nr * sizeof(*kernels));
			for (size_t k = i + 1; k; k = next[k - 1])
				add_use(l, t, k - 1, unmet, kernels, &g);
			if (g.nr_kernels)
				report(l, t, unmet, &g);
		}
	}
}
