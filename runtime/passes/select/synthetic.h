/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A file that the linker makes up: functions that no input has, to be laid out like any other's. */
#ifndef LD_PASSES_SELECT_SYNTHETIC_H
#define LD_PASSES_SELECT_SYNTHETIC_H

#include "model/model.h"

/* The file, added behind the others, with room for nr functions. */
struct ld_file *ld_synthetic_file(struct ld_link *l, const char *path, uint32_t nr);

/*
 * A live function of nr slots of code at insns, in a section of its own. It is f's definition of
 * name, which had none or loses it, and has the prototype of proto, or "int f(void)" for NULL.
 */
struct ld_section *ld_synthetic_function(struct ld_file *f, const char *sec, struct ld_global *name,
					 const struct ld_global *proto, const uint8_t *insns,
					 uint32_t nr, uint8_t bind);

/* A name that no input has. */
struct ld_global *ld_synthetic_global(struct ld_link *l, const char *text);

/* Makes the call at off, in bytes, one of what name means. Calls are made in the order of off. */
void ld_synthetic_call(struct ld_section *sec, uint64_t off, const struct ld_global *name);

/* The declaration or definition of a function by that name in some file's BTF, or NULL. */
const struct ld_file_sym *ld_func_decl(const struct ld_global *n);

#endif
