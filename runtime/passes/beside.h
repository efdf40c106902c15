/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A pass that runs while others do. It has a copy of the link, with an arena and diagnostics of its
 * own: what the link points to it may read and write as far as the others leave that alone, and
 * what it sets in the link itself is to be taken from the copy.
 */
#ifndef LD_PASSES_BESIDE_H
#define LD_PASSES_BESIDE_H

#include "model/model.h"

/*
 * A copy of the link for another thread, with an arena and diagnostics of its own. arena.oom is the
 * thread's to set.
 */
void ld_copy_link(struct ld_link *copy, const struct ld_link *l);

/* Takes over a copy's memory and what it has reported. */
void ld_take_copy(struct ld_link *l, struct ld_link *copy);

typedef void ld_pass_fn(struct ld_link *l);

/* Begins a pass, one at a time; name is for the time trace. */
void ld_begin_beside(struct ld_link *l, const char *name, ld_pass_fn *pass);

/*
 * Waits for it and takes over its memory and what it has reported. Where there was no thread for
 * it, or the link is too small for that, it runs now. Returns the link as the pass left it; NULL if
 * none was begun.
 */
const struct ld_link *ld_end_beside(struct ld_link *l);

/* Waits for a pass if there is one. For links that have failed: whatever it did is lost. */
void ld_drop_beside(struct ld_link *l);

#endif
