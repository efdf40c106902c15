/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_ELF_NOT_ELF_H
#define LD_ELF_NOT_ELF_H

#include "model/model.h"

/* Reports that f is no ELF file: what it is, as far as its first bytes and its name show. */
int ld_not_elf(struct ld_file *f);

#endif
