# Functions that overlap can't be told apart: their section stays whole.
# RUN: %mc %s -o in.o && %ld.bpf --verify --gc-sections in.o -o out.o && llvm-objdump -d --no-show-raw-insn out.o | \
# RUN:   FileCheck %s
# CHECK: <first>:
# CHECK: r0 = 0x1
# CHECK: <second>:
# CHECK-NEXT: r0 = 0x2
# CHECK-NEXT: exit

	.section socket,"ax",@progbits
	.globl prog
	.type prog,@function
prog:	call second
	exit
	.size prog, .-prog
	.text
	.globl first, second
	.type first,@function
	.type second,@function
first:	r0 = 1
second:	r0 = 2
	.size first, .-first
	exit
	.size second, .-second
