/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "kernel/limits.h"

#include <stddef.h>
#include <string.h>

/* Frames: include/linux/bpf_verifier.h, lines 273, 350 and 409 of 6.1, 6.12 and 7.2. */
const struct ld_kernel ld_kernels[LD_NR_KERNELS] = {
    {.series = "6.1", .frames = 8},
    {.series = "6.12", .frames = 8},
    {.series = "6.18", .frames = 8},
    {.series = "7.2",
     .frames = 16,
     .features = LD_KERNEL_FRAMES_FROM_GLOBAL | LD_KERNEL_GLOBAL_VOID | LD_KERNEL_ARENA_TAGS},
};

/*
 * The section names of program types that get private stacks in no kernel: bpf_enable_priv_stack()
 * of kernel/bpf/verifier.c, 7.2 line 5078. Any other name may have a type that gets them.
 */
/* clang-format off */
static const char *const on_shared_stack[] = {
	"action", "cgroup", "cgroup_skb", "classifier", "flow_dissector", "freplace", "iter",
	"lirc_mode2", "lsm", "lsm_cgroup", "lwt_in", "lwt_out", "lwt_seg6local", "lwt_xmit",
	"netfilter", "netkit", "raw_tp.w", "raw_tracepoint.w", "sk_lookup", "sk_msg",
	"sk_reuseport", "sk_skb", "socket", "sockops", "syscall", "tc", "tcx", "xdp",
};
/* clang-format on */

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

/* license_is_gpl_compatible() of include/linux/license.h */
static const char *const gpl_compatible[] = {
    "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};

bool ld_is_gpl_compatible(const char *license)
{
	for (size_t i = 0; i < sizeof(gpl_compatible) / sizeof(gpl_compatible[0]); i++)
		if (!strcmp(license, gpl_compatible[i]))
			return true;
	return false;
}
