/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_OPTIONS_H
#define LD_OPTIONS_H

#include "bpfld/bpfld.h"
#include "model/model.h"

/*
 * Reads in, which may be NULL. Returns -E2BIG if it uses members that this library lacks, -EINVAL
 * if a value is invalid.
 */
int ld_read_opts(const struct bpfld_opts *in, struct bpfld_opts *opts);

/* Copies all options but those for diagnostics, which belong to the handle. Strings go to a. */
void ld_apply_opts(struct ld_arena *a, struct ld_options *o, const struct bpfld_opts *opts);

/* Copies a NULL-terminated list and its strings to a. in may be NULL. */
const char **ld_copy_strings(struct ld_arena *a, const char *const *in);

#endif
