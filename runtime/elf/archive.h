/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Archives as ar writes them: GNU and BSD long names, and thin archives. The symbol index is
 * ignored: the symbol tables of the members have the same information and always exist.
 */
#ifndef LD_ELF_ARCHIVE_H
#define LD_ELF_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"

struct ld_member {
	const char *name;    /* in a thin archive: a path, relative to the archive's directory */
	const uint8_t *data; /* points into the archive; NULL in a thin one */
	size_t size;
};

struct ld_archive {
	bool thin;
	LD_VEC(struct ld_member) members; /* without the index and the name table */
};

#define LD_ARCHIVE_MAGIC_SIZE 8 /* bytes */

bool ld_is_archive(const void *image, size_t size);

/* Reads the archive at image, which must outlive it; names are in a. path is for diagnostics. */
int ld_archive_read(struct ld_arena *a, struct ld_diags *d, const char *path, const void *image,
		    size_t size, struct ld_archive *archive);

#endif
