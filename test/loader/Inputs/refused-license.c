/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A program without a license, which may not call all helpers. */
#include "bpf_test.h"

SEC("socket") int no_license(void *ctx)
{
	static const char format[] = "x";

	return bpf_trace_printk(format, sizeof(format));
}
