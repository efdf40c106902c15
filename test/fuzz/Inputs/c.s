# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# By hand: a jump out of its function, no BTF, a common symbol, strings to merge, a group.
	.text
	.globl in_b
	.type in_b,@function
in_b:
	if r1 == 0 goto other
	call choose
	exit
	.size in_b, .-in_b
	.type other,@function
other:
	r0 = counter ll
	call other
	exit
	.size other, .-other
	.section tc,"ax",@progbits
	.globl prog_c
	.type prog_c,@function
prog_c:
	r1 = .Lstr ll
	call in_b
	exit
	.size prog_c, .-prog_c
	.section .rodata.str1.1,"aMS",@progbits,1
	.asciz "ab"
.Lstr:
	.asciz "two"
	.section .text.once,"axG",@progbits,once,comdat
	.weak choose
	.type choose,@function
choose:
	r0 = 2
	exit
	.size choose, .-choose
	.comm counter,8,8
	.section license,"aw",@progbits
	.asciz "GPL"
