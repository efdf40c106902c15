/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A file in memory of which only those bytes are read that are asked for: most of an object may be
 * DWARF that nobody wants. The memory is used for one file after the other, so that it stays in the
 * processor's cache, and takes no more pages than one file needs.
 */
#ifndef LD_BASE_SPARSE_H
#define LD_BASE_SPARSE_H

#include <stddef.h>
#include <stdint.h>

#define LD_SPARSE_RANGES 8

struct ld_sparse {
	uint8_t *bytes; /* at the file's offsets; what was not asked for may be anything */
	size_t size;
	size_t room; /* reserved at bytes */
	int fd;      /* 0: no file is open */
	uint32_t nr; /* ranges, of which the newest stay */
	struct {
		size_t start, end;
	} ranges[LD_SPARSE_RANGES];
};

/* Opens a regular file in place of the last one. Returns an errno value. */
int ld_sparse_open(struct ld_sparse *s, const char *path);

/*
 * Reads size bytes at off, which must lie in the file; more where that is cheap. Returns an errno
 * value, EOVERFLOW if the file has become shorter.
 */
int ld_sparse_need(struct ld_sparse *s, size_t off, size_t size);

void ld_sparse_close(struct ld_sparse *s);

/* The same, and gives the memory back. */
void ld_sparse_free(struct ld_sparse *s);

#endif
