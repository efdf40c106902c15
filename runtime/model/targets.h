/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Dependencies of a program on the kernel, and the result of each for each kernel of --target-btf.
 */
#ifndef LD_MODEL_TARGETS_H
#define LD_MODEL_TARGETS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum ld_target_result {
	LD_TARGET_EXISTS,
	LD_TARGET_OTHER_SIZE, /* exists, but the field has another size than in the program's type
			       */
	LD_TARGET_ABSENT,     /* the program asks for it, and gets no; or the size or id 0 */
	LD_TARGET_GUARDED,    /* missing, but the code that uses it is dead on this kernel */
	LD_TARGET_OPTIONAL,   /* missing, and weak: its address is 0 */
	LD_TARGET_UNKNOWN,    /* not in BTF: loaders look in kallsyms */
	LD_TARGET_MISSING,    /* the program fails if it reaches the instruction */
	LD_TARGET_OTHER_KIND, /* the same: what has the name is of another kind or type */
	LD_TARGET_REFUSED,    /* the loader gives up */
	LD_NR_TARGET_RESULTS,
};

extern const char *const ld_target_results[LD_NR_TARGET_RESULTS]; /* as users see them */

/* A CO-RE relocation, or a typed extern. */
struct ld_target_use {
	const char *what;    /* "struct task_struct.pid", "bpf_task_release()" */
	const char *kind;    /* "byte_off", "kfunc", "ksym" */
	const char *place;   /* source line, or object, section and offset */
	const char *program; /* the function, or NULL for an extern */
	const char *section; /* of the output */
	uint64_t off;        /* bytes into section; 0 for an extern */
	bool is_extern, weak;
	bool autoload;  /* loaders load the program, unless the user disables it */
	const void *at; /* struct ld_section of the input with the instruction, or NULL */
	uint64_t at_off;
};

struct ld_target_state {
	uint8_t result;
	bool certain;    /* the verifier is certain to visit the instruction; or libbpf gives up */
	bool verifier;   /* libbpf accepts it, and the verifier does not */
	uint64_t value;  /* that the instruction gets; of OTHER_SIZE: its offset */
	const char *why; /* details, or NULL */
};

struct ld_target_kernel {
	const char *name;
	const char *path;
	uint32_t nr_modules;
	bool broken;                    /* its BTF could not be read: no states */
	bool incomplete;                /* some file of it could not be read */
	struct ld_target_state *states; /* by use */
	uint32_t counts[LD_NR_TARGET_RESULTS];
};

struct ld_targets {
	LD_VEC(struct ld_target_use) uses;
	LD_VEC(struct ld_target_kernel) kernels;
};

#endif
