/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Names of the C library, of compilers' run-time libraries and of libbpf's macros. An undefined
 * symbol has such a name if a header is missing, if a program is written as for a process, or if
 * the compiler adds calls.
 */
#include "passes/check/known_names.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define LIBC "a function of the C library, which BPF programs cannot call"
#define MACRO(header) "a macro or function of <bpf/" header ">", "#include <bpf/" header ">"

static const struct ld_known_name known[] = {
    {"printf fprintf vprintf puts putchar perror", LIBC, "use bpf_printk() of <bpf/bpf_helpers.h>"},
    {"sprintf snprintf vsnprintf", LIBC, "use BPF_SNPRINTF() of <bpf/bpf_helpers.h>"},
    {"memcpy memmove memset memcmp bcmp bzero", LIBC,
     "use the built-in function with a constant size, such as __builtin_memcpy(), or a loop"},
    {"strlen strcmp strncmp strcpy strncpy strcat strchr strstr strnlen", LIBC,
     "use bpf_strncmp(), bpf_probe_read_kernel_str() or a loop with a constant bound"},
    {"malloc calloc realloc free alloca", LIBC,
     "store the data in a map, such as a per-CPU array with one element"},
    {"abort exit _exit __assert_fail assert", LIBC, "return from the program instead"},
    {"time gettimeofday clock_gettime", LIBC, "use bpf_ktime_get_ns()"},
    {"rand random srand getrandom", LIBC, "use bpf_get_prandom_u32()"},
    {"getpid gettid", LIBC, "use bpf_get_current_pid_tgid()"},
    {"sleep usleep nanosleep", LIBC, "use bpf_timer_start()"},
    {"htons htonl ntohs ntohl", LIBC, "use bpf_htons() and similar macros of <bpf/bpf_endian.h>"},
    {"bpf_htons bpf_htonl bpf_ntohs bpf_ntohl bpf_cpu_to_be64 bpf_be64_to_cpu",
     MACRO("bpf_endian.h")},
    {"bpf_printk bpf_for bpf_for_each bpf_repeat bpf_tail_call_static bpf_ksym_exists "
     "bpf_stream_printk bpf_core_cast bpf_rdonly_cast BPF_SEQ_PRINTF BPF_SNPRINTF SEC __uint "
     "__type",
     MACRO("bpf_helpers.h")},
    {"bpf_core_* BPF_CORE_* BPF_PROBE_READ*", MACRO("bpf_core_read.h")},
    {"PT_REGS_* BPF_PROG BPF_PROG2 BPF_KPROBE BPF_KRETPROBE BPF_UPROBE BPF_KSYSCALL",
     MACRO("bpf_tracing.h")},
    {"__stack_chk_*", "a function of the compiler's stack protector",
     "compile with -fno-stack-protector"},
    {"__asan_* __ubsan_* __kasan_* __msan_* __tsan_* __kcsan_* __sanitizer_*",
     "a function of a sanitizer's run-time library", "compile without -fsanitize"},
    {"__gcov_* llvm_gcda_* llvm_gcov_* __llvm_profile_*",
     "a function of the run-time library for coverage and profiles",
     "compile without --coverage and -fprofile options"},
    {"mcount _mcount __fentry__ __cyg_profile_func_*", "a function of a profiler",
     "compile without -pg and -finstrument-functions"},
    {"__divdi3 __moddi3 __divsi3 __modsi3",
     "signed division, which older BPF CPUs have no instruction for",
     "compile with -mcpu=v4, or divide unsigned numbers"},
    {"__udivti3 __umodti3 __divti3 __modti3 __multi3 __ashlti3 __lshrti3 __ashrti3",
     "128-bit arithmetic, which BPF has no instructions for", "use 64-bit integers"},
    {"__adddf3 __addsf3 __subdf3 __subsf3 __muldf3 __mulsf3 __divdf3 __divsf3 __float* __fix* "
     "__extend* __trunc* __eqdf2 __nedf2 __ltdf2 __ledf2 __gtdf2 __gedf2 __unorddf2 __eqsf2 "
     "__nesf2 __ltsf2 __lesf2 __gtsf2 __gesf2",
     "floating-point arithmetic, which BPF does not support", "use integers"},
    {"__atomic_* __sync_*", "an atomic operation that this BPF CPU has no instruction for",
     "compile with -mcpu=v3 or later, or use bpf_spin_lock()"},
    {"__cxa_guard_*", "a function of the C++ library for static variables with constructors",
     "compile with -fno-threadsafe-statics, or make the variable constexpr"},
    {"__cxa_* _Unwind_* __gxx_personality_v0", "a function of the C++ library",
     "compile with -fno-exceptions -fno-rtti"},
    {"_Znw* _Zna* _Zdl* _Zda*", "a C++ operator new or delete, which requires a heap",
     "store the object in a map"},
};

/* Whether a list has the name. */
static bool lists(const char *names, const char *name)
{
	size_t len = strlen(name);

	while (*names) {
		size_t word = strcspn(names, " ");
		bool prefix = names[word - 1] == '*';

		if (prefix ? len >= word && !strncmp(names, name, word - 1)
			   : len == word && !strncmp(names, name, word))
			return true;
		names += word;
		names += strspn(names, " ");
	}
	return false;
}

const struct ld_known_name *ld_known_name(const char *name)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (lists(known[i].names, name))
			return &known[i];
	return NULL;
}
