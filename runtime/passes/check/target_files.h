/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The files of --target-btf. */
#ifndef LD_PASSES_CHECK_TARGET_FILES_H
#define LD_PASSES_CHECK_TARGET_FILES_H

#include "core/core.h"
#include "model/model.h"

/* The files of one kernel: vmlinux, then its modules. */
struct ld_kernel_files {
	const char *name;
	LD_VEC(const char *) paths;
};

struct ld_kernel_list {
	LD_VEC(struct ld_kernel_files) list;
};

/* Finds the kernels in the files and directories of --target-btf. Reports what cannot be read. */
struct ld_kernel_list ld_find_kernels(const struct ld_link *l);

/*
 * Reads the BTF of each file; entries of those that cannot be read are left out, and reported. The
 * bytes are blocks of the link; ld_free_blocks() frees those that are newer than until.
 */
size_t ld_read_kernel_files(const struct ld_link *l, struct ld_arena *a,
			    const struct ld_kernel_files *k, struct ld_core_bytes *files);
void ld_free_blocks(const struct ld_link *l, const struct ld_block *until);

#endif
