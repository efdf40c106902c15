/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The command tune: finds a plan for link-time optimization by linking and loading. Each file calls
 * only files above it, and those of check.h:
 *
 *	tune_state.c   names of choices, budget and progress
 *	tune_link.c    links with plans, in child processes
 *	tune_cache.c   what is known from an earlier run
 *	tune_guest.c   guests that stay up
 *	tune_measure.c what kernels say of the linked objects
 *	tune_run.c     compares how two objects run
 *	tune_write.c   plans, and explanations
 *	tune.c         the search
 */
#ifndef BPFLD_TUNE_H
#define BPFLD_TUNE_H

#include "bpfld/check.h"
#include "lto/lto.h"

/* A program that the verifier gives up on costs as much as it looks at. */
#define REFUSED_COST 1000000

#define AS_IN_SOURCE (-1)

/* A function that plans may decide about. */
struct tunable {
	const char *name, *file; /* file: NULL if the name is enough */
	uint32_t can, size;      /* see struct lto_function */
};

/* A plan. */
struct choice {
	bool plain; /* no plan at all */
	enum lto_order order;
	bool keep_branches;     /* simplifycfg-branch-fold-threshold is 0 */
	signed char *decisions; /* by function: enum lto_decision or AS_IN_SOURCE */
};

/* An object on one kernel. */
struct cost {
	unsigned long long total;  /* instructions processed */
	size_t refused;            /* programs */
	unsigned long long *insns; /* by program; REFUSED_COST: refused */
	const char *error;         /* why it cannot be measured, or NULL */
};

struct candidate {
	struct choice choice;
	bool linked, measured, rejected;
	uint64_t hash; /* of the object */
	uint64_t code; /* bytes */
	char *image;   /* NULL: known from the cache, or freed */
	size_t size;
	struct cost *costs; /* by kernel; NULL: not measured on all of them, without a gain */
	size_t refused;     /* on all kernels */
	double score;       /* the worst ratio to plain */
};

struct cached {
	struct cached *next;
	uint64_t key, hash, code; /* of a link: key of the choice; of a load: hash */
	const char *kernel;       /* of a load */
	struct cost cost;
};

struct tune {
	struct request *q;
	struct lto_options lto;
	int release; /* of LLVM */
	struct lto_input *inputs;
	size_t nr_inputs;
	uint64_t inputs_hash;
	struct tunable *functions;
	size_t nr_functions, cap_functions;
	const char **programs; /* names */
	size_t nr_programs;
	const char **releases;      /* of kernels, by kernel */
	struct tune_guest **guests; /* by kernel; NULL: none yet */
	struct cached *links, *loads;
	FILE *cache; /* NULL: none */
	size_t nr_loads, max_loads;
	double deadline;  /* seconds of the monotonic clock */
	bool all_kernels; /* also measure in guests if the running kernel shows no gain */
	struct candidate plain, best;
	struct words explanations; /* lines of --explain */
};

/* ---- tune_state.c ---- */

/* Set by SIGINT and SIGTERM. */
extern volatile sig_atomic_t tune_interrupted;

/* Names a choice, the same in each run. */
uint64_t tune_key(const struct tune *t, const struct choice *c);
double tune_now(void);
/* Whether the budget is used up, or a signal came. */
bool tune_is_over(const struct tune *t);
void tune_progress(const struct tune *t, const char *what);

/* ---- tune_link.c ---- */

/* Links without a plan, in this process, and lists inputs and functions. */
enum exit_status tune_first_link(struct tune *t);
/* Links candidates, as many at a time as there are cores. Those that cannot be linked stay so. */
void tune_link(struct tune *t, struct candidate **v, size_t n);
/* Links one candidate that is known from the cache, for its image. */
void tune_relink(struct tune *t, struct candidate *c);

/* ---- tune_cache.c ---- */

void tune_open_cache(struct tune *t, const char *path);
bool tune_find_link(const struct tune *t, struct candidate *c);
void tune_save_link(struct tune *t, const struct candidate *c);
const struct cost *tune_find_load(const struct tune *t, uint64_t hash, const char *kernel);
void tune_save_load(struct tune *t, uint64_t hash, const char *kernel, const struct cost *cost);

/* ---- tune_guest.c ---- */

/* Sends candidates to the guest of kernel k, which boots if it is not up. */
void tune_ask_guest(struct tune *t, size_t k, struct candidate **v, size_t n);
/* Returns when all guests have answered, or cannot. */
void tune_await_guests(struct tune *t);
/* The answer to candidate i as JSON, or NULL. */
const char *tune_guest_answer(const struct tune *t, size_t k, size_t i);
/* Why the guest cannot be used, or NULL. */
const char *tune_guest_error(const struct tune *t, size_t k);
void tune_stop_guests(struct tune *t);

/* ---- tune_measure.c ---- */

/* The ratio of scores below which a candidate is better. */
#define GAIN 0.999

/* The names of all programs, which results and the cache have in this order. */
void tune_list_programs(struct tune *t);
/* The index of a program in costs. */
size_t tune_program(const struct tune *t, const char *name);
bool tune_is_better(const struct candidate *a, const struct candidate *b);
/*
 * Sets costs and scores of linked candidates. Equal objects are loaded once, and those that are no
 * better than the best one on the running kernel are not loaded in guests.
 */
void tune_measure(struct tune *t, struct candidate **v, size_t n);

/* ---- tune_run.c ---- */

struct run_comparison {
	size_t programs;     /* that were run */
	size_t compared;     /* results that were compared */
	const char *differs; /* what differs, or NULL */
	double ratio;        /* of run times; 0: unknown */
};

void tune_run(struct tune *t, const struct candidate *a, const struct candidate *b,
	      struct run_comparison *r);

/* ---- tune_write.c ---- */

const char *tune_describe(struct tune *t, const struct choice *c, size_t function);
enum exit_status tune_write(struct tune *t, const char *path);

#endif
