# Each kind of BTF goes through the linker whole, in both byte orders, those with the kind flag too.
# RUN: for e in bpfel bpfeb; do %mc -triple=$e %s -o in.o && %ld.bpf -r --verify --no-btf-gc in.o -o out.o && \
# RUN:   %ld.bpf -r --verify out.o -o again.o && cmp out.o again.o && %dump out.o | FileCheck %s || exit 1; done
# RUN: %ld.bpf --verify in.o -o out.o && %dump out.o | FileCheck --check-prefixes=CHECK %s
# CHECK-DAG: struct 's' kflag size=16 'a':[{{[0-9]+}}]@0:3 'b':[{{[0-9]+}}]@3:5 'c':[{{[0-9]+}}]@32:0 'd':[{{[0-9]+}}]@64:0
# CHECK-DAG: union 'u' size=8 'i':[{{[0-9]+}}]@0 'p':[{{[0-9]+}}]@0
# CHECK-DAG: enum 'e' size=4 NEG=-1 POS=1
# CHECK-DAG: enum 'eu' kflag size=1 BIG=-1
# CHECK-DAG: enum64 'e64' size=8 HUGE=0xffffffff00000001
# CHECK-DAG: enum64 'e64s' kflag size=8 LOW=0x8000000000000000
# CHECK-DAG: fwd 'fs'
# CHECK-DAG: fwd 'fu' kflag
# CHECK-DAG: float 'double' size=8
# CHECK-DAG: type_tag 'rcu' [{{[0-9]+}}]
# CHECK-DAG: type_tag 'attr' kflag [{{[0-9]+}}]
# CHECK-DAG: decl_tag 'plain' [{{[0-9]+}}] component=-1
# CHECK-DAG: decl_tag 'attr' kflag [{{[0-9]+}}] component=0

	.include "btf.s"
	type INT, "int", 0, 4
	.long SIGNED
	type CONST, , 0, 1
	type PTR, , 0, 2
	type ARRAY
	.long 3, 1, 7
	type STRUCT, "s", 4 | KFLAG, 16
	string "a"
	.long 1, 3 << 24 | 0
	string "b"
	.long 1, 5 << 24 | 3
	string "c"
	.long 1, 32
	string "d"
	.long 3, 64
	type UNION, "u", 2, 8
	string "i"
	.long 1, 0
	string "p"
	.long 3, 0
	type ENUM, "e", 2, 4
	string "NEG"
	.long -1
	string "POS"
	.long 1
	type ENUM, "eu", 1 | KFLAG, 1
	string "BIG"
	.long -1
	type ENUM64, "e64", 1, 8
	string "HUGE"
	.long 1, -1
	type ENUM64, "e64s", 1 | KFLAG, 8
	string "LOW"
	.long 0, 0x80000000
	type FWD, "fs"
	type FWD, "fu", KFLAG
	type TYPEDEF, "td", 0, 5
	type VOLATILE, , 0, 13
	type RESTRICT, , 0, 3
	type FLOAT, "double", 0, 8
	type TYPE_TAG, "rcu", 0, 1
	type PTR, , 0, 17
	type TYPE_TAG, "attr", KFLAG, 1
	type PTR, , 0, 19
	type PTR, , 0, 11
	type PTR, , 0, 12
	type STRUCT, "all", 13, 104
	string "m0"
	.long 4, 0
	string "m1"
	.long 6, 0
	string "m2"
	.long 7, 0
	string "m3"
	.long 8, 0
	string "m4"
	.long 9, 0
	string "m5"
	.long 10, 0
	string "m6"
	.long 14, 0
	string "m7"
	.long 15, 0
	string "m8"
	.long 16, 0
	string "m9"
	.long 18, 0
	string "m10"
	.long 20, 0
	string "m11"
	.long 21, 0
	string "m12"
	.long 22, 0
	type PTR, , 0, 23
	type FUNC_PROTO, , 2, 1
	string "x"
	.long 24, 0, 0
	type FUNC, "f", 1, 25
	type VAR, "v", 0, 5
	.long 1
	type DATASEC, ".data", 1, 16
	.long 27, 0, 16
	type DECL_TAG, "plain", 0, 5
	.long -1
	type DECL_TAG, "attr", KFLAG, 26
	.long 0
	.text
	.globl f
	.type f,@function
f:	r0 = 1
	exit
	.size f, .-f
	.data
	.globl v
	.type v,@object
v:	.quad 1, 1
	.size v, .-v
