# A kind that the linker does not know can't be skipped, as its size is not known: the error says which.
# RUN: %mc %s -o in.o && not %ld.bpf -r in.o -o out.o 2>&1 | FileCheck %s && test ! -e out.o
# RUN: %mc -triple=bpfeb %s -o in.o && not %ld.bpf in.o -o out.o 2>&1 | FileCheck %s
# CHECK: ld.bpf: error: in.o: .BTF: kind 21 of type 2 is not known [invalid-btf]
	.include "btf.s"
	type INT, "int", 0, 4
	.long SIGNED
	type 21, "odd", 0, 1
