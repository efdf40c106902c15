# Calls and function addresses without relocation lead to the same function after those between have gone,
# forward and backward.
# RUN: split-file %s %t && cd %t
# RUN: for e in bpfel:0x41 bpfeb:0x14; do reg=${e#*:}; e=${e%:*}; %mc -triple=$e -defsym FUNC_IN_R1=$reg a.s \
# RUN:   -o a.o && %mc -triple=$e b.s -o b.o && %ld.bpf --verify b.o a.o -o out.o && \
# RUN:   llvm-objdump -d --no-show-raw-insn out.o | FileCheck %s || exit 1; done
#      CHECK: <lost>:
#      CHECK: <first>:
# CHECK-NEXT: 1: call 0x3{{$}}
# CHECK-NEXT: 2: ld_pseudo r1, 0x4, 0x2
# CHECK-NEXT: 4: exit
# CHECK-EMPTY:
#      CHECK: <last>:
# CHECK-NEXT: 5: call -0x5{{$}}
# CHECK-NEXT: 6: ld_pseudo r1, 0x4, 0xfffffffa
# CHECK-NEXT: 8: exit
#  CHECK-NOT: r9

# A call into a body that lost goes to the winner, by relocation.
# RUN: %mc b.s -o b.o && %mc c.s -o c.o && %ld.bpf --verify b.o c.o -o out.o && llvm-objdump -dr --no-show-raw-insn out.o | FileCheck --check-prefix=WINNER %s
# WINNER: <caller>:
# WINNER-NEXT: call
# WINNER-NEXT: R_BPF_64_32 lost

# One that leads out of its section is an error.
# RUN: %mc d.s -o d.o && not %ld.bpf d.o -o out.o 2>&1 | grep 'd.o: call at .text+0x0 targets code outside of its section \[invalid-call\]'

#--- a.s
	.macro address_in_r1 func
0:	.byte 0x18, FUNC_IN_R1, 0, 0
	.long (\func - 0b) / 8 - 1
	.quad 0
	.endm
	.text
	.type first,@function
first:
	call last
	address_in_r1 last
	exit
	.size first, .-first
	.weak lost
	.type lost,@function
lost:	r9 = 1
	r9 = 2
	exit
	.size lost, .-lost
	.type last,@function
last:
	call first
	address_in_r1 first
	exit
	.size last, .-last
#--- b.s
	.text
	.globl lost
	.type lost,@function
lost:	exit
	.size lost, .-lost
#--- c.s
	.text
	.type caller,@function
caller:
	.byte 0x85, 0x10, 0, 0
	.long 1
	exit
	.size caller, .-caller
	.weak lost
	.type lost,@function
lost:	r9 = 1
	exit
	.size lost, .-lost
#--- d.s
	.text
	.globl f
	.type f,@function
f:	.byte 0x85, 0x10, 0, 0
	.long 1
	exit
	.size f, .-f
