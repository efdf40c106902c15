# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# .BTF of two types, INT "int" and one whose words are given, and of a third if T3 is.
# Every number can be set by -defsym. With L_LEN the header has the fields of the layout section, of which
# the last entry is written, for KIND.
	.macro default name, value
	.ifndef \name
	.set \name, \value
	.endif
	.endm
	default MAGIC, 0xeb9f
	default VERSION, 1
	default HDR, 24
	default TYPE_OFF, 0
	default TYPE_LEN, .Ltypes_end-.Ltypes
	default STR_OFF, .Ltypes_end-.Ltypes
	default STR_LEN, .Lstrings_end-.Lstrings
	default NAME, 0
	default INFO, 0x02000000 # PTR
	default REF, 1
	default WORDS, 0
	default W0, 0
	default W1, 0
	default W2, 0
	default T3, 0
	default T3_INFO, 0x11000000 # DECL_TAG
	default T3_COMPONENT, -1
	default T3_WORDS, 1
	default LAST, 0

	.section .BTF,"",@progbits
	.short MAGIC
	.byte VERSION, 0
	.long HDR, TYPE_OFF, TYPE_LEN, STR_OFF, STR_LEN
	.ifdef L_LEN
	default L_OFF, .Llayout-.Ltypes
	.long L_OFF, L_LEN
	.endif
.Ltypes:
	.long 1, 0x01000000, 4, 0x01000020
	.long NAME, INFO, REF
	.if WORDS
	.long W0, W1, W2
	.endif
	.if T3
	.long 1, T3_INFO, 2
	.if T3_WORDS
	.long T3_COMPONENT
	.zero T3_WORDS * 4 - 4
	.endif
	.endif
.Ltypes_end:
.Lstrings:
	.byte 0
	.ascii "int"
	.byte LAST
.Lstrings_end:
	.ifdef L_LEN
	.balign 4
.Llayout:
	.zero KIND * 4
	.byte ONCE, EACH, 0, 0
	.endif
