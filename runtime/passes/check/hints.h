/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_PASSES_CHECK_HINTS_H
#define LD_PASSES_CHECK_HINTS_H

#include "model/model.h"

/* Shared by the hints of a link. Zero, except for l. */
struct ld_hints {
	const struct ld_link *l;
	uint32_t given;
	bool advised;     /* what helps with any symbol */
	bool kernel_read; /* ->kernel is final */
	const struct ld_btf *kernel;
};

/* Lines for an undefined symbol: what it may be, and what to do about it. May be "". */
const char *ld_hint(struct ld_hints *h, const struct ld_global *n);

#endif
