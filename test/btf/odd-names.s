# Names that mean two things: an output keeps its types when it is linked again, whoever had the name.
# RUN: split-file %s %t && cd %t
# RUN: for f in dots declared data; do %mc $f.s -o $f.o && %ld.bpf -r --verify $f.o -o out.o && \
# RUN:   %dump out.o | FileCheck --allow-empty --check-prefix=$f %s && %ld.bpf -r --verify out.o -o again.o && \
# RUN:   cmp out.o again.o || exit 1; done

# Two functions of one place, of which one has a name that is none in C.
# dots-DAG: func 'f_part_0' {{.*}} global
# dots-DAG: func 'plain' {{.*}} global
# dots-DAG: {{.}}[[NONE:[0-9]+]]] func_proto '' {{.*}} ()
# dots-DAG: {{.}}[[ONE:[0-9]+]]] func_proto '' {{.*}} 'n')
# dots-DAG: func 'a' {{.}}[[ONE]]] global
# dots-DAG: func 'g_part_0' {{.}}[[NONE]]] global
# dots: func_info .text+0 {{.*}}plain
# dots: func_info .text+16 {{.*}}g_part_0

# A function without a symbol is no declaration of the undefined one of its name.
# declared-NOT: extern
# declared: func 'f' {{.*}} static
# declared-NOT: extern
# declared: func_info .text+0 {{.*}}f

# A static variable is not the function of its name in its place.
# data-NOT: var 'v'

#--- dots.s
	.include "btf.s"
	type INT, "int", 0, 4
	.long SIGNED
	type FUNC_PROTO, , 0, 1
	type FUNC, "f_part_0", 1, 2
	type FUNC, "plain", 1, 2
	type FUNC, "g_part_0", 1, 2
	type FUNC_PROTO, , 1, 1
	string "n"
	.long 1
	type FUNC, "a", 1, 6
	ext_header
	func_info 8
	records ".text", 2
	.long 0, 4
	.long 16, 5
	.text
	.globl plain, "f.part.0", a, "g.part.0"
	.type plain,@function
	.type "f.part.0",@function
plain:
"f.part.0":
	r0 = 1
	exit
	.size plain, .-plain
	.size "f.part.0", .-"f.part.0"
	.type a,@function
	.type "g.part.0",@function
a:
"g.part.0":
	r0 = 1
	exit
	.size a, .-a
	.size "g.part.0", .-"g.part.0"

#--- declared.s
	.include "btf.s"
	type INT, "int", 0, 4
	.long SIGNED
	type FUNC_PROTO, , 0, 1
	type FUNC, "f", 0, 2
	type FUNC, "g", 1, 2
	ext_header
	func_info 8
	records ".text", 2
	.long 0, 3
	.long 16, 4
	.text
	r0 = 1
	exit
	.globl g
	.type g,@function
g:	call f
	exit
	.size g, .-g

#--- data.s
	.include "btf.s"
	type INT, "int", 0, 4
	.long SIGNED
	type VAR, "v", 0, 1
	.long 0
	type DATASEC, ".data", 1, 8
	.long 2, 0, 4
	.data
	.globl v
	.type v,@function
v:	.quad 1
	.size v, .-v
