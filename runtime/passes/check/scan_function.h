/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Scans the code of one function for calls and stack usage, for find_calls. */
#ifndef LD_PASSES_CHECK_SCAN_FUNCTION_H
#define LD_PASSES_CHECK_SCAN_FUNCTION_H

#include "model/calls.h"
#include "model/model.h"

struct ld_scan;

/* calls has the functions, but no calls yet. */
struct ld_scan *ld_scan_new(const struct ld_link *l, struct ld_calls *calls);

/* Adds the calls of calls->funcs[index] and fills in its fields. Call in the order of index. */
void ld_scan_function(struct ld_scan *s, uint32_t index);

/* Propagates accesses through pointers that callers pass. calls->order must be known. */
void ld_scan_passed_pointers(struct ld_scan *s);

/* The function that starts at off of sec, or calls->nr_funcs. */
uint32_t ld_func_at_place(const struct ld_calls *calls, const struct ld_section *sec, uint64_t off);

#endif
