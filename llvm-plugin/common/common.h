/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * common/: shared by the programs.
 *
 *	common.h  memory, lists of words, file names
 *	args.h    command lines: response files, --bind, rows of --help
 *	report.h  diagnostics on standard error, as text or JSON
 *	explain.h the pages of docs/diagnostics.md
 *	path.h    programs in PATH, including bpftool
 *	place.h   whether two paths mean one file
 *
 * Nothing here depends on the options of a program or on a link. Includes no other
 * directory of llvm-plugin/, and of runtime/ only public headers and base/{io,text}.h.
 */
#ifndef COMMON_COMMON_H
#define COMMON_COMMON_H

#include <stddef.h>

/* Memory that is freed by pool_free(). Running out of memory ends the program. */
struct pool {
	struct pool_block *blocks;
};

char *pool_alloc(struct pool *p, size_t size);
char *pool_strndup(struct pool *p, const char *s, size_t n);
char *pool_printf(struct pool *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void pool_free(struct pool *p);

/* A growing list of words, which it does not own. v[n] is NULL unless the list was never used. */
struct words {
	const char **v;
	size_t n, cap;
};

/* Prints an error and ends the program. */
_Noreturn void out_of_memory(void);

void words_add(struct words *w, const char *word);
void words_free(struct words *w);

/* The part after the last slash. */
const char *base_name(const char *path);

/* The contents of a file followed by a NUL, in pool. NULL and errno on error. */
char *read_text(struct pool *pool, const char *path, size_t *size);

#endif
