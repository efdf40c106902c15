/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "kernel/limits.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

const char *const ld_kernels[LD_NR_KERNELS] = {"6.1", "6.12", "6.18", "7.2"};

#define UNKNOWN UINT32_MAX

static const uint32_t values[][LD_NR_KERNELS] = {
#define RULE(id, diagnostic, v61, v612, v618, v72, meaning) {v61, v612, v618, v72},
#include "kernel/rules.def"
};

uint32_t ld_rule(enum ld_rule rule, int kernel)
{
	return values[rule][kernel];
}

uint32_t ld_kernels_below(enum ld_rule rule, uint32_t value)
{
	uint32_t kernels = 0;

	for (int i = 0; i < LD_NR_KERNELS; i++)
		kernels |= (uint32_t)(values[rule][i] < value) << i;
	return kernels;
}

uint32_t ld_kernels_with(enum ld_rule rule)
{
	uint32_t kernels = 0;

	for (int i = 0; i < LD_NR_KERNELS; i++)
		kernels |= (uint32_t)(values[rule][i] && values[rule][i] != UNKNOWN) << i;
	return kernels;
}

const char *ld_kernel_after(uint32_t kernels)
{
	int i = LD_NR_KERNELS - 1;

	while (i && !(kernels & 1u << (i - 1)))
		i--;
	return ld_kernels[i];
}

/* is_bpf_graph_api_kfunc() and kfunc_spin_allowed() of kernel/bpf/verifier.c, 7.2 lines 11796 and
 * 11824. */
enum ld_rule ld_locked_kfunc_rule(const char *kfunc)
{
	static const struct {
		const char *prefix;
		enum ld_rule rule;
	} rules[] = {
	    {"bpf_list_del", LD_RULE_LOCKED_PEEK},
	    {"bpf_list_front", LD_RULE_LOCKED_PEEK},
	    {"bpf_list_back", LD_RULE_LOCKED_PEEK},
	    {"bpf_list_is_", LD_RULE_LOCKED_PEEK},
	    {"bpf_list_empty", LD_RULE_LOCKED_PEEK},
	    {"bpf_rbtree_root", LD_RULE_LOCKED_PEEK},
	    {"bpf_rbtree_left", LD_RULE_LOCKED_PEEK},
	    {"bpf_rbtree_right", LD_RULE_LOCKED_PEEK},
	    {"bpf_list_", LD_RULE_LOCKED_GRAPH},
	    {"bpf_rbtree_", LD_RULE_LOCKED_GRAPH},
	    {"bpf_refcount_acquire", LD_RULE_LOCKED_GRAPH},
	    {"bpf_iter_num_", LD_RULE_LOCKED_ITERATOR},
	    {"bpf_res_spin_", LD_RULE_LOCKED_ITERATOR},
	    {"bpf_arena_", LD_RULE_LOCKED_ARENA},
	    {"bpf_stream_", LD_RULE_LOCKED_STREAM},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!strncmp(kfunc, rules[i].prefix, strlen(rules[i].prefix)))
			return rules[i].rule;
	return LD_RULE_LOCKED_KFUNC;
}

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

const char *ld_misspelt_license(const char *license)
{
	for (size_t i = 0; i < sizeof(gpl_compatible) / sizeof(gpl_compatible[0]); i++)
		if (!strcasecmp(license, gpl_compatible[i]))
			return gpl_compatible[i];
	/* "GPL-2.0", "GPLv2"; version 3 is not compatible. */
	return !strncasecmp(license, "GPL", 3) && !strchr(license, '3') ? "GPL" : NULL;
}

bool ld_is_gpl_compatible(const char *license)
{
	for (size_t i = 0; license && i < sizeof(gpl_compatible) / sizeof(gpl_compatible[0]); i++)
		if (!strcmp(license, gpl_compatible[i]))
			return true;
	return false;
}
