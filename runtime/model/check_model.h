/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Asserts the invariants of each stage: the column "what later passes may rely on" of
 * docs/design.md. For debug and sanitizer builds, which define BPFLD_CHECK_MODEL.
 */
#ifndef LD_MODEL_CHECK_MODEL_H
#define LD_MODEL_CHECK_MODEL_H

#include "model/model.h"

enum ld_stage {
	LD_STAGE_PARSED,   /* the files that take part are known, and in range */
	LD_STAGE_RESOLVED, /* each global symbol has its owner, or is undefined */
	LD_STAGE_SELECTED, /* `live` and `leader` are final */
	LD_STAGE_LAID_OUT, /* each live piece has its place in the output */
	LD_STAGE_NUMBERED, /* the output's symbols have their numbers */
	LD_STAGE_EMITTED,  /* the image is complete */
};

/* Aborts if an assertion fails. */
void ld_check_model(const struct ld_link *l, enum ld_stage stage);

#endif
