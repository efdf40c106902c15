/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The search. Each step makes candidates, links them on all cores, and loads those whose code is
 * new; then the best one that may be kept becomes the base of the next step:
 *
 *	orders   each way to optimize, with and without merging branches
 *	sweep    each decision about each function, alone
 *	combine  the best ones together, a few at a time
 *	refine   all others, on top of what was found
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bpfld/tune.h"

#define DEFAULT_LOADS 100
#define DEFAULT_SECONDS 120 /* for each kernel */
#define GROUP 4             /* decisions that are combined at a time */
#define BATCH 8             /* candidates of refine() at a time */

static void on_signal(int signal)
{
	(void)signal;
	tune_interrupted = 1;
}

static void end_progress(const struct tune *t)
{
	if (isatty(STDERR_FILENO) && !t->q->report->json)
		fputs("\r\033[K", stderr);
}

/* ---- candidates ---- */

static struct candidate *new_candidate(const struct tune *t, const struct choice *base)
{
	struct candidate *c = calloc(1, sizeof(*c));
	signed char *decisions = malloc(t->nr_functions + 1);

	if (!c || !decisions)
		out_of_memory();
	c->choice = *base;
	memset(decisions, AS_IN_SOURCE, t->nr_functions + 1);
	if (base->decisions)
		memcpy(decisions, base->decisions, t->nr_functions);
	c->choice.decisions = decisions;
	return c;
}

static void free_candidate(struct candidate *c)
{
	free(c->image);
	free(c->choice.decisions);
	free(c);
}

/* A change of one decision, and what it gave alone. */
struct flip {
	size_t function;
	signed char decision;
	double score; /* 0: not measured */
	size_t refused;
	uint64_t hash;
};

static struct candidate *with_flip(const struct tune *t, const struct choice *base,
				   const struct flip *f)
{
	struct candidate *c = new_candidate(t, base);

	c->choice.plain = false;
	c->choice.decisions[f->function] = f->decision;
	return c;
}

static bool is_too_large(const struct tune *t, const struct candidate *c)
{
	return (double)c->code > (double)t->plain.code * (1 + t->q->keep_size / 100);
}

/* Whether it does the same in the time that is allowed; a note says why not. */
static bool runs_alike(struct tune *t, const struct candidate *c, const char *what)
{
	double limit = 1 + t->q->keep_speed / 100;
	struct run_comparison r;

	tune_progress(t, "running");
	tune_run(t, &t->plain, c, &r);
	/* Other processes may have been in the way. */
	if (!r.differs && r.ratio > limit)
		tune_run(t, &t->plain, c, &r);
	if (r.differs)
		report_note(t->q->report, "tune-differs",
			    "'%s' is not kept: %s" LD_HELP
			    "this may be a bug in LLVM: please report it",
			    what, r.differs);
	return !r.differs && r.ratio <= limit;
}

/* If one decision is all that a rejected candidate changes, it is not tried again. */
static void ban(struct tune *t, const struct candidate *c)
{
	const struct choice *from = &t->best.choice;
	size_t changes = 0, function = 0;

	for (size_t i = 0; i < t->nr_functions; i++)
		if (c->choice.decisions[i] !=
		    (from->decisions ? from->decisions[i] : AS_IN_SOURCE)) {
			changes++;
			function = i;
		}
	if (changes == 1)
		t->functions[function].can &= ~(1u << c->choice.decisions[function]);
}

/* Whether the choice has a decision that is not possible, or that was rejected. */
static bool is_banned(const struct tune *t, const struct choice *c)
{
	bool banned = false;

	for (size_t i = 0; i < t->nr_functions; i++)
		banned |= c->decisions[i] != AS_IN_SOURCE &&
			  !(t->functions[i].can & 1u << c->decisions[i]);
	return banned;
}

static void explain_step(struct tune *t, const struct candidate *c, const char *what)
{
	words_add(&t->explanations,
		  pool_printf(t->q->pool, "%8.3f -> %.3f  %s", t->best.score, c->score, what));
}

/* Takes the candidate over as the best one. */
static void keep(struct tune *t, struct candidate *c)
{
	if (t->best.image != t->plain.image)
		free(t->best.image);
	if (t->best.choice.decisions != t->plain.choice.decisions)
		free(t->best.choice.decisions);
	t->best = *c;
	c->image = NULL;
	c->choice.decisions = NULL;
}

static const char *describe_change(struct tune *t, const struct choice *from,
				   const struct choice *to)
{
	const char *text = "";

	if (from->plain || from->order != to->order || from->keep_branches != to->keep_branches)
		text = pool_printf(t->q->pool, "optimize %s%s", lto_orders[to->order],
				   to->keep_branches ? ", keeping branches" : "");
	for (size_t i = 0; i < t->nr_functions; i++)
		if (to->decisions[i] != AS_IN_SOURCE &&
		    (!from->decisions || from->decisions[i] != to->decisions[i]))
			text = pool_printf(t->q->pool, "%s%s%s", text, *text ? ", " : "",
					   tune_describe(t, to, i));
	return text;
}

/* All candidates that are the same object. */
static void reject_equal(struct candidate **v, size_t n, uint64_t hash)
{
	for (size_t i = 0; i < n; i++)
		v[i]->rejected |= v[i]->linked && v[i]->hash == hash;
}

/* Links and measures the candidates, and keeps the best one. Returns whether there was one. */
static bool try_all(struct tune *t, struct candidate **v, size_t n)
{
	bool kept = false;

	tune_progress(t, "linking");
	for (size_t i = 0; i < n; i++)
		v[i]->rejected |= is_banned(t, &v[i]->choice);
	tune_link(t, v, n);
	for (size_t i = 0; i < n; i++)
		v[i]->rejected |= v[i]->linked && is_too_large(t, v[i]);
	tune_progress(t, "loading");
	tune_measure(t, v, n);
	while (!kept) {
		struct candidate *best = NULL;
		const char *what;

		for (size_t i = 0; i < n; i++)
			if (v[i]->measured && !v[i]->rejected &&
			    tune_is_better(v[i], best ? best : &t->best))
				best = v[i];
		if (!best)
			return false;
		/* Known from the cache: the object is needed to run it. */
		if (!best->image) {
			best->linked = false;
			tune_relink(t, best);
		}
		what = describe_change(t, &t->best.choice, &best->choice);
		kept = best->image && runs_alike(t, best, what);
		best->rejected = !kept;
		if (kept) {
			explain_step(t, best, what);
			keep(t, best);
		} else {
			ban(t, best);
			reject_equal(v, n, best->hash);
		}
	}
	return true;
}

static void free_all(struct candidate **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free_candidate(v[i]);
}

/* ---- steps ---- */

static void try_orders(struct tune *t)
{
	static const enum lto_order orders[] = {LTO_ONE_FILE, LTO_O2, LTO_O2_SHORT, LTO_O1};
	struct candidate *v[2 * sizeof(orders) / sizeof(orders[0])];
	size_t n = 0;

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		for (int keep = 0; keep < 2; keep++) {
			struct choice c = {.order = orders[i], .keep_branches = keep};

			v[n++] = new_candidate(t, &c);
		}
	t->all_kernels = true;
	try_all(t, v, n);
	t->all_kernels = false;
	/* Decisions reach functions within a file only where modules are merged first. */
	if (t->best.choice.plain && v[0]->measured && v[0]->refused <= t->best.refused &&
	    v[0]->score < t->best.score * 1.02 && !v[0]->rejected) {
		if (!v[0]->image)
			tune_relink(t, v[0]);
		keep(t, v[0]);
	}
	free_all(v, n);
}

/* Kinds of decisions in the order in which they usually gain, and large functions first. */
static int compare_flips(const struct tune *t, const struct flip *a, const struct flip *b)
{
	static const int rank[] = {
	    [LTO_CALL] = 0, [LTO_AUTO] = 1, [LTO_GLOBAL] = 2, [LTO_INLINE] = 3};
	uint32_t sa = t->functions[a->function].size, sb = t->functions[b->function].size;

	if (a->decision != b->decision)
		return rank[(int)a->decision] - rank[(int)b->decision];
	return sa < sb ? 1 : sa > sb ? -1 : 0;
}

static struct flip *list_flips(const struct tune *t, size_t *n)
{
	struct flip *v = calloc(4 * t->nr_functions + 1, sizeof(*v));

	if (!v)
		out_of_memory();
	*n = 0;
	for (size_t i = 0; i < t->nr_functions; i++)
		for (signed char d = LTO_AUTO; d <= LTO_GLOBAL; d++) {
			struct flip f = {.function = i, .decision = d};
			size_t at = (*n)++;

			if (!(t->functions[i].can & 1u << d)) {
				--*n;
				continue;
			}
			while (at && compare_flips(t, &f, &v[at - 1]) < 0) {
				v[at] = v[at - 1];
				at--;
			}
			v[at] = f;
		}
	return v;
}

/* Measures each flip alone, on top of the best choice, which it may replace. */
static void try_flips(struct tune *t, struct flip *flips, size_t n)
{
	struct candidate **v = calloc(n + 1, sizeof(*v));
	struct choice base = t->best.choice;

	if (!v)
		out_of_memory();
	for (size_t i = 0; i < n; i++)
		v[i] = with_flip(t, &base, &flips[i]);
	try_all(t, v, n);
	for (size_t i = 0; i < n; i++)
		if (v[i]->measured) {
			flips[i].score = v[i]->score;
			flips[i].refused = v[i]->refused;
			flips[i].hash = v[i]->hash;
		}
	free_all(v, n);
	free(v);
}

static int by_score(const void *a, const void *b)
{
	const struct flip *x = a, *y = b;

	if (!x->score != !y->score)
		return x->score > 0 ? -1 : 1;
	if (x->refused != y->refused)
		return x->refused < y->refused ? -1 : 1;
	if (x->score != y->score)
		return x->score < y->score ? -1 : 1;
	return x->function < y->function ? -1 : x->function > y->function;
}

/* Whether another flip before it gave the same object, or has decided about its function. */
static bool is_repeated(const struct tune *t, const struct flip *v, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (v[k].hash == v[i].hash)
			return true;
	return t->best.choice.decisions && t->best.choice.decisions[v[i].function] != AS_IN_SOURCE;
}

/* Adds flips that gained alone to the best choice, in groups. */
static void combine(struct tune *t, struct flip *flips, size_t n, double before, size_t refused)
{
	size_t at = 0;

	while (at < n && !tune_is_over(t)) {
		struct candidate *v[2 * GROUP] = {NULL}, *all = new_candidate(t, &t->best.choice);
		size_t nr = 0;

		for (; at < n && nr + 2 <= 2 * GROUP; at++) {
			const struct flip *f = &flips[at];

			if (f->score == 0 || f->refused > refused || f->score > before * GAIN)
				break;
			if (is_repeated(t, flips, at))
				continue;
			v[nr++] = with_flip(t, &t->best.choice, f);
			if (all->choice.decisions[f->function] == AS_IN_SOURCE)
				all->choice.decisions[f->function] = f->decision;
			if (nr > 1)
				v[nr++] = new_candidate(t, &all->choice);
		}
		free_candidate(all);
		if (!nr)
			break;
		try_all(t, v, nr);
		free_all(v, nr);
	}
}

/* All flips again, those that cost least first, as long as there is a budget. */
static void refine(struct tune *t, struct flip *flips, size_t n)
{
	bool gained = true;

	while (gained && !tune_is_over(t)) {
		gained = false;
		for (size_t at = 0; at < n && !tune_is_over(t);) {
			struct candidate *v[BATCH];
			size_t nr = 0;

			for (; at < n && nr < BATCH; at++)
				if (flips[at].score > 0 &&
				    (!t->best.choice.decisions ||
				     t->best.choice.decisions[flips[at].function] !=
					 flips[at].decision))
					v[nr++] = with_flip(t, &t->best.choice, &flips[at]);
			gained |= nr && try_all(t, v, nr);
			free_all(v, nr);
		}
	}
}

static void explain_flips(struct tune *t, const struct flip *flips, size_t n, double before)
{
	struct choice c = {.decisions = malloc(t->nr_functions + 1)};

	if (!c.decisions)
		out_of_memory();
	words_add(&t->explanations, "each decision alone:");
	for (size_t i = 0; i < n; i++) {
		const struct flip *f = &flips[i];

		c.decisions[f->function] = f->decision;
		if (f->score > 0)
			words_add(&t->explanations,
				  pool_printf(t->q->pool, "%+7.1f %%  %s%s",
					      100 * (f->score / before - 1),
					      tune_describe(t, &c, f->function),
					      f->refused > t->plain.refused ? " (rejected)" : ""));
	}
	free(c.decisions);
}

static void search(struct tune *t)
{
	size_t n, loads = t->max_loads, refused;
	struct flip *flips;
	double before;

	try_orders(t);
	flips = list_flips(t, &n);
	before = t->best.score;
	refused = t->best.refused;
	/* Leave something for combinations. */
	t->max_loads = t->nr_loads + (loads - t->nr_loads) * 2 / 3;
	try_flips(t, flips, n);
	t->max_loads = loads;
	qsort(flips, n, sizeof(*flips), by_score);
	if (t->q->explain)
		explain_flips(t, flips, n, before);
	words_add(&t->explanations, "steps:");
	combine(t, flips, n, before, refused);
	refine(t, flips, n);
	free(flips);
}

/* ---- the command ---- */

static bool read_budget(struct tune *t, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	t->max_loads = DEFAULT_LOADS;
	t->deadline = tune_now() + DEFAULT_SECONDS * (double)t->q->kernels.n;
	if (!*text)
		return true;
	if (end == text || !(value > 0 && value < 1e9))
		return false;
	if (!*end) {
		t->max_loads = (size_t)value;
		t->deadline = 0;
		return value >= 1;
	}
	if (end[1] || !strchr("smh", *end))
		return false;
	t->max_loads = SIZE_MAX / 8;
	t->deadline = tune_now() + value * (*end == 'h' ? 3600 : *end == 'm' ? 60 : 1);
	return true;
}

/* The object without a plan: each program must be one that kernels verify. */
static enum exit_status measure_plain(struct tune *t)
{
	struct candidate *v[] = {&t->plain};
	double begin = tune_now(), limit;
	const char *error;

	tune_measure(t, v, 1);
	/* A candidate that takes the verifier much longer is no gain. */
	limit = 20 + 4 * (tune_now() - begin);
	if (t->q->timeout > limit)
		t->q->timeout = limit;
	if (tune_interrupted)
		return fail(t->q, "interrupted",
			    "interrupted before anything was measured" LD_HELP "run it again");
	if (!t->plain.measured) {
		error = t->plain.costs && t->plain.costs[0].error ? t->plain.costs[0].error
								  : "no kernel measured it";
		return fail(t->q, "cannot-measure",
			    "cannot measure the programs: %s" LD_HELP
			    "run 'bpfld check' on the linked object for details; loading requires "
			    "root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN",
			    error);
	}
	if (!t->nr_programs)
		return fail(t->q, "cannot-measure",
			    "the inputs have no programs" LD_HELP "specify all files of a program");
	t->best = t->plain;
	return EXIT_DONE;
}

static void print_summary(struct tune *t, const char *path)
{
	end_progress(t);
	for (size_t i = 0; t->q->explain && i < t->explanations.n; i++)
		print_text(stdout, "%s\n", t->explanations.v[i]);
	for (size_t k = 0; k < t->q->kernels.n; k++)
		print_text(stdout, "Linux %s: %llu instructions processed, %llu before%s\n",
			   t->releases[k], t->best.costs[k].total, t->plain.costs[k].total,
			   t->best.costs[k].refused    ? "; some programs are rejected"
			   : t->plain.costs[k].refused ? "; some programs were rejected"
						       : "");
	print_text(stdout, "%s%s: %zu loads, code %+.1f %%\n",
		   tune_interrupted ? "interrupted; the best plan so far is in " : "", path,
		   t->nr_loads, 100 * ((double)t->best.code / (double)(t->plain.code + 1) - 1));
}

static enum exit_status tune(struct tune *t)
{
	struct sigaction action = {.sa_handler = on_signal};
	enum exit_status status;
	const char *path = t->q->output;

	status = tune_first_link(t);
	if (status)
		return status;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* A guest may end while it gets an object. */
	signal(SIGPIPE, SIG_IGN);
	tune_list_programs(t);
	tune_open_cache(t, pool_printf(t->q->pool, "%s.cache", path));
	status = measure_plain(t);
	if (!status) {
		search(t);
		status = tune_write(t, path);
	}
	if (!status)
		print_summary(t, path);
	return status;
}

enum exit_status command_tune(struct request *q)
{
	struct tune t = {.q = q, .lto.level = 2};
	enum exit_status status;

	if (!q->args.n || !q->output)
		return usage_error(q, "tune requires inputs, and -o FILE for the plan");
	if (!q->kernels.n)
		words_add(&q->kernels, "running");
	if (q->kernels.n > MAX_KERNELS)
		return usage_error(q, "tune accepts at most %d kernels", MAX_KERNELS);
	if (!read_budget(&t, q->budget ? q->budget : ""))
		return usage_error(q,
				   "expected a number of loads or a time such as 90s or 10m, "
				   "got '%s'",
				   q->budget);
	t.releases = (const char **)pool_alloc(q->pool, (q->kernels.n + 1) * sizeof(*t.releases));
	t.guests =
	    (struct tune_guest **)pool_alloc(q->pool, (q->kernels.n + 1) * sizeof(*t.guests));
	memset(t.guests, 0, (q->kernels.n + 1) * sizeof(*t.guests));
	for (size_t k = 0; k < q->kernels.n; k++)
		t.releases[k] = q->kernels.v[k];
	q->numbers = true;
	status = tune(&t);
	tune_stop_guests(&t);
	if (t.cache)
		fclose(t.cache);
	free(t.functions);
	words_free(&t.explanations);
	if (t.best.image != t.plain.image)
		free(t.best.image);
	free(t.best.choice.decisions);
	free(t.plain.image);
	return status;
}
