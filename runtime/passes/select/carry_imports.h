/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_SELECT_CARRY_IMPORTS_H
#define LD_SELECT_CARRY_IMPORTS_H

#include "model/model.h"

/*
 * Adds the imports of inputs that --dynamic made, unless another input defines the function; to
 * map, name -> index in imports->list + 1.
 */
void ld_carry_imports(const struct ld_link *l, struct ld_strmap *map, struct ld_imports *imports);

#endif
