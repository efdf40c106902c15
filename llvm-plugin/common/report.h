/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef COMMON_REPORT_H
#define COMMON_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include <bpfld/bpfld.h>

/*
 * Prints diagnostics to standard error. Each is a single write, so that those of parallel jobs do
 * not mix, unless there is no memory for a buffer.
 */
struct report {
	const char *program; /* NULL: ld.bpf */
	bool color;
	bool verbose;
	size_t errors; /* printed so far */
	FILE *out;     /* for requested information: standard output unless the object goes there */
};

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

void report_color(struct report *r, enum color_when when);
/* Returns 1. */
int report_error(struct report *r, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* printf() with control characters in strings escaped: see base/text.h. */
void print_text(FILE *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void report_note(struct report *r, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* With --verbose, prints a line to standard error. */
void report_step(struct report *r, const char *text);
/* A bpfld_diag_fn; ctx is a struct report. */
void report_diag(void *ctx, const struct bpfld_diag *diag);

/*
 * Installs a SIGBUS handler: if an input is truncated while the library reads it, the handler calls
 * clean_up unless it is NULL, prints an error and exits with status 1.
 */
void catch_truncation(const struct report *r, void (*clean_up)(void));

#endif
