/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef COMMON_ARGS_H
#define COMMON_ARGS_H

#include <stdbool.h>
#include <stdio.h>

#include "common/common.h"
#include "common/report.h"

/*
 * Adds argv[from..] to out, with each @file replaced by the words in it, quoted as GNU tools and
 * LLVM do it. A word of a response file may again be @file. Their names are added to files.
 */
int expand_args(struct words *out, struct words *files, struct pool *pool, struct report *r,
		size_t from, size_t argc, const char *const *argv);

/* How the tables of options write an option: see ld/options.def. */
enum form { FLAG, VALUE, OPTVALUE };

/* A row of --help: help beside left, or below it if left is long. */
void print_row(FILE *out, const char *left, const char *help);
/* "  -o FILE, --output=FILE" and its help. */
void print_option(FILE *out, char letter, const char *name, enum form form, const char *value,
		  const char *help);

/* --bind: what object calls name is target of to_object. */
struct bind {
	const char *object, *name, *to_object, *target;
};

/* Splits "A.o:f=B.o:g"; false if it is no such text. */
bool split_bind(struct pool *pool, const char *text, struct bind *b);

#endif
