/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * common/: what the programs share.
 *
 *	common.h  memory of the process, lists of words, names of files
 *	args.h    words of a command line: response files, --bind, rows of --help
 *	report.h  diagnostics on standard error
 *	path.h    programs in PATH, bpftool among them
 *
 * Nothing here knows an option of a program or what a link is. It includes no other room of
 * llvm-plugin/; of runtime/ it includes the public headers and base/text.h.
 */
#ifndef COMMON_COMMON_H
#define COMMON_COMMON_H

#include <stddef.h>

/* Strings that live until the program ends; allocation failure ends the program. */
struct pool {
	struct pool_block *blocks;
};

char *pool_alloc(struct pool *p, size_t size);
char *pool_strndup(struct pool *p, const char *s, size_t n);
char *pool_printf(struct pool *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void pool_free(struct pool *p);

/* A growing list of words that somebody else owns; v[n] is NULL once there is a word. */
struct words {
	const char **v;
	size_t n, cap;
};

/* Prints an error and ends the program. */
_Noreturn void out_of_memory(void);

void words_add(struct words *w, const char *word);
void words_free(struct words *w);

/* What follows the last slash. */
const char *base_name(const char *path);

/* The contents of a file with a NUL behind, in pool; NULL and errno if it can't be read. */
char *read_text(struct pool *pool, const char *path, size_t *size);

#endif
