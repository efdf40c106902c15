# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# .BTF in the form of Linux 7: a layout section, by which types of an unknown kind are passed over. And what gcc 16
# writes: a FWD without a name.
	.set LAYOUT, 1
	.include "btf.s"
	.rept 20
	layout
	.endr
	layout 4, 8
	layout
	type INT, "int", 0, 4
	.long SIGNED
	type 20, "odd", 2, 99
	.long 1, 2, 3, 4, 5
	type PTR, , 0, 2
	type DECL_TAG, "tag", 0, 2
	.long 0
	type FWD
	type PTR, , 0, 5
	type 21, "short", 0xffffff
	type STRUCT, "s", 2, 16
	string "a"
	.long 6, 0
	string "b"
	.long 1, 64
	type FUNC_PROTO, , 1, 1
	string "s"
	.long 11
	type FUNC, "sub", 1, 9
	type PTR, , 0, 8
	type VAR, "counter", 0, 1
	.long 1
	type DATASEC, ".bss", 1, 4
	.long 12, 0, 4
