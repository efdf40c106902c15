/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The part of .BTF that depends on symbols: choose_btf decides, merge_btf writes. */
#ifndef LD_PASSES_OUTPUT_BTF_PLAN_H
#define LD_PASSES_OUTPUT_BTF_PLAN_H

#include "model/model.h"

/* A prototype that no input has, made for a FUNC whose own prototype cannot be used. */
struct ld_proto {
	const struct ld_file *f; /* source of the types; NULL: "int f(void)" */
	uint32_t in_type;
	const char **names; /* of its parameters; NULL if it has none */
	/* Of merge_btf: */
	bool live;
	struct ld_proto *same_proto; /* what it was found to be equal to, or NULL */
	uint32_t same_node;          /* the same, or 0 */
	uint32_t out_type;
};

/* A FUNC that func_info refers to, but no symbol. */
struct ld_unnamed {
	struct ld_file *f;
	uint32_t in_func;
	const struct ld_entity *entity;
};

struct ld_member {
	const struct ld_entity *entity;
	uint64_t off, size; /* bytes */
};

struct ld_datasec {
	const char *name;
	uint64_t size;                    /* bytes */
	LD_VEC(struct ld_member) members; /* by offset; externs first, at offset 0 */
};

struct ld_btf_plan {
	LD_VEC(struct ld_entity *) funcs;
	LD_VEC(struct ld_entity *) vars;
	LD_VEC(struct ld_datasec *) secs;
	LD_VEC(struct ld_unnamed) unnamed;
	uint32_t int_node; /* node of the INT "int"; 0 if there is none */
};

#endif
