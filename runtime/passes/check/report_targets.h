/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_PASSES_CHECK_REPORT_TARGETS_H
#define LD_PASSES_CHECK_REPORT_TARGETS_H

#include "model/model.h"
#include "model/targets.h"

/* Reports what programs need and kernels lack: one diagnostic for each field, type or extern. */
void ld_report_unmet(const struct ld_link *l, const struct ld_targets *t);

#endif
