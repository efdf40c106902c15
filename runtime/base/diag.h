/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Diagnostics. A pass that runs over files in parallel reports into a list of the file's own; the
 * lists are then said in the order of the files, so that what the user reads does not depend on
 * the number of threads.
 */
#ifndef LD_BASE_DIAG_H
#define LD_BASE_DIAG_H

#include <errno.h>
#include <stdbool.h>

#include "base/arena.h"

/* LD_INFO: what an option asked to be told, no diagnostic. */
enum ld_severity { LD_NOTE, LD_WARNING, LD_ERROR, LD_INFO };

struct ld_diag {
	enum ld_severity severity;
	const char *id;
	const char *message;
};

struct ld_diags {
	struct ld_arena *arena;
	LD_VEC(struct ld_diag) list;
	LD_VEC(struct ld_diag) delivered; /* the warnings and notes that reached the user */
	size_t nr_delivered;              /* how many of the list the callback has had */
	size_t errors;                    /* reported */
	size_t limit;                     /* errors that are kept; 0: all */
	bool muted;                       /* warnings and notes are dropped */
};

/* Seen by each caller, so that compilers and analyzers know that it is not 0. */
static inline int ld_failed(void)
{
	return -EINVAL;
}

/*
 * Report and return the error (a negative errno) or 0. The text is the message's first line, or
 * all of it with further lines after '\n', each beginning ">>> ". Strings are escaped, so that a
 * name begins no line; lines that were made before are passed as "%" LD_LINES (base/text.h).
 */
#define ld_error(...) (ld_say_error(__VA_ARGS__), ld_failed())
void ld_say_error(struct ld_diags *d, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void ld_warn(struct ld_diags *d, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void ld_note(struct ld_diags *d, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void ld_info(struct ld_diags *d, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
