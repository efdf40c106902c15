# Two names of one function are one function, which goes by the first that is global.
# RUN: %mc %s -o in.o && %ld.bpf --verify in.o -o out.o 2>&1 | FileCheck --match-full-lines %s
# CHECK: ld.bpf: warning: 'first' calls itself, which the verifier rejects [recursion]
# CHECK-NEXT: >>> first calls first at in.o:(.text+0x0)
# CHECK-NEXT: >>> help: use a loop or bpf_loop() instead of recursion
# CHECK-NOT: {{.}}

	.section socket,"ax",@progbits
	.globl prog
	.type prog,@function
prog:	call first
	exit
	.size prog, .-prog
	.text
	.globl first, second
	.type first,@function
	.type second,@function
first:
second:	call first
	exit
	.size first, .-first
	.size second, .-second
