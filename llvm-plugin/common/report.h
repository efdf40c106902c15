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
	bool json;                      /* an object a line, instead of text */
	size_t errors, warnings, notes; /* printed so far */
	FILE *out; /* for requested information: standard output unless the object goes there */
};

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

void report_color(struct report *r, enum color_when when);
void report_format(struct report *r, bool json);
/*
 * Looks for --diagnostics=json in a command line that was not parsed yet, whose errors should have
 * that format, too. words is NULL-terminated.
 */
void report_format_early(struct report *r, const char *const *words);
/* As JSON, ends the report with counts and the exit status. */
void report_end(const struct report *r, int status);
/* An error that ends the program, without allocating memory: safe in signal handlers. */
void report_last_words(const char *program, const char *id, const char *message);
/* Returns 1. */
int report_error(struct report *r, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* ---- report_json.c ---- */

void print_json_diag(FILE *f, const char *severity, const struct bpfld_diag *diag);
/* A line of another kind: what an option asked for, or what another library prints. */
void print_json_text(FILE *f, const char *kind, const char *text);

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
