/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Structs of callers that begin with their size. Shared by all libraries. */
#ifndef LD_BASE_OPTS_H
#define LD_BASE_OPTS_H

#include <errno.h>
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

#endif
