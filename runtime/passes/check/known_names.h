/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_PASSES_CHECK_KNOWN_NAMES_H
#define LD_PASSES_CHECK_KNOWN_NAMES_H

/* A name that no BPF object defines, and that programs refer to by mistake. */
struct ld_known_name {
	const char *names; /* separated by blanks; one with a final '*' is a prefix */
	const char *what;  /* of "'printf' is ..." */
	const char *help;
};

/* NULL if the name is not known. */
const struct ld_known_name *ld_known_name(const char *name);

#endif
