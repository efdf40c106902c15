/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_ELF_BTF_BIND_H
#define LD_ELF_BTF_BIND_H

#include "model/model.h"

/*
 * Connects the symbols of f with the FUNCs and VARs of its BTF (ld_sym.btf), and notes which
 * DATASEC lists an extern (ld_file.extern_secs). Needs symbols, BTF and .BTF.ext parsed.
 */
void ld_btf_bind(struct ld_file *f);

#endif
