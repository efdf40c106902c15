# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which functions, programs and maps of which program go to which file, by name alone.

parts are files of their own; library are members of an archive. What is not named stays in the main
file, or, if it is small and static, in the header that all share.
"""

import dataclasses


@dataclasses.dataclass
class Recipe:
    name: str
    package: str   # Debian's source package, or package of sources
    source: str    # the file in it
    parts: dict    # part -> names
    library: dict  # member -> names
    flags: tuple = ()      # of the compiler; {root} is the package's folder
    expand: tuple = ()     # included files that are part of the program
    replace: tuple = ()    # (regular expression, replacement), to begin with
    strip: tuple = ()      # words that say how a function is inlined


PERF = ("-I{root}/tools/include/uapi",)
SELFTESTS = ("-I{root}/tools/include/uapi", "-I{root}/tools/testing/selftests/bpf",
             "-I{root}/tools/include")

RECIPES = [
    Recipe(
        "augmented_raw_syscalls", "linux-source-6.12",
        "tools/perf/util/bpf_skel/augmented_raw_syscalls.bpf.c",
        parts={
            "net": ["sys_enter_connect", "sys_enter_sendto"],
            "paths": ["sys_enter_open", "sys_enter_openat", "sys_enter_rename",
                      "sys_enter_renameat2"],
            "timers": ["sys_enter_clock_nanosleep", "sys_enter_nanosleep"],
        },
        library={
            "payload": ["augmented_args_payload", "augmented__output", "augmented__beauty_output",
                        "augmented_args_tmp"],
            "strings": ["augmented_arg__read_str"],
            "pids": ["getpid", "pid_filter__has", "pids_filtered"],
        },
        flags=PERF),
    Recipe(
        "kwork_trace", "linux-source-6.12", "tools/perf/util/bpf_skel/kwork_trace.bpf.c",
        parts={
            "irq": ["report_irq_handler_entry", "report_irq_handler_exit"],
            "softirq": ["report_softirq_entry", "report_softirq_exit", "latency_softirq_raise",
                        "latency_softirq_entry", "softirq_name_list"],
            "workqueue": ["report_workqueue_execute_start", "report_workqueue_execute_end",
                          "latency_workqueue_activate_work", "latency_workqueue_execute_start"],
        },
        library={
            "filter": ["local_strncmp", "trace_event_match", "perf_kwork_cpu_filter",
                       "perf_kwork_name_filter"],
            "update": ["do_update_time", "do_update_timestart", "do_update_timeend",
                       "do_update_name", "update_timestart", "update_timestart_and_name",
                       "update_timeend", "update_timeend_and_name"],
        },
        flags=PERF),
    Recipe(
        "sample_filter", "linux-source-6.12", "tools/perf/util/bpf_skel/sample_filter.bpf.c",
        parts={},
        library={"sample": ["perf_get_sample"]},
        flags=PERF),
    Recipe(
        "xdp_synproxy_kern", "linux-source-6.12",
        "tools/testing/selftests/bpf/progs/xdp_synproxy_kern.c",
        parts={"tc": ["syncookie_tc"], "xdp": ["syncookie_xdp"]},
        library={
            "csum": ["csum_fold", "csum_tcpudp_magic", "csum_ipv6_magic"],
            "tcpopt": ["next", "tscookie_tcpopt_parse", "tscookie_tcpopt_parse_batch",
                       "tcp_mkoptions"],
            "values": ["values", "values_get_tcpipopts", "values_inc_synacks", "allowed_ports",
                       "check_port_allowed"],
            "dissect": ["tcp_dissect", "tcp_lookup"],
        },
        flags=SELFTESTS),
    Recipe(
        "test_cls_redirect", "linux-source-6.12",
        "tools/testing/selftests/bpf/progs/test_cls_redirect.c",
        parts={"encap": ["accept_locally", "forward_with_gre", "forward_to_next_hop",
                         "skip_next_hops", "get_next_hop"],
               "icmp": ["process_icmpv4", "process_icmpv6"]},
        library={
            "packet": ["pkt_skip_ipv4_options", "ipv4_is_fragment",
                       "pkt_parse_icmp_l4_ports", "pkt_checksum_fold", "pkt_ipv4_checksum",
                       "pkt_skip_ipv6_extension_headers"],
            "classify": ["fill_tuple", "classify_tcp", "classify_udp", "classify_icmp"],
        },
        flags=SELFTESTS, strip=("INLINING",)),
    Recipe(
        "test_l4lb", "linux-source-6.12", "tools/testing/selftests/bpf/progs/test_l4lb.c",
        parts={"parse": ["parse_icmp", "parse_icmpv6", "parse_udp", "parse_tcp"]},
        library={"jhash": ["jhash", "__jhash_nwords", "jhash_2words"],
                 "rings": ["get_packet_hash", "get_packet_dst", "ch_rings", "reals"]},
        flags=SELFTESTS),
    Recipe(
        "strobemeta", "linux-source-6.12", "tools/testing/selftests/bpf/progs/strobemeta.c",
        parts={},
        library={"tls": ["calc_location"],
                 "read": ["read_int_var"]},
        flags=SELFTESTS, expand=("strobemeta.h",),
        replace=((r"(?m)^#ifdef SUBPROGS\n.*\n#else\n(.*)\n#endif", r"\1"),)),
    Recipe(
        "test_xdp_noinline", "linux-source-6.12",
        "tools/testing/selftests/bpf/progs/test_xdp_noinline.c",
        parts={"v6": ["balancer_ingress_v6", "process_l3_headers_v6", "encap_v6",
                      "send_icmp6_reply", "parse_icmpv6"],
               "v4": ["balancer_ingress_v4", "process_l3_headers_v4", "encap_v4",
                      "send_icmp_reply", "parse_icmp"]},
        library={"jhash": ["jhash", "__jhash_nwords", "jhash_2words"],
                 "parse": ["calc_offset", "parse_udp", "parse_tcp"],
                 "rings": ["get_packet_hash", "get_packet_dst", "connection_table_lookup",
                           "ch_rings", "reals", "lru_cache"]},
        flags=SELFTESTS),
    Recipe(
        "socket-bind", "systemd", "src/core/bpf/socket_bind/socket-bind.bpf.c",
        parts={"bind6": ["sd_bind6"]},
        library={"rules": ["bind_socket"],
                 "match": ["match_af", "match_protocol", "match_user_port", "match",
                           "match_rules"]},
        flags=("-I{root}/src/core/bpf/socket_bind", "-I{root}/src/shared"),
        # systemd gives the maps their size when it opens the object.
        replace=((r"__uint\(type, BPF_MAP_TYPE_ARRAY\);", r"\g<0> __uint(max_entries, 128);"),)),
]
