/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Types of programs and maps, and the helpers that programs may call, by series. */
#ifndef LD_KERNEL_PROGRAMS_H
#define LD_KERNEL_PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* The type that libbpf gives the programs in a section. */
struct ld_section_type {
	const char *name;
	uint32_t type; /* as in enum bpf_prog_type */
	bool sleepable;
	uint32_t refusing; /* the series whose kernels refuse such programs */
};

/* NULL: libbpf has no type for a section of this name. A leading '?' does not count. */
const struct ld_section_type *ld_section_type(const char *section);

/* The name that a misspelt one such as "kprobes/x" means: "kprobe/x". Or NULL. */
const char *ld_near_program_section(struct ld_arena *a, const char *section);

/* "XDP" */
const char *ld_program_type_name(uint32_t type);

/* Whether the verifier calls programs of this type tracing programs: is_tracing_prog_type(). */
bool ld_is_tracing(uint32_t type);
bool ld_is_socket_filter(uint32_t type);

/* The series that certainly refuse a call of this helper in a program of a section. */
uint32_t ld_kernels_without_helper(int32_t id, const struct ld_section_type *section);

/* The series that refuse the helper in such a program because it may sleep. */
uint32_t ld_kernels_without_sleep(int32_t id, const struct ld_section_type *section);

/* The series that do not have the helper. */
uint32_t ld_kernels_before_helper(int32_t id);

struct ld_map_type {
	const char *name;            /* "BPF_MAP_TYPE_ARENA" */
	uint32_t refusing;           /* the series that do not have it */
	uint32_t refusing_sleepable; /* those that refuse it to programs that may sleep */
};

/* NULL: no series has a type of this number. */
const struct ld_map_type *ld_map_type(uint32_t number);

#endif
