/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Options of callers: structs that begin with their size, and values that have a syntax. Shared by
 * all libraries and programs.
 */
#ifndef LD_BASE_OPTS_H
#define LD_BASE_OPTS_H

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define LD_MAX_OPTS ((size_t)4096) /* bytes: larger than the struct of any release */

/* -E2BIG if bytes after the known ones are not zero: the caller uses options of a newer release. */
static inline int ld_check_opts(const void *in, size_t known)
{
	size_t sz;

	memcpy(&sz, in, sizeof(sz));
	if (sz < sizeof(sz))
		return -EINVAL;
	if (sz > LD_MAX_OPTS)
		return -E2BIG;
	for (size_t i = known; i < sz; i++)
		if (((const char *)in)[i])
			return -E2BIG;
	return 0;
}

/* Copies the known bytes to a struct that is zero. in may be NULL. */
static inline int ld_copy_opts(void *to, size_t known, const void *in)
{
	int err = in ? ld_check_opts(in, known) : 0;
	size_t sz;

	if (err || !in)
		return err;
	memcpy(&sz, in, sizeof(sz));
	memcpy(to, in, sz < known ? sz : known);
	return 0;
}

/* Whether option is "LIB:PFX", for --prefix: PFX begins a C name. */
static inline bool ld_is_prefix(const char *option)
{
	const char *colon = strrchr(option, ':');

	if (!colon || colon == option || !colon[1] || isdigit((unsigned char)colon[1]))
		return false;
	for (const char *c = colon + 1; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '_')
			return false;
	return true;
}

/* Whether LIB of such an option is path, or the end of it at the start of a component. */
static inline bool ld_prefix_applies(const char *option, const char *path)
{
	size_t len = strlen(path), end = (size_t)(strrchr(option, ':') - option);
	const char *tail = end <= len ? path + (len - end) : NULL;

	return tail && !strncmp(tail, option, end) &&
	       (tail == path || *tail == '/' || tail[-1] == '/');
}

#endif
