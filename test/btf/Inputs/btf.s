# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Macros to write .BTF and .BTF.ext by hand: `.include "btf.s"`, then `type ...` for each type with its
# words behind it, then `func_info`, `line_info`, `core_relo` and their records. With `.set LAYOUT, 1` before
# the include, the header has the fields of Linux 7, and `layout ...` adds an entry for each kind from 0 on.
.set INT, 1
.set PTR, 2
.set ARRAY, 3
.set STRUCT, 4
.set UNION, 5
.set ENUM, 6
.set FWD, 7
.set TYPEDEF, 8
.set VOLATILE, 9
.set CONST, 10
.set RESTRICT, 11
.set FUNC, 12
.set FUNC_PROTO, 13
.set VAR, 14
.set DATASEC, 15
.set FLOAT, 16
.set DECL_TAG, 17
.set TYPE_TAG, 18
.set ENUM64, 19
.set KFLAG, 1 << 31
.set SIGNED, 1 << 24 | 32 # the word behind INT "int"

	.section .BTF,"",@progbits
btf_header:
	.short 0xeb9f
	.byte 1, 0
	.long btf_types - btf_header, 0, btf_layout - btf_types, btf_strs - btf_types, btf_end - btf_strs
.ifdef LAYOUT
	.long btf_layout - btf_types, btf_strs - btf_layout
.endif
btf_types:
	.subsection 1
btf_layout:
	.subsection 2
btf_strs:
	.byte 0
	.subsection 3
btf_end:
	.subsection 0

# layout BYTES-ONCE, BYTES-EACH
.macro layout once=0, each=0
	.pushsection .BTF,1
	.byte \once, \each, 0, 0
	.popsection
.endm

# The offset of a string, as a word here; the string itself among .BTF's.
.macro string text
	.long .Lstring\@ - btf_strs
	.pushsection .BTF,2
.Lstring\@:
	.asciz "\text"
	.popsection
.endm

# type KIND, "name", vlen and flags, size or type
.macro type kind, name, vlen=0, third=0
	.section .BTF
	.ifb \name
	.long 0
	.else
	string "\name"
	.endif
	.long (\kind << 24) | (\vlen), \third
.endm

.macro ext_header
	.section .BTF.ext,"",@progbits
	.short 0xeb9f
	.byte 1, 0
	.long 32
	.long ext_func - ext_func, ext_line - ext_func
	.long ext_line - ext_func, ext_core - ext_line
	.long ext_core - ext_func, ext_end - ext_core
ext_func:
	.subsection 1
ext_line:
	.subsection 2
ext_core:
	.subsection 3
ext_end:
	.subsection 0
.endm

# Each table begins with the size of its records: `func_info 8`.
.macro func_info size
	.section .BTF.ext
	.subsection 0
	.long \size
.endm
.macro line_info size
	.section .BTF.ext
	.subsection 1
	.long \size
.endm
.macro core_relo size
	.section .BTF.ext
	.subsection 2
	.long \size
.endm

# records "section", how many
.macro records name, nr
	string "\name"
	.long \nr
.endm
