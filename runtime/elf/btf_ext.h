/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_ELF_BTF_EXT_H
#define LD_ELF_BTF_EXT_H

#include "model/model.h"

/*
 * Parses the .BTF.ext section ext of f, whose .BTF has been parsed, and attaches its records to
 * their sections. The bytes of ext are not needed afterwards. Format: ".BTF.ext section" of the
 * kernel's Documentation/bpf/btf.rst.
 */
int ld_btf_ext_parse(struct ld_file *f, const struct ld_section *ext);

/* Words of a record as known today, without the tail that a newer compiler may add. */
extern const uint32_t ld_ext_words[LD_EXT_NR];

/* Kinds of CO-RE records (enum bpf_core_relo_kind) whose instruction holds the record's type id. */
enum { LD_CORE_TYPE_ID_LOCAL = 6, LD_CORE_TYPE_ID_TARGET = 7 };

#endif
