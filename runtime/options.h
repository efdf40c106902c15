/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_OPTIONS_H
#define LD_OPTIONS_H

#include "bpfld/bpfld.h"
#include "model/model.h"

/* in, which may be NULL, as this library knows it; -E2BIG if it asks for more, -EINVAL if wrong. */
int ld_read_opts(const struct bpfld_opts *in, struct bpfld_opts *opts);

/* Copies all but those about diagnostics, which are the handle's. Strings live in a. */
void ld_apply_opts(struct ld_arena *a, struct ld_options *o, const struct bpfld_opts *opts);

/* A list that ends in NULL, and its strings, in a. in may be NULL. */
const char **ld_copy_strings(struct ld_arena *a, const char *const *in);

#endif
