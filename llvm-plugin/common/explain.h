/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The pages of docs/diagnostics.md, for --explain and `bpfld explain`. */
#ifndef COMMON_EXPLAIN_H
#define COMMON_EXPLAIN_H

#include <stddef.h>

#include "common/report.h"

struct page {
	const char *id, *severity, *summary;
	const char *text; /* lines, each with its newline */
};

/* In the order of docs/diagnostics.md. */
extern const struct page pages[];
extern const size_t nr_pages;

/* Prints the page of each id; without ids, a list of all. Returns 1 if one is unknown. */
int explain(struct report *r, const char *const *ids, size_t nr);

#endif
