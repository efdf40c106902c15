# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
	.section "raw_tp/sys_enter","ax",@progbits
	.globl "0123456789abcdef/../../other/x"
	.type "0123456789abcdef/../../other/x",@function
"0123456789abcdef/../../other/x":
	r0 = 0
	exit
	.size "0123456789abcdef/../../other/x", .-"0123456789abcdef/../../other/x"
	.section license,"aw",@progbits
	.asciz "GPL"
