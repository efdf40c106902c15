# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The benchmark's inputs: C made here, compiled with clang, kept in a folder for the next run."""
import concurrent.futures
import hashlib
import os
import platform
import random
import re
import subprocess

SYMBOLS_PER_FILE = 500
ONE_FUNCTIONS = 150
LTO_FUNCTIONS = 12

# What a program for this kernel includes. On x86, for the peers of `dwarf`, a plain read must do.
HEADER = """\
#include "vmlinux.h"
#ifdef __bpf__
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#define READ BPF_CORE_READ
#else
#define SEC(name) __attribute__((section(name), used))
#define __noinline __attribute__((noinline))
#define __weak __attribute__((weak))
#define __uint(name, val) int (*name)[val]
#define __type(name, val) typeof(val) *name
#define READ2(p, a) (p)->a
#define READ3(p, a, b) (p)->a->b
#define READ4(p, a, b, c) (p)->a->b->c
#define READ5(p, a, b, c, d) (p)->a->b->c->d
#define READ6(p, a, b, c, d, e) (p)->a->b->c->d->e
#define READ_N(p, a, b, c, d, e, name, ...) name
#define READ(...) READ_N(__VA_ARGS__, READ6, READ5, READ4, READ3, READ2)(__VA_ARGS__)
#endif
"""

# An object of a large program: structs, maps, statics and two programs of its own, reads of the
# kernel's structures, a call into the object before it, and a map that all of them share.
TYPES = """\
struct own_@ { int a; long b; struct task_struct *task; struct { __u32 x, y; } pos; struct own_@ *next; };
struct key_@ { __u32 pid; __u16 family, port; };
enum state_@ { STATE_@_IDLE, STATE_@_BUSY = 4 };
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, struct key_@);
	__type(value, struct own_@);
} map_@ SEC(".maps");
%(shared)s
static volatile int hits;
static volatile enum state_@ state = STATE_@_BUSY;
%(declare_step)s
static __noinline long read_sock(struct sock *sk)
{
	hits++;
	return READ(sk, __sk_common.skc_family) + READ(sk, sk_socket, file, f_inode, i_sb, s_dev) +
	       READ(sk, __sk_common.skc_net.net, ns.inum);
}
__noinline long step_@(struct task_struct *task)
{
	return READ(task, mm, owner, tgid) + READ(task, real_parent, pid) + %(call_step)s;
}
SEC("kprobe/tcp_sendmsg") long sendmsg_@(struct pt_regs *ctx)
{
	struct own_@ own = {.a = state};

	*(volatile int *)&own.a = 1;
	return read_sock((void *)ctx->di) + own.a + (long)&shared;
}
SEC("kprobe/do_exit") long exit_@(struct pt_regs *ctx)
{
	return step_@((void *)ctx->di) + (long)&map_@;
}
"""
SHARED = """\
%s struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} shared SEC(".maps");
"""
PREAMBLE = '#include "bench.h"\n\n'
OTHER_PREAMBLE = '#include "other.h"\n\n'
LICENSE = 'char _license[] __attribute__((section("license"), used)) = "GPL";\n'


def types_source(i):
    """Calls go down, so that the first so many files are a program, whatever the number."""
    text = TYPES % {
        "shared": SHARED % ("extern" if i else "") + ("" if i else LICENSE),
        "declare_step": "long step_%d(struct task_struct *task);" % (i - 1) if i else "",
        "call_step": "step_%d(task)" % (i - 1) if i else "0"}
    return PREAMBLE + text.replace("@", str(i))


def symbols_source(i):
    """Global functions; those of each odd file call those of the file before it."""
    out = [LICENSE] if not i else []
    for k in range(SYMBOLS_PER_FILE):
        if i % 2:
            out.append("int f%d_%d(int x);\n" % (i - 1, k))
        body = "f%d_%d(x) + %d" % (i - 1, k, k) if i % 2 else "x * %d" % (k + 3)
        out.append("__attribute__((noinline)) int f%d_%d(int x)\n{\n\treturn %s;\n}\n" % (i, k, body))
    return "".join(out)


def one_source():
    """A single big program: many functions, each with a struct, that read all over the kernel."""
    reads = ["sk, sk_socket, file, f_inode, i_sb, s_dev", "sk, __sk_common.skc_net.net, ns.inum",
             "sk, sk_dst_cache, dev, ifindex", "sk, sk_wmem_queued"]
    out = [PREAMBLE, LICENSE, SHARED % ""]
    for k in range(ONE_FUNCTIONS):
        out.append("""\
struct event_@ { __u64 when_@, value_@; struct task_struct *task_@; struct { int low, high; } range_@; };
static __noinline long part_@(struct event_@ *event, struct sock *sk, struct task_struct *task)
{
	return event->value_@ + READ(%s) + READ(task, mm, owner, tgid);
}
""".replace("@", str(k)) % reads[k % len(reads)])
    out.append('SEC("kprobe/tcp_sendmsg") long prog(struct pt_regs *ctx)\n{\n'
               "\tlong sum = (long)&shared;\n\n")
    for k in range(ONE_FUNCTIONS):
        out.append("\t{\n\t\tstruct event_@ event = {.when_@ = sum};\n\n"
                   "\t\tsum += part_@(&event, (void *)ctx->di, (void *)ctx->si);\n\t}\n"
                   .replace("@", str(k)))
    return "".join(out) + "\treturn sum;\n}\n"


def lto_sources(nr):
    """A program of nr files, whose functions read all over the kernel; and the same code as one file."""
    reads = ["sk, sk_socket, file, f_inode, i_sb, s_dev", "sk, sk_dst_cache, dev, ifindex", "sk, sk_wmem_queued"]
    groups = []
    for i in range(nr):
        names = ["%d_%d" % (i, k) for k in range(LTO_FUNCTIONS)]
        out = ["""\
struct event_@ { __u64 when, value; struct { int low, high; } range; };
static long part_@(struct event_@ *event, struct sock *sk, struct task_struct *task)
{
	for (int i = 0; i < 4; i++)
		event->value += READ(%s) >> i;
	return event->value > event->when ? READ(task, mm, owner, tgid) : event->value;
}
""".replace("@", name) % reads[k % len(reads)] for k, name in enumerate(names)]
        out.append("long group_%d(struct sock *sk, struct task_struct *task)\n{\n\tlong sum = 0;\n\n" % i)
        out += ["\t{\n\t\tstruct event_@ event = {.when = sum};\n\n\t\tsum += part_@(&event, sk, task);\n\t}\n"
                .replace("@", name) for name in names]
        groups.append("".join(out) + "\treturn sum;\n}\n")
    program = ('SEC("kprobe/tcp_sendmsg") long prog(struct pt_regs *ctx)\n{\n\treturn %s;\n}\n'
               % " + ".join("group_%d((void *)ctx->di, (void *)ctx->si)" % i for i in range(nr)))
    declared = "".join("long group_%d(struct sock *, struct task_struct *);\n" % i for i in range(nr))
    return ([PREAMBLE + group for group in groups] + [PREAMBLE + LICENSE + declared + program],
            PREAMBLE + LICENSE + "".join(groups) + program)


def pointers_of(header):
    """The pointers to structs that structs of a C header have: (struct, member)."""
    found = []
    for name, body in re.findall(r"(?m)^struct (\w+) \{\n((?:\t.*\n)*?)\}", header):
        found += [(name, member) for member in re.findall(r"(?m)^\tstruct \w+ \*(\w+);", body)]
    return found


def of_another_kernel(header):
    """A C header of which each seventh struct has one member more."""
    count = iter(range(1 << 30))
    return re.sub(r"(?m)^struct \w+ \{$",
                  lambda m: m.group(0) + ("" if next(count) % 7 else "\n\tint of_another_kernel;"), header)


def mixed_source(i, pointers):
    """A program that reads what no other one does, declares functions, and has a struct of its own."""
    rng = random.Random(i)
    picked = rng.sample(pointers, 12)
    reads = " + ".join("(long)a%d->%s" % (k, member) for k, (_, member) in enumerate(picked))
    params = ", ".join("struct %s *a%d" % (name, k) for k, (name, _) in enumerate(picked[:3]))
    more = "".join("\tstruct %s *a%d = (void *)ctx[%d];\n" % (picked[k][0], k, k) for k in range(3, 12))
    return """\
struct own_%d { %s; };
__noinline long read_%d(%s, struct own_%d *own, unsigned long *ctx)
{
%s
	return own->own%d + %s;
}
""" % (i, "; ".join("struct %s *p%d" % (name, k) for k, (name, _) in enumerate(picked[3:9])) +
       "; long own%d" % i, i, params, i, more, i, reads) + ("" if i else LICENSE)


class Maker:
    """Compiles into a folder that is named by what all objects depend on."""

    def __init__(self, cache, clang, bpftool):
        self.clang = clang
        version = subprocess.run([clang, "--version"], stdout=subprocess.PIPE, check=True).stdout
        vmlinux = subprocess.run([bpftool, "btf", "dump", "file", "/sys/kernel/btf/vmlinux",
                                  "format", "c"], stdout=subprocess.PIPE, check=True).stdout
        digest = hashlib.sha1(version + vmlinux + HEADER.encode()).hexdigest()[:12]
        self.dir = os.path.join(cache, digest)
        os.makedirs(self.dir, exist_ok=True)
        write(os.path.join(self.dir, "vmlinux.h"), vmlinux.decode())
        write(os.path.join(self.dir, "bench.h"), HEADER)
        self.vmlinux = vmlinux.decode()

    def _clang(self, target, source, out, *options):
        """In the folder, so that debug info does not depend on where it is."""
        subprocess.run([self.clang, "-target", target, "-g", "-O2", "-I.", "-w",
                        *options, source, "-o", out + ".new"], cwd=self.dir, check=True)
        os.rename(os.path.join(self.dir, out + ".new"), os.path.join(self.dir, out))

    def _precompiled(self, target, header):
        """The header takes most of the time to compile."""
        name = "%s-%s.pch" % (header[:-2], target)
        if not os.path.exists(os.path.join(self.dir, name)):
            self._clang(target, header, name, "-x", "c-header")
        return name

    def make_mixed(self, nr):
        """Programs that have little in common, of two kernels' types in turn."""
        pointers = pointers_of(self.vmlinux)
        write(os.path.join(self.dir, "vmlinux-other.h"), of_another_kernel(self.vmlinux))
        write(os.path.join(self.dir, "other.h"), HEADER.replace("vmlinux.h", "vmlinux-other.h"))
        sources = [mixed_source(i, pointers) for i in range(nr)]
        paths = [self.make("mixed-" + header[:-2], [preamble + text for text in sources[k::2]], header=header)
                 for k, (header, preamble) in enumerate((("bench.h", PREAMBLE), ("other.h", OTHER_PREAMBLE)))]
        return [paths[i % 2][i // 2] for i in range(nr)]

    def make(self, name, sources, target="bpf", header="bench.h", options=()):
        """The paths of these sources' objects; compiles those that were not compiled before."""
        folder = "%s-%s" % (name, target)
        os.makedirs(os.path.join(self.dir, folder), exist_ok=True)
        include = []
        if any(text.startswith((PREAMBLE, OTHER_PREAMBLE)) for text in sources):
            include = ["-include-pch", self._precompiled(target, header)]

        def compile_one(i):
            source, out = ("%s/%d.%s" % (folder, i, end) for end in "co")
            text = sources[i][len(PREAMBLE):] if include else sources[i]
            path = os.path.join(self.dir, source)
            if write(path, text) or not os.path.exists(os.path.join(self.dir, out)):
                self._clang(target, source, out, *include, *options, "-c")
            return os.path.join(self.dir, out)

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(compile_one, range(len(sources))))

    def make_demo(self, root):
        """The two files of examples/demo."""
        out = []
        for name in ("enter", "leave"):
            path = os.path.join(self.dir, name + ".o")
            subprocess.run([self.clang, "-target", "bpf", "-g", "-O2", "-c", name + ".c", "-o", path,
                            "-I/usr/include/%s-linux-gnu" % platform.machine()],
                           cwd=os.path.join(root, "examples", "demo"), check=True)
            out.append(path)
        return out


def write(path, text):
    """Whether the file was not there yet with that text."""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            if f.read() == text:
                return False
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return True
