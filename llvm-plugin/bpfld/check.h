/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The command check: what kernels say of each program of each object. Results come from the running
 * kernel, or as JSON from a guest or from an earlier run; everything else works on results. Each
 * file calls only files above it:
 *
 *	results.c      lists of results
 *	registers.c    values of registers, in words
 *	source_lines.c lines of the source by their text, from .BTF.ext
 *	verifier_log.c the verifier's log, parsed
 *	load_alone.c   the running kernel's verdicts
 *	check_json.c   results to JSON and back
 *	check_guest.c  results of other kernels
 *	baseline.c     comparison with an earlier run
 *	check_page.c   results as a page
 *	check.c        the command, tables and messages
 */
#ifndef BPFLD_CHECK_H
#define BPFLD_CHECK_H

#include "bpfld/command.h"

/* NO_VERDICT: the verifier did not finish, or its guest died. */
enum verdict { LOADS, REFUSED, NOT_LOADED, NOT_PERMITTED, NO_VERDICT, NR_VERDICTS };

extern const char *const verdict_words[NR_VERDICTS];

/* Why a program does not load. All strings but message may be missing. */
struct trouble {
	const char *message;       /* the verifier's or libbpf's words */
	const char *meaning;       /* the rule that was broken */
	const char *help;          /* what to change */
	struct words places;       /* "b.c:7: return *p;", and then the calls that led there */
	const char *taken;         /* where the object was acquired that the program leaks */
	const char *alone;         /* the global function that was verified without its callers */
	struct words names, texts; /* registers that the message names, and their values */
	const char *log;           /* --verbose: the whole log of the verifier */
};

struct checked {
	const char *name, *section;
	enum verdict verdict;
	/* Of the verifier, if the program loads. */
	unsigned long long insns, peak_states, total_states, usecs;
	const char *stack;            /* bytes of each function, as "16+0" */
	struct trouble trouble;       /* if it does not load */
	const struct checked *before; /* of the baseline, or NULL */
};

/* The verdicts of one kernel on one object. */
struct result {
	const char *object;          /* as the user named it */
	const char *target;          /* the kernel, as the user named it */
	const char *kernel;          /* its release; "" if it did not run */
	const char *error;           /* why there are no programs, or NULL */
	const struct result *before; /* of the baseline, or NULL */
	struct checked *v;
	size_t n;
};

/* An object. */
struct input {
	const char *path;
	char *data;
	size_t size;
	int copy; /* memfd, for guests */
};

struct results {
	struct result *v;
	size_t n, cap;
};

/* ---- results.c ---- */

void free_trouble(struct trouble *t);
/* Adds a result with the given names, and without programs. */
struct result *add_result(struct results *r, const char *object, const char *target);
void free_results(struct results *r);

#define MAX_KERNELS 64

/* The results of one object, by kernel. */
struct group {
	const struct result *v[MAX_KERNELS];
	size_t n;
	size_t programs; /* most of a result */
};

/* Results are in the order of kernels, and for each in that of the inputs. Leaves out those with an
 * error. */
struct group group_results(const struct results *all, size_t input, size_t nr_inputs);
/* "vmlinuz-6.12.1" for a path. */
const char *kernel_name(const struct result *r);
/* Whether a program does not load, as in the baseline. */
bool is_known(const struct checked *p);

/* The first kernel on which a program does not load for the same reason as on kernel k. */
size_t first_alike(const struct group *g, size_t program, size_t k);

/* Why a program does not load on some kernels; of the last of these. */
struct shared_trouble {
	size_t first, next; /* kernels: the first of these, and the one to look at next */
	const struct result *r, *last; /* of the first and of the last of these kernels */
	const struct checked *p;       /* of the last */
	const char *kernels;           /* " on 6.1, 6.12" */
};

/* Returns false after the last one. t is zero before the first one. */
bool next_trouble(struct pool *pool, const struct group *g, size_t program,
		  struct shared_trouble *t);

/* ---- registers.c ---- */

/* "a number from 0 to 9" for "scalar(umax=9)", or NULL. */
const char *describe_value(struct pool *pool, const char *value);

/* ---- source_lines.c ---- */

struct source_lines;

/* Reads an object's .BTF.ext; NULL if it has none. */
struct source_lines *read_source_lines(const void *object, size_t size);
void free_source_lines(struct source_lines *lines);
/* "a.c:7" if only that line has the text, "a.c:7 or b.c:9" if two have it, or NULL. */
const char *find_source_line(struct pool *pool, const struct source_lines *lines, const char *text);

/* ---- verifier_log.c ---- */

/* The summary at the end of a log. */
void read_numbers(struct pool *pool, struct checked *p, const char *log);
/* The error in a log of BPF_LOG_LEVEL1. lines may be NULL. */
void read_trouble(struct pool *pool, struct trouble *t, const char *log,
		  const struct source_lines *lines);

/* ---- load_alone.c ---- */

/* Fills in all but object and target. */
void load_alone(struct request *q, struct result *r, char *object, size_t size);

/* ---- check_json.c ---- */

void print_results(struct pool *pool, FILE *f, const struct results *r);
/* Adds the results in text to r. Returns false if text is not the output of check --json. */
bool read_results(struct pool *pool, struct results *r, const char *text);

/* ---- baseline.c ---- */

/* Reads --baseline. */
enum exit_status read_baseline(struct request *q, struct results *base);
/* Sets before of all results and programs. */
void match_baseline(struct results *all, const struct results *base);
/* In percent of the instructions; 0 if either run has no number. */
double growth(const struct checked *p);
/* Fails if a program is lost or has grown. */
enum exit_status report_baseline(struct request *q, const struct results *all);

/* ---- check_page.c ---- */

/* The style of the link's report, and of this page. */
extern const uint8_t page_style[];
extern const size_t page_style_size;

/* Writes --html. */
enum exit_status write_page(struct request *q, const struct results *all, size_t nr_inputs);

/* ---- check_guest.c ---- */

/* Sets the path of this program and that of the script guest. Returns NULL, or why the script
 * cannot be used. */
const char *find_guest_script(struct request *q, const char **program, const char **script);
/* The last line of the script's errors, without "skipped: ". */
const char *last_guest_line(char *text);

/* Adds a result for each input. kernel is a version such as "6.12", or the path of an image. */
void check_in_guest(struct request *q, struct results *all, const char *kernel,
		    const struct input *inputs, size_t n);

#endif
