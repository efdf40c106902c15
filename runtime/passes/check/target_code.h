/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Which instructions of a linked program the verifier can reach on a kernel, whose CO-RE
 * relocations and externs are known.
 */
#ifndef LD_PASSES_CHECK_TARGET_CODE_H
#define LD_PASSES_CHECK_TARGET_CODE_H

#include "model/model.h"

struct ld_code;

/* The value of an instruction or address on a kernel. */
enum ld_code_kind { LD_CODE_NONE, LD_CODE_CONST, LD_CODE_NONZERO, LD_CODE_ANY };

struct ld_code_value {
	enum ld_code_kind kind;
	uint64_t v; /* of a constant */
};

/* Prepares the code of f, an image whose pieces and records are known. */
struct ld_code *ld_code_new(const struct ld_link *l, const struct ld_file *f);

/*
 * Follows the code from the programs. relo_values: by CO-RE record of f, in the order of sections;
 * sym_values: by symbol. all_globals: the kernel verifies each global function that a program has,
 * even if all of its calls are dead.
 */
void ld_code_run(struct ld_code *c, const struct ld_code_value *relo_values,
		 const struct ld_code_value *sym_values, bool all_globals);

/* After ld_code_run(). */
bool ld_code_reached(const struct ld_code *c, const struct ld_section *sec, uint64_t off);
bool ld_code_certain(const struct ld_code *c, const struct ld_section *sec, uint64_t off);

/* Whether loaders load a program of this section, unless the user disables it. */
static inline bool ld_code_autoload(const struct ld_section *sec)
{
	return sec->name[0] != '?';
}

#endif
