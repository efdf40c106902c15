# Strings that a program may write to are not stored once, whatever the flags of their section say.
# RUN: %mc %s -o in.o && %ld.bpf --verify in.o -o out.o && llvm-readelf -SW -x .data.strings out.o | FileCheck %s
# CHECK: .data.strings PROGBITS {{[0-9a-f]+ [0-9a-f]+}} 000008
# CHECK: 00000000 61626300 61626300{{ }}

	.section .data.strings,"awMS",@progbits,1
	.globl one, two
	.type one,@object
one:	.asciz "abc"
	.size one, 4
	.type two,@object
two:	.asciz "abc"
	.size two, 4
