# A map whose type no BTF describes opens with no loader: an error. A partial link may get it later.
# RUN: %mc %s -o in.o && not %ld.bpf in.o -o out.o 2>&1 | FileCheck --match-full-lines %s && test ! -e out.o
# CHECK: ld.bpf: error: map 'counts' has no BTF{{.*}} [map-without-btf]
# CHECK-NEXT: >>> counts, defined at in.o:(.maps+0x0)
# CHECK-NEXT: >>> help: compile the file with -g
# RUN: %ld.bpf -r in.o -o out.o

	.section .maps,"aw",@progbits
	.globl counts
	.type counts,@object
counts:	.zero 32
	.size counts, 32
