/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * hook/: how compilers find the linker.
 *
 *	bpfld-hook   puts the names that clang looks for beside each clang
 *	link_hook.c  ld.bpf under these names: gcc's syntax to the linker's own, or to the next gcc
 *	gcc.def      the options of gcc's syntax
 *
 * It knows gcc's and clang's command lines, and nothing of the linker's options beyond those that
 * gcc has too. It includes common/ only.
 */
#ifndef HOOK_HOOK_H
#define HOOK_HOOK_H

#include <stdbool.h>

#include "common/common.h"
#include "common/report.h"

/* How the program was called: argv[0] decides, as in lld. */
enum personality {
	CALLED_LD,       /* ld.bpf, bpf-ld: GNU ld's syntax */
	CALLED_COLLECT2, /* real-ld: the same, from gcc's collect2, which always adds -lgcc */
	CALLED_GCC,      /* gcc, bpf-gcc, bpfel-g++: gcc's syntax, from clang's link step */
};

enum personality personality_of(const char *argv0);

/*
 * Translates gcc's syntax (args, without the program's name) to the linker's own, in out. Does not
 * return if the command is none of ours but the next gcc's in PATH: argv is then passed on to it.
 */
int translate_gcc(struct words *out, struct pool *pool, struct report *r, const struct words *args,
		  char **argv);

/* Whether path looks like an object that clang or gcc made for this one link. */
bool is_temporary(const char *path);

#endif
