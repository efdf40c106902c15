/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_ELF_ADDENDS_H
#define LD_ELF_ADDENDS_H

#include "model/model.h"

/*
 * Determines the dialect of the implicit addends in f's SHT_REL relocations from its sections and
 * symbols, which have been read. Sets f->addends and f->joined.
 */
void ld_choose_addends(struct ld_file *f);

/*
 * The addend of r in bytes, as LLVM and GNU as since 2.44 write it and as GNU as up to 2.43 does.
 */
struct ld_addend {
	int64_t llvm, gas;
};
struct ld_addend ld_implicit_addend(const struct ld_section *sec, const struct ld_reloc *r);

#endif
