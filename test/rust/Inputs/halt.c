// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The end of a Rust program that panics: bpf_throw() unwinds it.
extern void bpf_throw(unsigned long long cookie) __attribute__((section(".ksyms")));

__attribute__((noreturn, visibility("hidden"))) void halt(unsigned int line)
{
	bpf_throw(line);
	for (;;)
		;
}
