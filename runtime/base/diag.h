/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Diagnostics. A pass that processes files in parallel reports to each file's own list. The lists
 * are delivered in the order of the files, so the output does not depend on the number of threads.
 */
#ifndef LD_BASE_DIAG_H
#define LD_BASE_DIAG_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/blob.h"
#include "base/text.h"

/*
 * LD_INFO is output that an option asks for, not a diagnostic. LD_REMARK is a note in the map and
 * in reports only.
 */
enum ld_severity { LD_NOTE, LD_WARNING, LD_ERROR, LD_INFO, LD_REMARK };

/* A place that a diagnostic names, for programs that read diagnostics. */
struct ld_location {
	const char *file;      /* source file, or NULL */
	uint32_t line, column; /* of file; 0: not known */
	const char *object;    /* input file, as in messages */
	const char *section;   /* of object, or NULL */
	uint64_t offset;       /* bytes into section */
};

struct ld_diag {
	enum ld_severity severity;
	const char *id;
	const char *message;
	const struct ld_location *locations;
	size_t nr_locations;
};

/* A location, and the text by which a message names it. */
struct ld_named_location {
	const char *text;
	size_t size; /* of text */
	struct ld_location location;
};

struct ld_diags {
	struct ld_arena *arena;
	LD_VEC(struct ld_diag) list;
	LD_VEC(struct ld_diag) delivered;       /* warnings, notes and remarks, for reports */
	size_t nr_delivered;                    /* entries of list that the callback has received */
	size_t errors;                          /* errors reported */
	size_t limit;                           /* errors to keep; 0: all */
	bool muted;                             /* drop warnings and notes */
	LD_VEC(struct ld_named_location) named; /* for the next diagnostic: see ld_locate() */
	const char *cwd; /* shortens paths in messages; NULL until first used */
};

/* Inline, so that compilers and analyzers see that the result is not 0. */
static inline int ld_failed(void)
{
	return -EINVAL;
}

/*
 * Records that text means a location, and returns text. The next diagnostic keeps the locations
 * whose texts are in its message.
 */
const char *ld_locate(struct ld_diags *d, const char *text, struct ld_location location);

/*
 * Report a diagnostic. ld_error() returns a negative errno. The message's first line states the
 * problem, in one line without a full stop. Lines that start with LD_DETAIL (base/text.h) name both
 * sides and all that differs. The last ones start with LD_HELP: what the user should write. Strings
 * are escaped, so that a name cannot start a line. Pass lines that are already formatted as "%"
 * LD_LINES.
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
void ld_remark(struct ld_diags *d, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Lines of details about places or names of which there may be many. */
struct ld_list {
	struct ld_blob text;
	const char *last; /* line */
	size_t nr, shown;
};

#define LD_LIST_SHOWN 3

/*
 * Adds a line, without LD_DETAIL. Only the first LD_LIST_SHOWN different ones are kept. Later
 * arguments are not looked at: see ld_list_full() for those that are expensive.
 */
void ld_list_add(struct ld_arena *a, struct ld_list *list, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static inline bool ld_list_full(const struct ld_list *list)
{
	return list->shown >= LD_LIST_SHOWN;
}

/* The lines, for "%" LD_LINES, and a count of those that were left out: ">>> and 57 more files". */
const char *ld_list_lines(struct ld_arena *a, struct ld_list *list, const char *what);

#endif
