/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Files and functions that the linker makes, laid out like those of any input. */
#ifndef LD_PASSES_SELECT_SYNTHETIC_H
#define LD_PASSES_SELECT_SYNTHETIC_H

#include "model/model.h"

/* Adds a file with room for nr functions after all others. */
struct ld_file *ld_synthetic_file(const struct ld_link *l, struct ld_resolution *res,
				  const char *path, uint32_t nr);

/*
 * Adds a live function with nr slots of code at insns, in a section of its own. f becomes the owner
 * of name. The prototype is that of proto, or "int f(void)" if it is NULL.
 */
struct ld_section *ld_synthetic_function(struct ld_file *f, const char *sec, struct ld_global *name,
					 const struct ld_global *proto, const uint8_t *insns,
					 uint32_t nr, uint8_t bind);

/* Adds a global symbol that no input has. */
struct ld_global *ld_synthetic_global(const struct ld_link *l, struct ld_resolution *res,
				      const char *text);

/* Makes the instruction at off, in bytes, a call of name. Add calls in the order of off. */
void ld_synthetic_call(struct ld_section *sec, uint64_t off, const struct ld_global *name);

/* A declaration or definition of the function with BTF in some file, or NULL. */
const struct ld_file_sym *ld_func_decl(const struct ld_global *n);

#endif
