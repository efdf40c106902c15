/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "kernel/limits.h"

#include <stddef.h>
#include <string.h>

/* kernel/bpf/verifier.c and kernel/bpf/btf.c of these series. */
const struct ld_kernel ld_kernels[LD_NR_KERNELS] = {
    {.series = "6.1", .frames = 8},
    {.series = "6.12", .frames = 8},
    {.series = "6.18", .frames = 8},
    {.series = "7.2",
     .frames = 16,
     .features = LD_KERNEL_FRAMES_FROM_GLOBAL | LD_KERNEL_GLOBAL_VOID | LD_KERNEL_ARENA_TAGS},
};

/*
 * Private stacks go by a program's type, which loaders take from the section's name. These are the
 * types that get none in any kernel; a section of another name may be of one that does.
 */
static const char *const on_shared_stack[] = {"action",
					      "cgroup",
					      "cgroup_skb",
					      "classifier",
					      "flow_dissector",
					      "freplace",
					      "iter",
					      "lirc_mode2",
					      "lsm",
					      "lsm_cgroup",
					      "lwt_in",
					      "lwt_out",
					      "lwt_seg6local",
					      "lwt_xmit",
					      "netfilter",
					      "netkit",
					      "raw_tp.w",
					      "raw_tracepoint.w",
					      "sk_lookup",
					      "sk_msg",
					      "sk_reuseport",
					      "sk_skb",
					      "socket",
					      "sockops",
					      "syscall",
					      "tc",
					      "tcx",
					      "xdp"};

static const char *const contexts[] = {"__sk_buff",          "xdp_md",       "pt_regs",
				       "bpf_sock_addr",      "bpf_sock_ops", "bpf_sock",
				       "sk_msg_md",          "bpf_sysctl",   "bpf_sockopt",
				       "bpf_sk_lookup",      "bpf_nf_ctx",   "sk_reuseport_md",
				       "bpf_perf_event_data"};

const struct ld_kernel *ld_first_kernel_with(uint32_t feature)
{
	const struct ld_kernel *k = ld_kernels;

	while (!(k->features & feature))
		k++;
	return k;
}

bool ld_may_have_private_stack(const char *section)
{
	section += section[0] == '?';
	for (size_t i = 0; i < sizeof(on_shared_stack) / sizeof(on_shared_stack[0]); i++) {
		size_t len = strlen(on_shared_stack[i]);

		if (!strncmp(section, on_shared_stack[i], len) &&
		    (!section[len] || strchr("/.", section[len])))
			return false;
	}
	return true;
}

bool ld_is_context_struct(const char *name)
{
	for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++)
		if (!strcmp(name, contexts[i]))
			return true;
	return false;
}
