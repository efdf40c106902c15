# LLVM before 13 marks pointers in data as R_BPF_64_64 and R_BPF_64_32, as if they were instructions.
# RUN: split-file %s %t && cd %t && yaml2obj in.yaml -o in.o && llvm-readelf -r in.o | FileCheck --check-prefix=IN %s
# RUN: %ld.bpf --no-warn=data-relocation -r --verify in.o -o out.o && llvm-readelf -r -x .data out.o | FileCheck %s
# IN: R_BPF_64_64
# IN: R_BPF_64_32
# CHECK: 0000000000000000 {{.*}} R_BPF_64_ABS64 {{.*}} v
# CHECK: 0000000000000008 {{.*}} R_BPF_64_ABS32 {{.*}} v
# CHECK: 0x00000000 08000000 00000000 0c000000
#--- in.yaml
--- !ELF
FileHeader: {Class: ELFCLASS64, Data: ELFDATA2LSB, Type: ET_REL, Machine: EM_BPF}
Sections:
  - {Name: .data, Type: SHT_PROGBITS, Flags: [SHF_ALLOC, SHF_WRITE], Content: "08000000000000000c00000000000000"}
  - Name: .rel.data
    Type: SHT_REL
    Link: .symtab
    Info: .data
    Relocations:
      - {Offset: 0, Symbol: v, Type: R_BPF_64_64}
      - {Offset: 8, Symbol: v, Type: R_BPF_64_32}
Symbols:
  - {Name: v, Index: SHN_UNDEF, Binding: STB_GLOBAL}
...
