/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef COMMON_REPORT_H
#define COMMON_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include <bpfld/bpfld.h>

/*
 * Prints diagnostics to standard error, each in one write so that parallel jobs don't mix, unless
 * memory is out.
 */
struct report {
	const char *program; /* NULL: ld.bpf */
	bool color;
	bool verbose;
	size_t errors; /* printed so far */
	FILE *out;     /* for what options ask to be told; not where the object goes */
};

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

void report_color(struct report *r, enum color_when when);
/* Returns 1, so that a caller can return it. */
int report_error(struct report *r, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* printf() with strings escaped for people who read them: see base/text.h. */
void print_text(FILE *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void report_note(struct report *r, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* What --verbose tells: a line on standard error. */
void report_step(struct report *r, const char *text);
/* A bpfld_diag_fn; ctx is a struct report. */
void report_diag(void *ctx, const struct bpfld_diag *diag);

/*
 * From now on an input that is truncated while the library reads it ends the program with a message
 * and status 1. clean_up, unless NULL, is called before, by a signal handler.
 */
void catch_truncation(const struct report *r, void (*clean_up)(void));

#endif
