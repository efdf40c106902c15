/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* BTF within other files: ELF and tar. */
#ifndef LD_CORE_CONTAINER_H
#define LD_CORE_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads size bytes at off into to; false if the file does not have them. */
typedef bool ld_core_read_fn(void *ctx, uint64_t off, void *to, size_t size);

/* A part of a file, in bytes. */
struct ld_core_range {
	uint64_t off, size;
};

bool ld_core_is_btf(const void *data, size_t size);
bool ld_core_is_elf(const void *data, size_t size);
bool ld_core_is_tar(const void *data, size_t size);

/* Finds a section such as .BTF of an ELF file of any machine. Returns why there is none, or NULL.
 */
const char *ld_core_find_section(ld_core_read_fn *read, void *ctx, const char *name,
				 struct ld_core_range *found);

/* Finds the only regular file in a tar archive. Returns why there is none, or NULL. */
const char *ld_core_find_member(const uint8_t *data, size_t size, struct ld_core_range *found);

#endif
