# A relocation type that BPF does not have is named.
# RUN: split-file %s %t && cd %t && yaml2obj in.yaml -o in.o && not %ld.bpf in.o -o out.o 2>&1 | FileCheck %s && test ! -e out.o
# CHECK: ld.bpf: error: in.o: relocation at .data+0x8: unknown type 77 [unknown-relocation]
#--- in.yaml
--- !ELF
FileHeader: {Class: ELFCLASS64, Data: ELFDATA2LSB, Type: ET_REL, Machine: EM_BPF}
Sections:
  - {Name: .data, Type: SHT_PROGBITS, Flags: [SHF_ALLOC, SHF_WRITE], Size: 16}
  - Name: .rel.data
    Type: SHT_REL
    Link: .symtab
    Info: .data
    Relocations:
      - {Offset: 8, Symbol: v, Type: 77}
Symbols:
  - {Name: v, Section: .data, Binding: STB_GLOBAL, Type: STT_OBJECT, Size: 8}
...
