/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Files that a report includes: the report of an earlier link to compare with, and the verdicts of
 * kernels on the programs.
 */
#ifndef LD_REPORT_EARLIER_H
#define LD_REPORT_EARLIER_H

#include "base/json.h"
#include "report/facts.h"

struct ld_earlier {
	const struct ld_json *report;   /* --report=FILE.json of another link, or NULL */
	const struct ld_json *verdicts; /* of bpfld check --json, or NULL */
};

/* Reads the files that the options name. Reports errors; NULL if there are no such options. */
const struct ld_earlier *ld_read_earlier(const struct ld_link *l);

/* A function, map or type whose size differs. */
struct ld_change {
	const char *name, *file;
	bool was, is;           /* in the earlier output; in this one */
	uint64_t before, after; /* bytes */
	uint64_t more[2];       /* before and after: stack of a function, values of a type */
};

struct ld_changes {
	struct ld_change *v;
	size_t nr, cap;
	size_t same; /* number of those that have not changed */
};

struct ld_total {
	const char *key, *name; /* in JSON, in the table */
	uint64_t before, after;
};

struct ld_comparison {
	const char *output, *linker; /* of the earlier link, or NULL */
	LD_VEC(struct ld_total) totals;
	struct ld_changes funcs, maps, types; /* largest growth first */
};

struct ld_comparison *ld_compare(struct ld_arena *a, const struct ld_facts *f,
				 const struct ld_json *report);

#endif
