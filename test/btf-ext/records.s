# Records come out sorted by instruction, whatever the order and grouping of the input's. Words that a
# record has beyond those known are kept; where the files' records differ in size the larger one holds.
# Records of sections that the file doesn't have are left out, and a second function or line for one instruction.
# RUN: split-file %s %t && cd %t
# RUN: for e in bpfel bpfeb; do %mc -triple=$e wide.s -o wide.o && %mc -triple=$e narrow.s -o narrow.o && \
# RUN:   %ld.bpf --verify wide.o narrow.o -o out.o && %dump out.o | FileCheck %s && \
# RUN:   %ld.bpf -r --verify out.o -o again.o && cmp out.o again.o || exit 1; done
#      CHECK: [[INT:.[0-9]+.]] int 'int'
#      CHECK: [3] func 'first' {{.*}} global
# CHECK-NEXT: [4] func 'second' {{.*}} global
# CHECK-NEXT: [5] func 'third' {{.*}} global
#  CHECK-NOT: func
#      CHECK: func_info .text+0 [3] first tail=0xaa
# CHECK-NEXT: func_info .text+16 [4] second tail=0xbb
# CHECK-NEXT: func_info .text+32 [5] third tail=0x0
# CHECK-NEXT: line_info .text+0 wide.c:1:0 'one' tail=0x11 tail=0x12
# CHECK-NEXT: line_info .text+8 wide.c:2:7 'two' tail=0x21 tail=0x22
# CHECK-NEXT: line_info .text+16 wide.c:3:0 'three' tail=0x31 tail=0x32
# CHECK-NEXT: line_info .text+32 narrow.c:9:0 'nine' tail=0x0 tail=0x0
# CHECK-NEXT: core_relo .text+8 [[INT]] int 0 8 tail=0x0
# CHECK-NEXT: core_relo .text+16 [[INT]] int 0:1 9 tail=0x0
# CHECK-NEXT: core_relo .text+40 [[INT]] int 0:2 10 tail=0xcc
#  CHECK-NOT: {{.}}

#--- wide.s
	.include "btf.s"
	type INT, "int", 0, 4
	.long SIGNED
	type FUNC_PROTO, , 0, 1
	type FUNC, "second", 1, 2
	type FUNC, "first", 1, 2
	ext_header
	func_info 12
	records ".text", 3
	.long 16, 3, 0xbb
	.long 0, 4, 0xaa
	.long 16, 4, 0xcc
	records ".gone", 1
	.long 0, 4, 0xee
	line_info 24
	records ".text", 1
	.long 16
	string "wide.c"
	string "three"
	.long 3 << 10, 0x31, 0x32
	records ".gone", 1
	.long 800
	string "gone.c"
	string "gone"
	.long 7 << 10, 0, 0
	records ".text", 3
	.long 8
	string "wide.c"
	string "two"
	.long 2 << 10 | 7, 0x21, 0x22
	.long 8
	string "wide.c"
	string "another"
	.long 4 << 10, 0x41, 0x42
	.long 0
	string "wide.c"
	string "one"
	.long 1 << 10, 0x11, 0x12
	core_relo 16
	records ".text", 2
	.long 16, 1
	string "0:1"
	.long 9
	.long 8, 1
	string "0"
	.long 8
	.text
	.globl first
	.type first,@function
first:	r0 = 1
	exit
	.size first, .-first
	.globl second
	.type second,@function
second:	r0 = 1
	exit
	.size second, .-second

#--- narrow.s
	.include "btf.s"
	type INT, "int", 0, 4
	.long SIGNED
	type FUNC_PROTO, , 0, 1
	type FUNC, "third", 1, 2
	ext_header
	func_info 8
	records ".text", 1
	.long 0, 3
	line_info 16
	records ".text", 1
	.long 0
	string "narrow.c"
	string "nine"
	.long 9 << 10
	core_relo 20
	records ".text", 1
	.long 8, 1
	string "0:2"
	.long 10, 0xcc
	.text
	.globl third
	.type third,@function
third:	r0 = 1
	exit
	.size third, .-third
