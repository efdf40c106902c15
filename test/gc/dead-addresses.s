# Where DWARF names code that is gone it has the address of dead code: all ones, and in range and location lists of
# DWARF 4, where all ones choose a base address, an empty range from 1 to 1.
# RUN: for e in bpfel bpfeb; do %mc -triple=$e %s -o in.o && %ld.bpf --verify --gc-sections in.o -o out.o && \
# RUN:   llvm-readelf -rW -x .debug_info -x .debug_ranges -x .debug_loc -x .debug_rnglists out.o | FileCheck \
# RUN:   --check-prefixes=CHECK,$e %s && %ld.bpf --verify --gc-sections out.o -o again.o && cmp out.o again.o || exit 1; done

# Only what names the live function is relocated.
# CHECK-COUNT-4: R_BPF_64_ABS64
# CHECK-NOT: R_BPF

# CHECK: section '.debug_info':
# CHECK-NEXT: 00000000 ffffffff ffffffff 00000000 00000000
# CHECK: section '.debug_ranges':
# bpfel-NEXT: 01000000 00000000 01000000 00000000
# bpfeb-NEXT: 00000000 00000001 00000000 00000001
# CHECK: section '.debug_loc':
# bpfel-NEXT: 01000000 00000000 01000000 00000000
# bpfeb-NEXT: 00000000 00000001 00000000 00000001
# CHECK: section '.debug_rnglists':
# CHECK-NEXT: ffffffff ffffffff 00000000 00000000

	.section socket,"ax",@progbits
	.globl prog
	.type prog,@function
prog:	exit
	.size prog, .-prog
	.text
	.type dead,@function
dead:	exit
	.size dead, .-dead
	.section .debug_info,"",@progbits
	.quad dead, prog
	.section .debug_ranges,"",@progbits
	.quad dead, dead, prog
	.section .debug_loc,"",@progbits
	.quad dead, dead, prog
	.section .debug_rnglists,"",@progbits
	.quad dead, prog
