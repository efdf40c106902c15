# A function that is defined is no extern in the output, whatever its FUNC says.
# RUN: %mc %s -o in.o && for mode in "" -r; do %ld.bpf --verify $mode in.o -o out.o && %dump out.o | FileCheck %s || exit 1; done
# CHECK: func 'prog' {{.*}} global

	.include "btf.s"
	type INT, "int", 0, 4
	.long SIGNED
	type FUNC_PROTO, , 0, 1
	type FUNC, "prog", 2, 2
	.section socket,"ax",@progbits
	.globl prog
	.type prog,@function
prog:	r0 = 0
	exit
	.size prog, .-prog
