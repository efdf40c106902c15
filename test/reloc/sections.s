# Relocations move with the piece that they point at. Those against a section symbol count from the section's
# start: call imm in slots, less one; ld_imm64 and data in bytes. Those against a symbol keep their
# addend, negative and large ones too. Calls inside a section without relocation keep leading where they did.
# RUN: split-file %s %t && cd %t
# RUN: for e in bpfel bpfeb; do %mc -triple=$e first.s -o first.o && %mc -triple=$e second.s -o second.o && \
# RUN:   %ld.bpf -r --no-warn=data-relocation --verify first.o second.o -o out.o && \
# RUN:   llvm-objdump -dr --no-show-raw-insn out.o | FileCheck %s && %ld.bpf -r --no-warn=data-relocation \
# RUN:   --verify out.o -o again.o && cmp out.o again.o || exit 1; done
# CHECK-LABEL: <local2>:
#      CHECK: 5: call -0x4
# CHECK-LABEL: <global>:
#      CHECK: 8: call -0x5
# CHECK-LABEL: <main>:
# CHECK-NEXT: 0: call 0x3{{$}}
# CHECK-NEXT: R_BPF_64_32 .text
# CHECK-NEXT: 1: call -0x1{{$}}
# CHECK-NEXT: R_BPF_64_32 global
# CHECK-NEXT: 2: r1 = 0x18 ll
# CHECK-NEXT: R_BPF_64_64 .data
# CHECK-NEXT: 4: r1 = 0x8 ll
# CHECK-NEXT: R_BPF_64_64 var
# CHECK-NEXT: 6: r1 = -0x4 ll
# CHECK-NEXT: R_BPF_64_64 var
# CHECK-NEXT: 8: r1 = 0x20 ll
# CHECK-NEXT: R_BPF_64_64 .text
# CHECK-NEXT: 10: r1 = 0x40 ll
# CHECK-NEXT: R_BPF_64_64 .bss
# CHECK-NEXT: 12: r1 = 0x44 ll
# CHECK-NEXT: R_BPF_64_64 .bss
# CHECK-NEXT: 14: r1 = 0x7ffffff0 ll
# CHECK-NEXT: R_BPF_64_64 far
# CHECK-NEXT: 16: exit
# RUN: llvm-readelf -r -x .data out.o | FileCheck --check-prefix=DATA %s
# DATA: 0000000000000024 {{.*}} R_BPF_64_ABS64 {{.*}} var
# DATA: 000000000000002c {{.*}} R_BPF_64_ABS64 {{.*}} .data
# DATA: 0000000000000034 {{.*}} R_BPF_64_NODYLD32 {{.*}} var
# DATA: 0000000000000038 {{.*}} R_BPF_64_ABS32 {{.*}} global
# Big-endian, as it was linked last.
# DATA: 0x00000020 00000001 ffffffff fffffffc 00000000
# DATA: 0x00000030 0000001c 00000000 00000000

# What does not fit is an error that says where.
# RUN: %mc second.s -o second.o && %mc big.s -o big.o
# RUN: not %ld.bpf -r --no-warn=data-relocation big.o second.o -o out.o 2>&1 | FileCheck --check-prefix=RANGE %s
#      RANGE: ld.bpf: error: relocation value 2147483648 does not fit [relocation-range]
# RANGE-NEXT: >>> at second.o:(prog+0x50), in 'main'
# RANGE-NEXT: >>> help: split the section; in assembly, check the expression
# RANGE-NEXT: ld.bpf: error: relocation value 2147483652 does not fit [relocation-range]
# RANGE-NEXT: >>> at second.o:(prog+0x60), in 'main'
# RANGE-NEXT: >>> help: split the section; in assembly, check the expression
#  RANGE-NOT: {{.}}

# What goes by its place, as it is hidden, and has no such place.
# RUN: %mc outside.s -o outside.o
# RUN: not %ld.bpf outside.o -o out.o 2>&1 | FileCheck --check-prefix=OUTSIDE --implicit-check-not=error: %s
# RUN: %ld.bpf --verify -r outside.o -o out.o
#      OUTSIDE: ld.bpf: error: relocation refers outside of section '.text' [relocation-range]
# OUTSIDE-NEXT: >>> at outside.o:(tc+0x10)
# OUTSIDE-NEXT: >>> help: in assembly, check the expression; otherwise, recompile the file
# OUTSIDE-NEXT: ld.bpf: error: relocation refers outside of section '.text' [relocation-range]
# OUTSIDE-NEXT: >>> at outside.o:(tc+0x20)

# A call by its place into the middle of a function, of which another file's copy is taken.
# RUN: %mc loser.s -o loser.o && %mc winner.s -o winner.o && %ld.bpf -r --verify loser.o -o out.o
# RUN: not %ld.bpf -r winner.o loser.o -o out.o 2>&1 | FileCheck --check-prefix=MIDDLE --implicit-check-not=error: %s
#      MIDDLE: ld.bpf: error: call to the middle of 'w', but another copy of it is linked [relocation-range]
# MIDDLE-NEXT: >>> at loser.o:(tc+0x0)

# A call of what turns out to be a variable, also where that goes by its place.
# RUN: %mc calls.s -o calls.o && %mc variable.s -o variable.o
# RUN: not %ld.bpf -r calls.o variable.o -o out.o 2>&1 | FileCheck --check-prefix=VARIABLE --implicit-check-not=error: %s
#      VARIABLE: ld.bpf: error: call to 'v', which is not code [invalid-relocation]
# VARIABLE-NEXT: >>> at calls.o:(tc+0x0)
# VARIABLE-NEXT: >>> defined in variable.o
# RUN: not %ld.bpf --export=prog calls.o variable.o -o out.o 2>&1 | FileCheck --check-prefix=STATIC --implicit-check-not=error: %s
#      STATIC: ld.bpf: error: call to section '.data', which is not code [invalid-relocation]
# STATIC-NEXT: >>> at calls.o:(tc+0x0)

#--- calls.s
	.section tc,"ax",@progbits
	.globl prog
	.type prog,@function
prog:	call v
	exit
	.size prog, .-prog
#--- variable.s
	.data
	.globl v
	.type v,@object
v:	.quad 1
	.size v, .-v
#--- loser.s
	.text
	.weak w
	.type w,@function
w:	r0 = 1
.Lmiddle:
	r0 = 2
	exit
	.size w, .-w
	.section tc,"ax",@progbits
	.globl prog
	.type prog,@function
prog:	call .Lmiddle
	exit
	.size prog, .-prog
#--- winner.s
	.text
	.globl w
	.type w,@function
w:	r0 = 1
	exit
	.size w, .-w
#--- outside.s
	.section tc,"ax",@progbits
	.globl prog
	.type prog,@function
prog:	r1 = f + 16 ll # its end
	r1 = f + 24 ll
	r1 = f - 8 ll
	exit
	.size prog, .-prog
	.text
	.globl f
	.hidden f
	.type f,@function
f:	r0 = 1
	exit
	.size f, .-f
#--- first.s
	.text
	.globl before
	.type before,@function
before:
	r0 = 1
	exit
	.size before, .-before
	.data
	.globl d
	.type d,@object
d:	.quad 1, 2
	.size d, .-d
	.bss
	.zero 56
#--- big.s
	.bss
	.globl big
	.type big,@object
big:	.zero 0x7ffffff8
	.size big, .-big
#--- second.s
	.text
	.type local,@function
local:
	r0 = 1
	exit
	.size local, .-local
	.type local2,@function
local2:
	r0 = 1
	call local
	exit
	.size local2, .-local2
	.globl global
	.type global,@function
global:
	r0 = 1
	call local2
	exit
	.size global, .-global
	.section prog,"ax",@progbits
	.globl main
	.type main,@function
main:
	call local2
	call global
	r1 = static ll
	r1 = var + 8 ll
	r1 = var - 4 ll
	r1 = local2 ll
	r1 = zero ll
	r1 = zero+4 ll
	r1 = far + 0x7ffffff0 ll
	exit
	.size main, .-main
	.data
	.quad 5
	.type static,@object
static: .long 1
	.size static,.-static
	.globl var
	.type var,@object
var: .quad 1
	.quad var-4
	.quad static+4
	.long var
	.long global
	.size var,.-var
	.bss
	.zero 8
	.type zero,@object
zero: .zero 8
	.size zero,.-zero
