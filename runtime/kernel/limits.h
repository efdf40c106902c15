/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What kernels allow a program. Later kernels allow what earlier ones do and more, so that the
 * first kernel that takes a program says it all: a warning is about what none takes, a note about
 * what only later ones take.
 */
#ifndef LD_KERNEL_LIMITS_H
#define LD_KERNEL_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/* The same in all kernels. */
enum {
	LD_KERNEL_STACK = 512,                 /* bytes: the frames of a chain of calls */
	LD_KERNEL_STACK_ABOVE_TAIL_CALL = 255, /* bytes: the frames above a callee's tail call */
	LD_KERNEL_FRAME_UNIT = 16,             /* frames are rounded up to that with a JIT, */
	LD_KERNEL_FRAME_UNIT_MOST = 32,        /* and without one or before 6.12 to this */
	LD_KERNEL_PRIVATE_FRAME = 64,          /* bytes: smaller frames get no private stack */
	LD_KERNEL_GLOBAL_ARGS = 5,             /* parameters of a global function */
	LD_KERNEL_NAME = 15,                   /* characters of a map's name */
	LD_KERNEL_BTF_SIZE = 16 << 20,         /* bytes */
	LD_KERNEL_BTF_TYPES = 0xffffe,         /* without void */
};

enum {
	LD_KERNEL_FRAMES_FROM_GLOBAL = 1, /* frames count from a chain's last global function */
	LD_KERNEL_GLOBAL_VOID = 2,        /* a global function may return nothing */
	LD_KERNEL_ARENA_TAGS = 4, /* it takes and returns pointers with the type tag "arena" */
};

/* A series of kernels. */
struct ld_kernel {
	const char *series;
	uint32_t frames;   /* of a chain of calls, the program's included */
	uint32_t features; /* LD_KERNEL_* */
};

enum { LD_NR_KERNELS = 4 };

/* In order; the last allows most. */
extern const struct ld_kernel ld_kernels[LD_NR_KERNELS];

const struct ld_kernel *ld_first_kernel_with(uint32_t feature);

/* Whether some kernel gives functions of a program in this section stacks of their own. */
bool ld_may_have_private_stack(const char *section);

/* Whether a pointer to the struct is the context of a program of some type. */
bool ld_is_context_struct(const char *name);

#endif
