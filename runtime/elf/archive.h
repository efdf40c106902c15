/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Archives as ar writes them: the GNU and the BSD way of long names, thin archives. The symbol
 * index is not read: the members' own symbol tables say the same and are there always.
 */
#ifndef LD_ELF_ARCHIVE_H
#define LD_ELF_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"

struct ld_member {
	const char *name;    /* of a thin archive: a path, relative to the archive's folder */
	const uint8_t *data; /* into the archive; NULL in a thin one */
	size_t size;
};

struct ld_archive {
	bool thin;
	LD_VEC(struct ld_member) members; /* without the index and the table of names */
};

#define LD_ARCHIVE_MAGIC_SIZE 8 /* bytes that tell an archive */

bool ld_is_archive(const void *image, size_t size);

/* Reads the archive at image, which must outlive it; names are in a. path is for diagnostics. */
int ld_archive_read(struct ld_arena *a, struct ld_diags *d, const char *path, const void *image,
		    size_t size, struct ld_archive *archive);

#endif
