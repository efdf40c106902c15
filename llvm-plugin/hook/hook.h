/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * hook/: how compilers find the linker.
 *
 *	bpfld-hook   installs links to ld.bpf where clang looks for a linker
 *	bpfld-cc     clang that links several sources and libraries through the hook
 *	link_hook.c  ld.bpf called as gcc: translates gcc's syntax, or executes the next gcc
 *	gcc.def      table of gcc's options
 *	bpf_linker.c ld.bpf called as bpf-linker, by rustc
 *
 * This directory knows the command lines of gcc and clang, but not the linker's own options.
 * Includes common/ only.
 */
#ifndef HOOK_HOOK_H
#define HOOK_HOOK_H

#include <stdbool.h>

#include "common/common.h"
#include "common/report.h"

/* The syntax of the command line, selected by argv[0] as in lld. */
enum personality {
	CALLED_LD,         /* ld.bpf, bpf-ld: GNU ld */
	CALLED_COLLECT2,   /* real-ld: the same, called by gcc's collect2, which adds -lgcc */
	CALLED_GCC,        /* gcc, bpf-gcc, bpfel-g++: gcc, called by clang */
	CALLED_BPF_LINKER, /* bpf-linker, called by rustc */
};

enum personality personality_of(const char *argv0);

/*
 * Translates a gcc command (args, without the program's name) to linker options in out. If the
 * command is not a BPF link, executes the next gcc in PATH with argv and does not return.
 */
int translate_gcc(struct words *out, struct pool *pool, struct report *r, const struct words *args,
		  char **argv);

/*
 * Translates a bpf-linker command to linker options in out. Returns 0, -1 after an error, or 1 if
 * nothing is left to do.
 */
int translate_bpf_linker(struct words *out, struct pool *pool, struct report *r,
			 const struct words *args);

/* Whether path looks like a temporary object of clang or gcc. */
bool is_temporary(const char *path);

#endif
