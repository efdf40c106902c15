/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The types of C that those of Rust agree with, for compare_types. */
#ifndef LD_PASSES_CHECK_RUST_TYPES_H
#define LD_PASSES_CHECK_RUST_TYPES_H

#include "model/model.h"

/*
 * Replaces two types of different languages, without qualifiers, by what C has for them: Option<&T>
 * is a pointer, a struct around a number is a number, a pointer to an array one to its elements.
 * type: as they are written; replaced if later steps look into the type. behind: a pointer leads to
 * them. Returns whether they agree.
 */
bool ld_rust_adapt(const struct ld_btf *const *btf, uint32_t *id, uint32_t *type, bool behind);

/* Whether a declaration of Rust has no type but this, which was made from the IR. */
bool ld_rust_is_ir(const struct ld_btf *btf, uint32_t in_type);

enum ld_rust_ir {
	LD_RUST_SOURCE, /* both types are from the source */
	LD_RUST_FITS,   /* one is from the IR, and may be the other */
	LD_RUST_DIFFERS,
};

/*
 * Compares two types, without qualifiers, if one is from the IR. variable: of a variable, and not
 * of a parameter. *how: in what they differ, " in size (4 and 8 bytes)", or "".
 */
enum ld_rust_ir ld_rust_compare_ir(const struct ld_btf *const *btf, const uint32_t *id,
				   bool variable, struct ld_arena *a, const char **how);

/* Whether two names are one in the conventions of both: XdpMd and xdp_md, type_ and type. */
bool ld_rust_same_name(const char *a, const char *b);

#endif
