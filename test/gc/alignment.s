# What closes up stays aligned: "wide" is no nearer to "kept" than its alignment lets it be.
# RUN: %mc %s -o in.o && %ld.bpf --verify --gc-sections in.o -o out.o && llvm-readelf -sW -x .rodata out.o | FileCheck %s
# CHECK-DAG: 0000000000000000     4 OBJECT  LOCAL {{.*}} kept{{$}}
# CHECK-DAG: 0000000000000008     8 OBJECT  LOCAL {{.*}} wide{{$}}
# CHECK: 00000000 01010101 00000000 03030303 03030303{{ }}

	.section socket,"ax",@progbits
	.globl prog
	.type prog,@function
prog:	r1 = kept ll
	r1 = wide ll
	exit
	.size prog, .-prog
	.section .rodata,"a",@progbits
	.p2align 3
	.type kept,@object
kept:	.long 0x01010101
	.size kept, 4
	.type dead,@object
dead:	.long 0x02020202
	.size dead, 4
	.type wide,@object
wide:	.quad 0x0303030303030303
	.size wide, 8
