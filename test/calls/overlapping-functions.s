# Of two functions that overlap the first ends where the second begins: its code is no part of the first. Here the
# second calls the first, which is no circle.
# RUN: %mc %s -o in.o && %ld.bpf --verify in.o -o out.o 2>&1 | not grep .
# RUN: %mc -defsym CALLS=1 %s -o in.o && %ld.bpf --verify in.o -o out.o 2>&1 | FileCheck --match-full-lines %s
# CHECK: ld.bpf: warning: 'outer' calls itself, which the verifier rejects [recursion]
# CHECK-NEXT: >>> outer calls inner at in.o:(.text+0x8)
# CHECK-NEXT: >>> inner calls outer at in.o:(.text+0x10)
# CHECK-NEXT: >>> help: use a loop or bpf_loop() instead of recursion
# CHECK-NOT: {{.}}

	.section socket,"ax",@progbits
	.globl prog
	.type prog,@function
prog:	call inner
	exit
	.size prog, .-prog
	.text
	.globl outer, inner
	.type outer,@function
	.type inner,@function
outer:	r0 = 0
	.ifdef CALLS
	call inner
	.else
	r0 = 1
	.endif
inner:	call outer
	exit
	.size outer, .-outer
	.size inner, .-inner
