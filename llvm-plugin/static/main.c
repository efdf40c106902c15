/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * BPFLD_STATIC: one executable with both programs. A name that begins with bpfld selects bpfld, any
 * other ld.bpf, which has further personalities.
 */
#include <string.h>

#include "common/common.h"
#include "static/programs.h"

int main(int argc, char **argv)
{
	if (argc && !strncmp(base_name(argv[0]), "bpfld", 5))
		return main_of_bpfld(argc, argv);
	return main_of_ld(argc, argv);
}
