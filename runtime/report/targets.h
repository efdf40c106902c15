/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_REPORT_TARGETS_H
#define LD_REPORT_TARGETS_H

#include "base/blob.h"
#include "model/targets.h"

/* Appends the results of --target-btf as a JSON object. */
void ld_put_targets(struct ld_arena *a, struct ld_blob *out, const struct ld_targets *t);

#endif
