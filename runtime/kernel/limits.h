/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * This directory: what kernels accept, as tables. limits.h has numbers and features by series,
 * helpers.h the helpers, prototypes.h the prototypes of global functions. Each fact names the place
 * in the kernel's sources that it was read from. Passes decide what a fact means for a link; no
 * pass has a number of the kernel of its own, and nothing here knows a link or ELF.
 *
 * Later kernels accept what earlier ones do and more. A pass warns about what no kernel accepts,
 * and notes what only later ones accept, with the first that does.
 */
#ifndef LD_KERNEL_LIMITS_H
#define LD_KERNEL_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The same in all series. V is kernel/bpf/verifier.c, B kernel/bpf/btf.c, S kernel/bpf/syscall.c,
 * with lines of 6.1, 6.12 and 7.2.
 */
enum {
	/* Bytes of the frames of a call chain: MAX_BPF_STACK; V:4478, V:6342, V:5204. */
	LD_KERNEL_STACK = 512,
	/* Bytes of the frames above a callee's tail call; V:4468, V:6317, V:5174. */
	LD_KERNEL_STACK_ABOVE_TAIL_CALL = 255,
	/* With a JIT, frames are rounded up to this since 6.12; V:6255, V:5106. */
	LD_KERNEL_FRAME_UNIT = 16,
	/* Without a JIT, and always in 6.1, to this; V:4477. */
	LD_KERNEL_FRAME_UNIT_MOST = 32,
	/* Bytes: smaller frames get no private stack; 7.2 V:201. */
	LD_KERNEL_PRIVATE_FRAME = 64,
	/* Functions of a program, itself included: BPF_MAX_SUBPROGS of bpf_verifier.h, lines 469,
	   649 and 786. */
	LD_KERNEL_SUBPROGRAMS = 256,
	/* Maps of a program: MAX_USED_MAPS of bpf_verifier.h, lines 435, 611 and 732. */
	LD_KERNEL_USED_MAPS = 64,
	/* Parameters of a global function; B:6758, B:7640, B:8114. */
	LD_KERNEL_ARGS = 5,
	/* Characters of the name of a map or program: BPF_OBJ_NAME_LEN; S:923, S:1065, S:1214. */
	LD_KERNEL_NAME = 15,
	/* Bytes of a map's value: array_map_alloc_check() of kernel/bpf/arraymap.c. */
	LD_KERNEL_MAP_VALUE = INT32_MAX,
	/* Bytes of BTF: BTF_MAX_SIZE; 6.1 B:5004, 7.2 B:6009. */
	LD_KERNEL_BTF_SIZE = 16 << 20,
	/* Types without void; later ones are dropped or rejected: BTF_MAX_TYPE; 6.1 B:1542, 7.2
	   B:1729. */
	LD_KERNEL_BTF_TYPES = 0xffffe,
};

enum {
	/* Frames count from a chain's last global function; 7.2 V:5280. */
	LD_KERNEL_FRAMES_FROM_GLOBAL = 1,
	/* A global function may return void; 7.2 B:8009. */
	LD_KERNEL_GLOBAL_VOID = 2,
	/* A global function takes and returns pointers with type tag "arena"; 7.2 B:7974, B:8034.
	 */
	LD_KERNEL_ARENA_TAGS = 4,
};

/* A series of kernels. */
struct ld_kernel {
	const char *series;
	uint32_t frames;   /* of a call chain, the program's included: MAX_CALL_FRAMES */
	uint32_t features; /* LD_KERNEL_* */
};

enum { LD_NR_KERNELS = 4 };

/* In order; the last accepts most. */
extern const struct ld_kernel ld_kernels[LD_NR_KERNELS];

const struct ld_kernel *ld_first_kernel_with(uint32_t feature);

/* Whether some kernel gives the functions of a program in this section private stacks. */
bool ld_may_have_private_stack(const char *section);

/* Whether the kernel lets a program of this license call helpers for GPL programs only. */
bool ld_is_gpl_compatible(const char *license);

#endif
