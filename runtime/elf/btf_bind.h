/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_ELF_BTF_BIND_H
#define LD_ELF_BTF_BIND_H

#include "model/model.h"

/*
 * Binds the symbols of f to the FUNCs and VARs of its BTF (ld_sym.btf), and records which DATASEC
 * lists an extern (ld_file.extern_secs). Symbols, BTF and .BTF.ext must have been parsed.
 */
void ld_btf_bind(struct ld_file *f, struct ld_arena *scratch);

/*
 * bpftool writes externs of .maps and of other data sections as symbols that the section defines,
 * at its start, without type and size. Makes those undefined again which BTF calls extern. Sections
 * and symbols must have been read.
 */
void ld_undefine_externs(struct ld_file *f);

#endif
