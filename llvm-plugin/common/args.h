/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef COMMON_ARGS_H
#define COMMON_ARGS_H

#include <stdbool.h>
#include <stdio.h>

#include "common/common.h"
#include "common/report.h"

/*
 * Adds argv[from..] to out. Each @FILE is replaced with the words in FILE, which may contain other
 * response files; the syntax is that of GNU tools and LLVM. Names of response files are added to
 * files.
 */
int expand_args(struct words *out, struct words *files, struct pool *pool, struct report *r,
		size_t from, size_t argc, const char *const *argv);

/* Whether an option takes a value: see ld/options.def. */
enum form { FLAG, VALUE, OPTVALUE };

/* Prints a row of --help; help is on its own line if left is long. */
void print_row(FILE *out, const char *left, const char *help);
/* Prints a row such as "  -o FILE, --output=FILE". */
void print_option(FILE *out, char letter, const char *name, enum form form, const char *value,
		  const char *help);

/* --bind: calls of name in object call target in to_object. */
struct bind {
	const char *object, *name, *to_object, *target;
};

/* Parses "A.o:f=B.o:g"; false if the syntax is wrong. */
bool split_bind(struct pool *pool, const char *text, struct bind *b);

#endif
