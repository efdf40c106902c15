# Section flags that contradict what a section is go no further: code is not merged, maps are data whatever
# their flags say, and the output passes the linker's own check and links to itself.
# RUN: split-file %s %t && %mc %t/code.s -o code.o && %ld.bpf --verify -r code.o -o 1.o && %ld.bpf --verify -r 1.o -o 2.o && cmp 1.o 2.o
# RUN: llvm-readelf -S 1.o | FileCheck %s
# CHECK: odd PROGBITS {{.*}} 000010 00 AX 0 0
# CHECK: .zeros NOBITS {{.*}} 000004 00 WA 0 0
# RUN: %mc %t/maps.s -o maps.o && %ld.bpf --verify -r maps.o -o 1.o && %ld.bpf --verify -r 1.o -o 2.o && cmp 1.o 2.o
# RUN: llvm-readelf -S 1.o | FileCheck --check-prefix=MAPS %s
# MAPS: .maps PROGBITS {{.*}} 000008 00 WA 0 0

# RUN: yaml2obj %t/compressed.yaml -o compressed.o && not %ld.bpf compressed.o -o 1.o 2>&1 | FileCheck --check-prefix=COMPRESSED %s
# COMPRESSED: error: compressed.o: section 1 (.zeros): is compressed, but only DWARF may be [invalid-elf]

# A map can't begin within another.
# RUN: %mc --defsym INSIDE=1 %t/maps.s -o inside.o && not %ld.bpf inside.o -o 1.o 2>&1 | FileCheck --check-prefix=INSIDE --match-full-lines %s
# INSIDE: ld.bpf: error: map 'n' overlaps map 'm' [invalid-elf]
# INSIDE-NEXT: >>> defined at inside.o:(.maps+0x4)

#--- code.s
	.section odd,"axMS",@progbits,1
	.globl f
	.type f,@function
f:
	r0 = 0
	exit
	.size f, .-f
	.section .zeros,"awx",@nobits
	.globl z
	.type z,@object
	.size z, 4
z:
	.zero 4

#--- compressed.yaml
--- !ELF
FileHeader:
  Class: ELFCLASS64
  Data:  ELFDATA2LSB
  Type:  ET_REL
  Machine: EM_BPF
Sections:
  - Name:  .zeros
    Type:  SHT_NOBITS
    Flags: [ SHF_ALLOC, SHF_COMPRESSED ]
    Size:  4

#--- maps.s
	.include "btf.s"
	type INT, "int", 0, 4
	.long SIGNED
	type VAR, "m", 0, 1
	.long 1
	type VAR, "n", 0, 1
	.long 1
	type DATASEC, ".maps", 2, 8
	.long 2, 0, 8, 3, 4, 4
	.section .maps,"awx",@progbits
	.globl m
	.type m,@object
	.size m, 8
m:
	.zero 4
.ifdef INSIDE
	.globl n
	.type n,@object
	.size n, 4
n:
.endif
	.zero 4
