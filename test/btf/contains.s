# "contains:TYPE:field" on a list head or tree root names a type that nothing else may refer to: it stays,
# and what it refers to. What no tag names goes, unless --no-btf-gc asks for all.
# RUN: %mc %s -o in.o && %ld.bpf --verify in.o -o out.o && %dump out.o | FileCheck %s
# CHECK-DAG: [[NODE:.[0-9]+.]] struct 'node' size=24 'i':{{.*}}@0 'list':{{.*}}@64
# CHECK-DAG: struct 'inner' size=4
# CHECK-DAG: struct 'deep' size=4
# CHECK-DAG: struct 'list_node'
# CHECK-DAG: [[HEAD:.[0-9]+.]] var 'head'
# CHECK-DAG: [[VAL:.[0-9]+.]] struct 'val'
# CHECK-DAG: decl_tag 'contains:node:list' [[HEAD]] component=-1
# CHECK-DAG: decl_tag 'contains:deep:x' [[VAL]] component=0
# RUN: %dump out.o | not grep -e unused -e nodes
# RUN: %ld.bpf --verify --no-btf-gc in.o -o all.o && %dump all.o | FileCheck --check-prefix=ALL %s
# ALL-DAG: struct 'unused'
# ALL-DAG: struct 'nodes'
# RUN: %bpftool gen object peer.o in.o && %dump peer.o | FileCheck --check-prefix=ALL %s

	.include "btf.s"
	type INT, "int", 0, 4
	.long SIGNED
	type STRUCT, "list_node", 1, 16
	string "a"
	.long 1, 0
	type STRUCT, "list_head", 1, 16
	string "a"
	.long 1, 0
	type STRUCT, "inner", 1, 4
	string "x"
	.long 1, 0
	type PTR, , 0, 4
	type STRUCT, "node", 2, 24
	string "i"
	.long 5, 0
	string "list"
	.long 2, 64
	type STRUCT, "nodes", 1, 4
	string "unused"
	.long 1, 0
	type STRUCT, "unused", 1, 4
	string "x"
	.long 1, 0
	type VAR, "head", 0, 3
	.long 1
	type DECL_TAG, "contains:node:list", 0, 9
	.long -1
	type STRUCT, "deep", 1, 4
	string "x"
	.long 1, 0
	type STRUCT, "val", 1, 16
	string "h"
	.long 3, 0
	type DECL_TAG, "contains:deep:x", 0, 12
	.long 0
	type PTR, , 0, 12
	type VAR, "p", 0, 14
	.long 1
	type DATASEC, ".data", 2, 0
	.long 9, 0, 16, 15, 0, 8
	.data
	.globl head
	.type head,@object
head:	.quad 1, 1
	.size head, .-head
	.globl p
	.type p,@object
p:	.quad 1
	.size p, .-p
