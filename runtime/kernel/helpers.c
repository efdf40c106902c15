/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "kernel/helpers.h"

#include <stddef.h>

#define GPL LD_HELPER_GPL
#define PTR LD_HELPER_PTR
#define KNOWN LD_HELPER_KNOWN
#define MEM(reg) (LD_HELPER_MEM << ((reg)-1))

/*
 * By number, as in <linux/bpf.h>. If program types or kernels differ, a row has what they have in
 * common. Helpers that access no memory, return a scalar and accept any license have no row.
 */
static const struct {
	const char *name;
	uint8_t flags;
} helpers[] = {
    [1] = {"map_lookup_elem", MEM(2) | PTR},
    [2] = {"map_update_elem", MEM(2) | MEM(3)},
    [3] = {"map_delete_elem", MEM(2)},
    [4] = {"probe_read", MEM(1) | GPL},
    [6] = {"trace_printk", MEM(1) | GPL},
    [8] = {"get_smp_processor_id", KNOWN},
    [9] = {"skb_store_bytes", MEM(3)},
    [16] = {"get_current_comm", MEM(1)},
    [20] = {"skb_get_tunnel_key", MEM(2)},
    [21] = {"skb_set_tunnel_key", MEM(2)},
    [22] = {"perf_event_read", GPL},
    [25] = {"perf_event_output", MEM(4) | GPL},
    [26] = {"skb_load_bytes", MEM(3)},
    [28] = {"csum_diff", MEM(1) | MEM(3)},
    [29] = {"skb_get_tunnel_opt", MEM(2)},
    [30] = {"skb_set_tunnel_opt", MEM(2)},
    [35] = {"get_current_task", GPL},
    [36] = {"probe_write_user", GPL},
    [45] = {"probe_read_str", MEM(1) | GPL},
    [49] = {"setsockopt", MEM(4)},
    [53] = {"sock_map_update", MEM(3)},
    [55] = {"perf_event_read_value", MEM(3) | GPL},
    [56] = {"perf_prog_read_value", MEM(2) | GPL},
    [57] = {"getsockopt", MEM(4)},
    [58] = {"override_return", GPL},
    [66] = {"skb_get_xfrm_state", MEM(3)},
    [67] = {"get_stack", MEM(2) | GPL},
    [68] = {"skb_load_bytes_relative", MEM(3)},
    [69] = {"fib_lookup", MEM(2) | GPL},
    [70] = {"sock_hash_update", MEM(3)},
    [71] = {"msg_redirect_hash", MEM(3)},
    [72] = {"sk_redirect_hash", MEM(3)},
    [73] = {"lwt_push_encap", MEM(3)},
    [74] = {"lwt_seg6_store_bytes", MEM(3)},
    [76] = {"lwt_seg6_action", MEM(3)},
    [77] = {"rc_repeat", GPL},
    [78] = {"rc_keydown", GPL},
    [81] = {"get_local_storage", PTR},
    [82] = {"sk_select_reuseport", MEM(3)},
    [84] = {"sk_lookup_tcp", MEM(2) | PTR},
    [85] = {"sk_lookup_udp", MEM(2) | PTR},
    [87] = {"map_push_elem", MEM(2)},
    [88] = {"map_pop_elem", MEM(2)},
    [89] = {"map_peek_elem", MEM(2)},
    [92] = {"rc_pointer_rel", GPL},
    [95] = {"sk_fullsock", PTR},
    [96] = {"tcp_sock", PTR},
    [98] = {"get_listener_sock", PTR},
    [99] = {"skc_lookup_tcp", MEM(2) | PTR},
    [100] = {"tcp_check_syncookie", MEM(2) | MEM(4) | GPL},
    [101] = {"sysctl_get_name", MEM(2)},
    [102] = {"sysctl_get_current_value", MEM(2)},
    [103] = {"sysctl_get_new_value", MEM(2)},
    [104] = {"sysctl_set_new_value", MEM(2)},
    [105] = {"strtol", MEM(1) | MEM(4)},
    [106] = {"strtoul", MEM(1) | MEM(4)},
    [107] = {"sk_storage_get", MEM(3) | PTR},
    [110] = {"tcp_gen_syncookie", MEM(2) | MEM(4) | GPL},
    [111] = {"skb_output", MEM(4) | GPL},
    [112] = {"probe_read_user", MEM(1) | GPL},
    [113] = {"probe_read_kernel", MEM(1) | GPL},
    [114] = {"probe_read_user_str", MEM(1) | GPL},
    [115] = {"probe_read_kernel_str", MEM(1) | GPL},
    [119] = {"read_branch_records", MEM(2) | GPL},
    [120] = {"get_ns_current_pid_tgid", MEM(3)},
    [121] = {"xdp_output", MEM(4) | GPL},
    [126] = {"seq_printf", MEM(2) | MEM(4) | GPL},
    [127] = {"seq_write", MEM(2) | GPL},
    [130] = {"ringbuf_output", MEM(2)},
    [131] = {"ringbuf_reserve", PTR},
    [136] = {"skc_to_tcp6_sock", PTR},
    [137] = {"skc_to_tcp_sock", PTR},
    [138] = {"skc_to_tcp_timewait_sock", PTR},
    [139] = {"skc_to_tcp_request_sock", PTR},
    [140] = {"skc_to_udp6_sock", PTR},
    [141] = {"get_task_stack", MEM(2)},
    [142] = {"load_hdr_opt", MEM(2)},
    [143] = {"store_hdr_opt", MEM(2)},
    [145] = {"inode_storage_get", MEM(3) | PTR},
    [147] = {"d_path", MEM(2)},
    [148] = {"copy_from_user", MEM(1)},
    [149] = {"snprintf_btf", MEM(1) | MEM(3)},
    [150] = {"seq_printf_btf", MEM(2) | GPL},
    [152] = {"redirect_neigh", MEM(2)},
    [153] = {"per_cpu_ptr", PTR},
    [154] = {"this_cpu_ptr", PTR},
    [156] = {"task_storage_get", MEM(3) | PTR},
    [158] = {"get_current_task_btf", GPL | PTR},
    [161] = {"ima_inode_hash", MEM(2)},
    [162] = {"sock_from_file", PTR},
    [163] = {"check_mtu", MEM(3) | GPL},
    [165] = {"snprintf", MEM(1) | MEM(4) | GPL},
    [166] = {"sys_bpf", MEM(2)},
    [167] = {"btf_find_by_name_kind", MEM(1)},
    [169] = {"timer_init", GPL},
    [170] = {"timer_set_callback", GPL},
    [171] = {"timer_start", GPL},
    [172] = {"timer_cancel", GPL},
    [175] = {"task_pt_regs", GPL | PTR},
    [176] = {"get_branch_snapshot", MEM(1) | GPL},
    [177] = {"trace_vprintk", MEM(1) | MEM(3) | GPL},
    [178] = {"skc_to_unix_sock", PTR},
    [179] = {"kallsyms_lookup_name", MEM(1) | MEM(4)},
    [182] = {"strncmp", MEM(1)},
    [183] = {"get_func_arg", MEM(3)},
    [184] = {"get_func_ret", MEM(2)},
    [189] = {"xdp_load_bytes", MEM(3)},
    [190] = {"xdp_store_bytes", MEM(3)},
    [191] = {"copy_from_user_task", MEM(1) | GPL},
    [193] = {"ima_file_hash", MEM(2)},
    [194] = {"kptr_xchg", PTR},
    [195] = {"map_lookup_percpu_elem", MEM(2) | PTR},
    [196] = {"skc_to_mptcp_sock", PTR},
    [197] = {"dynptr_from_mem", MEM(1) | MEM(4)},
    [198] = {"ringbuf_reserve_dynptr", MEM(4)},
    [199] = {"ringbuf_submit_dynptr", MEM(1)},
    [200] = {"ringbuf_discard_dynptr", MEM(1)},
    [201] = {"dynptr_read", MEM(1) | MEM(3)},
    [202] = {"dynptr_write", MEM(1) | MEM(3)},
    [203] = {"dynptr_data", MEM(1) | PTR},
    [204] = {"tcp_raw_gen_syncookie_ipv4", MEM(1) | MEM(2) | GPL},
    [205] = {"tcp_raw_gen_syncookie_ipv6", MEM(1) | MEM(2) | GPL},
    [206] = {"tcp_raw_check_syncookie_ipv4", MEM(1) | MEM(2) | GPL},
    [207] = {"tcp_raw_check_syncookie_ipv6", MEM(1) | MEM(2) | GPL},
    [210] = {"cgrp_storage_get", MEM(3) | PTR},
};

/* Callbacks: (index, ctx), (map, key, value, ctx), (task, vma, ctx), (data, ctx). */
static const struct ld_callback_helper callback_helpers[] = {
    {LD_HELPER_LOOP, 2, 3, 2},
    {LD_HELPER_FOR_EACH_MAP_ELEM, 2, 3, 4},
    {LD_HELPER_FIND_VMA, 3, 4, 3},
    {LD_HELPER_USER_RINGBUF_DRAIN, 2, 3, 2},
};

static size_t row(int32_t id)
{
	return id > 0 && (size_t)id < sizeof(helpers) / sizeof(helpers[0]) ? (size_t)id : 0;
}

unsigned int ld_helper_flags(int32_t id)
{
	/* A helper newer than this table may return a pointer. */
	if (id < 0 || id > LD_HELPER_LAST)
		return PTR;
	return helpers[row(id)].flags;
}

const char *ld_helper_name(int32_t id)
{
	return helpers[row(id)].name;
}

const struct ld_callback_helper *ld_callback_helper(int32_t id)
{
	for (size_t i = 0; i < sizeof(callback_helpers) / sizeof(callback_helpers[0]); i++)
		if (callback_helpers[i].id == id)
			return &callback_helpers[i];
	return NULL;
}
