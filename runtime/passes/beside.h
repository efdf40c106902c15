/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Passes that run while others do. They have a copy of the link, with an arena and diagnostics of
 * their own: what the link points to they may read and write as far as the others leave that alone,
 * and what they set in the link itself is to be taken from the copy.
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

struct ld_pass {
	const char *name; /* for the time trace */
	void (*run)(struct ld_link *l);
};

#define LD_PASSES_BESIDE 2 /* at most */

/* Begins nr passes, one after the other; a link has one thread for such. */
void ld_begin_beside(struct ld_link *l, const struct ld_pass *passes, size_t nr);

/*
 * Waits for them and takes over their memory and what they have reported. Where there was no thread
 * for them, or the link is too small for that, they run now. Returns the link as they left it; NULL
 * if none was begun.
 */
const struct ld_link *ld_end_beside(struct ld_link *l);

/* Waits for passes if there are any. For links that have failed: whatever they did is lost. */
void ld_drop_beside(struct ld_link *l);

#endif
