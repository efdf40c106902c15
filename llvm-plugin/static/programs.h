/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The programs in the executable of BPFLD_STATIC: -Dmain= gives each main() its name there. */
#ifndef STATIC_PROGRAMS_H
#define STATIC_PROGRAMS_H

int main_of_ld(int argc, char **argv);
int main_of_bpfld(int argc, char **argv);

#endif
