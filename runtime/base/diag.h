/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Diagnostics. A pass that processes files in parallel reports to each file's own list. The lists
 * are delivered in the order of the files, so the output does not depend on the number of threads.
 */
#ifndef LD_BASE_DIAG_H
#define LD_BASE_DIAG_H

#include <errno.h>
#include <stdbool.h>

#include "base/arena.h"

/* LD_INFO is output that an option asks for, not a diagnostic. */
enum ld_severity { LD_NOTE, LD_WARNING, LD_ERROR, LD_INFO };

struct ld_diag {
	enum ld_severity severity;
	const char *id;
	const char *message;
};

struct ld_diags {
	struct ld_arena *arena;
	LD_VEC(struct ld_diag) list;
	LD_VEC(struct ld_diag) delivered; /* warnings and notes that reached the user */
	size_t nr_delivered;              /* entries of list that the callback has received */
	size_t errors;                    /* errors reported */
	size_t limit;                     /* errors to keep; 0: all */
	bool muted;                       /* drop warnings and notes */
	const char *cwd;                  /* shortens paths in messages; NULL until first used */
};

/* Inline, so that compilers and analyzers see that the result is not 0. */
static inline int ld_failed(void)
{
	return -EINVAL;
}

/*
 * Report a diagnostic. ld_error() returns a negative errno. The message's first line states the
 * problem; each further line starts with ">>> ". Strings are escaped, so that a name cannot start a
 * line. Pass lines that are already formatted as "%" LD_LINES (base/text.h).
 */
#define ld_error(...) (ld_report_error(__VA_ARGS__), ld_failed())
void ld_report_error(struct ld_diags *d, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void ld_warn(struct ld_diags *d, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void ld_note(struct ld_diags *d, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void ld_info(struct ld_diags *d, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
