/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Forms of instructions that some or all kernels reject. */
#ifndef LD_KERNEL_FORMS_H
#define LD_KERNEL_FORMS_H

#include <stdbool.h>
#include <stdint.h>

enum ld_form {
#define FORM(id, name, anywhere, v61, v612, v618, v72) LD_FORM_##id,
#include "kernel/forms.def"
	LD_NR_FORMS,
};

/* The form of an instruction of 8 bytes, or LD_NR_FORMS: all kernels accept it. */
enum ld_form ld_form_of(uint8_t op, unsigned int dst, unsigned int src, int16_t off, int32_t imm);

/* "a sign-extending load" */
const char *ld_form_name(enum ld_form form);

/* Whether kernels reject it before they follow the code, so that dead code counts, too. */
bool ld_form_counts_anywhere(enum ld_form form);

/* The series that reject it. */
uint32_t ld_kernels_without_form(enum ld_form form);

#endif
