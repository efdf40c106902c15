# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""large_program.py DIRECTORY: writes a program of 30 C files: 60 functions, 12 programs that call them in chains of
up to nine frames, and too much stack for two; static functions, maps and variables with equal names; functions
that nothing calls; weak copies; a kfunc. The same text every time."""
import os
import sys

HEAD = """#define SEC(n) __attribute__((section(n)))
#define NOINLINE __attribute__((noinline))
struct %(own)s_state { long calls; int last; };
struct flow_key { unsigned int saddr, daddr; unsigned short sport, dport; };
struct flow_value { long packets, bytes; };
static long (*bpf_map_update_elem)(void *, const void *, const void *, unsigned long) = (void *)2;
static long (*bpf_loop)(unsigned, void *, void *, unsigned long) = (void *)181;
"""
MAP = """struct {
	int (*type)[%d];
	int (*max_entries)[%d];
	struct flow_key *key;
	struct flow_value *value;
} %s SEC(".maps");
"""
LICENSE = 'char _license[] SEC("license") = "GPL";\n'
TYPES = ["xdp", "tc", "xdp", "cgroup_skb/ingress", "tc", "socket", "xdp", "tc", "sk_skb/stream_parser", "xdp",
         "cgroup_skb/egress", "tc"]
WORDS = ["parse_ethernet", "parse_ipv4_options", "lookup_connection", "update_flow_statistics", "apply_policy",
         "rewrite_destination", "account_packet", "emit_sample", "fragment", "hash_five_tuple"]


def function(i):
    """Function i of 60; it calls a few with higher numbers."""
    name = "%s_%d" % (WORDS[i % 10], i)
    size = 8 * (i % 7) + 8 if i % 9 else 96
    calls = [k for k in (2 * i + 3, 2 * i + 4, i + 11) if k < 60 and i < 24] or [k for k in (i + 9,) if k < 60]
    terms = " + ".join("%s_%d(x + %d)" % (WORDS[k % 10], k, k) for k in calls)
    return name, calls, """NOINLINE int %s(int x)
{
	volatile char b[%d];
	b[x & 7] = x;
	return b[1] + step(x)%s;
}
""" % (name, size, " + " + terms if terms else "")


def source(n):
    own = "part%02d" % n
    text = HEAD % {"own": own} + LICENSE
    pair = [function(i) for i in (2 * n, 2 * n + 1)]
    for _, calls, _ in pair:
        text += "".join("int %s_%d(int x);\n" % (WORDS[k % 10], k) for k in calls)
    text += "static struct %s_state state;\nint %s_limit = %d;\n" % (own, own, n + 1)
    if n % 5 == 0:
        text += MAP % (1 if n % 10 else 9, 64 << n % 4, "flows" if n == 0 else "flows_%d" % n)
    text += """static NOINLINE int step(int x)
{
	state.calls++;
	return x > %s_limit ? (state.last = x) : x * %d;
}
""" % (own, n + 3)
    if n % 6 == 1:
        text += "int unused_%d(int x)\n{\n\treturn step(x) * 3;\n}\n" % n
    if n % 4 == 2:
        text += "__attribute__((weak)) int shared_limit(void)\n{\n\treturn %d;\n}\n" % 17
    text += "".join(code for _, _, code in pair)
    if n < 12:
        text += program(n)
    return text


def program(n):
    first = "%s_%d" % (WORDS[n % 10], n)
    declare = "int %s(int x);\n" % first
    body = "\treturn %s(1);\n" % first
    if n in (3, 7):
        body = "\tvolatile char big[%d];\n\tbig[(long)ctx & 63] = 1;\n\treturn %s(big[2]);\n" % (352 + 16 * n, first)
    if n == 5:
        declare += "static NOINLINE long each(unsigned i, void *ctx)\n{\n\treturn step(i) > 7;\n}\n"
        body = "\tbpf_loop(3, each, 0, 0);\n" + body
    if n % 5 == 0:
        name = "flows" if n == 0 else "flows_%d" % n
        body = ("\tstruct flow_key k = {1, 2, 3, 4};\n\tstruct flow_value v = {1, 64};\n"
                "\tbpf_map_update_elem(&%s, &k, &v, 0);\n" % name) + body
    if n == 2:
        declare += "extern int bpf_dynptr_size(void *p) __attribute__((weak, section(\".ksyms\")));\n"
        body = "\tif (bpf_dynptr_size)\n\t\treturn bpf_dynptr_size(ctx);\n" + body
    return declare + 'SEC("%s") int handle_%s_%d(void *ctx)\n{\n%s}\n' % (
        TYPES[n], TYPES[n].split("/")[0], n, body)


for n in range(30):
    with open(os.path.join(sys.argv[1], "part%02d.c" % n), "w") as f:
        f.write(source(n))
