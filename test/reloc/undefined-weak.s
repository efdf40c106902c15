# In a final link an undefined weak function's address is 0 and a call to it, never made, becomes r0 = 0.
# RUN: %mc %s -o in.o && %ld.bpf --verify in.o -o out.o && llvm-objdump -dr --no-show-raw-insn out.o | grep -v '^<L' | FileCheck %s
#      CHECK: r1 = 0x0 ll
# CHECK-NEXT: 2: if r1 == 0x0 goto
# CHECK-NEXT: 3: r0 = 0x0
# CHECK-NEXT: 4: exit
# RUN: llvm-readelf -rs out.o | not grep maybe
# RUN: %ld.bpf -r --verify in.o -o out.o && llvm-objdump -dr --no-show-raw-insn out.o | FileCheck --check-prefix=PART %s
#      PART: r1 = 0x0 ll
# PART-NEXT: R_BPF_64_64 maybe
# PART-NEXT: if r1 == 0x0 goto
# PART-NEXT: call -0x1
# PART-NEXT: R_BPF_64_32 maybe
	.weak maybe
	.section prog,"ax",@progbits
	.globl main
	.type main,@function
main:
	r1 = maybe ll
	if r1 == 0 goto 1f
	call maybe
1:	exit
	.size main, .-main
