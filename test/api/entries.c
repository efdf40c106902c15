/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Functions that are to be loaded apart: one that the library does not call itself moves to a
 * section freplace/NAME, one that it calls stays and gets a program there that calls it.
 *
 * RUN: %clang -target bpf -g -O2 -c %S/Inputs/entries.c -o entries.o
 * RUN: %build-api %s && ./static && ./shared
 * RUN: llvm-objdump -dr --no-show-raw-insn out.o | FileCheck --match-full-lines %s
 *      CHECK: Disassembly of section .text:
 *      CHECK: 0000000000000000 <called>:
 *  CHECK-NOT: <apart>:
 *      CHECK: Disassembly of section freplace/{{apart|called}}:
 *  CHECK-DAG: {{0+}} <apart>:
 *  CHECK-DAG: {{0+}} <called__entry>:
 * CHECK-NEXT: {{.*}} call -0x1
 * CHECK-NEXT: {{.*}} R_BPF_64_32 {{called|[.]text}}
 * CHECK-NEXT: {{.*}} exit
 */
#include "api.h"

int main(void)
{
	const char *entries[] = {"apart", "called", NULL};
	struct bpfld_opts opts = {.sz = sizeof(opts), .diag = print_diag, .entries = entries};
	struct bpfld *l = bpfld_new(&opts, NULL);
	struct bytes image;
	FILE *f;

	CHECK(l && !bpfld_add_file(l, "entries.o") && !bpfld_link(l));
	image = image_of(l);
	f = fopen("out.o", "wb");
	CHECK(f && fwrite(image.data, 1, image.size, f) == image.size && !fclose(f));
	free(image.data);
	bpfld_free(l);
	return 0;
}
