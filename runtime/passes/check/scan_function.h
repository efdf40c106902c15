/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the code of one function says about calls and stack: the eyes of find_calls. */
#ifndef LD_PASSES_CHECK_SCAN_FUNCTION_H
#define LD_PASSES_CHECK_SCAN_FUNCTION_H

#include "model/calls.h"
#include "model/model.h"

struct ld_scan;

/* calls has its functions, and no call yet. */
struct ld_scan *ld_scan_new(struct ld_link *l, struct ld_calls *calls);

/* Adds the calls of calls->funcs[index] and fills in what its code tells. In order of index. */
void ld_scan_function(struct ld_scan *s, uint32_t index);

/* Once calls->order is known: what functions access through pointers that callers gave them. */
void ld_scan_passed_pointers(struct ld_scan *s);

/* The function that begins at off of sec, or calls->nr_funcs. */
uint32_t ld_func_at_place(const struct ld_calls *calls, const struct ld_section *sec, uint64_t off);

#endif
