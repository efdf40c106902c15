# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Chains of calls made at random, around the verifier's limits, over several files.

usage: chains.py COUNT SEED CLANG LD BPFRUN

Each program is linked and loaded: what the linker warns of must be what the verifier refuses; and
of a program that it takes, the report's stack of each function must be the verifier's.
"""
import collections
import json
import os
import random
import re
import sys

sys.dont_write_bytecode = True
from verdicts import agree, predicted, run, verdict

HEAD = """\
#include "bpf_test.h"
struct __sk_buff {
	__u32 len;
};
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} programs __weak SEC(".maps");
char _license[] SEC("license") = "GPL";
"""
FUNCTION = """\
%s(struct __sk_buff *ctx)
{
	char b[%d];

	__builtin_memset(b, 0, sizeof(b));
	asm volatile("" : : "r"(b) : "memory");
	%sreturn %s;
}
"""
NR_FILES = 3


def write_program(rng):
    """f0, the program, calls f1, and so on: a chain whose frames come to about 512 bytes, or to 8, or
    to 256 bytes above a tail call. Functions beside it, and short cuts, change nothing."""
    depth = rng.choice([2, 3, 4, 5, 7, 8, 8, 9])
    tail = depth < 8 and rng.random() < 0.3
    sum_near = rng.choice([240, 248, 256, 264, 272] if tail else [432, 448, 464, 480, 496, 504, 512, 520])
    if depth == 9:
        sum_near = 320  # one refusal is enough: the verifier tells of one only
    # The last one makes the tail call: what counts is above it.
    parts = depth - 1 if tail else depth
    sizes = [512]
    while max(sizes) > 448:  # clang takes no frame of 512
        cuts = sorted(rng.sample(range(8, sum_near, 8), parts - 1))
        sizes = [b - a for a, b in zip([0] + cuts, cuts + [sum_near])]
    sizes += [8] if tail else []
    calls = {i: [i + 1] if i + 1 < depth else [] for i in range(depth)}
    for i in range(depth - 2):
        if rng.random() < 0.3:
            calls[i].append(rng.randrange(i + 2, depth))
    for beside in range(rng.randint(0, 3)):
        sizes.append(8)
        calls[depth + beside] = []
        calls[rng.randrange(depth - 1)].append(depth + beside)
    texts = [HEAD + "".join("int f%d(struct __sk_buff *ctx);\n" % i for i in calls if i)
             for _ in range(NR_FILES)]
    for i, size in enumerate(sizes):
        name = "%sint f%d" % (rng.choice(["", "__hidden "]) + "noinline " if i else 'SEC("tc") ', i)
        jump = "bpf_tail_call(ctx, &programs, 0);\n\t" if tail and i == depth - 1 else ""
        total = " + ".join(["b[1] + ctx->len"] + ["f%d(ctx)" % c for c in calls[i]])
        texts[rng.randrange(NR_FILES)] += FUNCTION % (name, size, jump, total)
    for k, text in enumerate(texts):
        with open("c%d.c" % k, "w", encoding="utf-8") as f:
            f.write(text)


def link(clang, ld):
    include = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kernel", "Inputs")
    objects = []
    for k in range(NR_FILES):
        objects.append("c%d.o" % k)
        res = run([clang, "-target", "bpf", "-mcpu=v3", "-g", "-O2", "-I" + include, "-c",
                   "c%d.c" % k, "-o", objects[-1]])
        if res.returncode:
            sys.exit(res.stderr)
    res = run([ld, "--verify", "--report=out.json", *objects, "-o", "out.o"])
    if res.returncode:
        sys.exit(res.stderr)
    return predicted(res.stderr), res.stderr


def same_stack(bpfrun):
    """The verifier's bytes of each function are the report's."""
    depths = re.search(r"^f0 stack ([\d+]+)$", run([bpfrun, "out.o", "--stack"]).stdout, re.M)
    with open("out.json", encoding="utf-8") as f:
        functions = json.load(f)["functions"]
    ours = collections.Counter(f["stack"] for f in functions if f.get("reached"))
    theirs = collections.Counter(map(int, depths.group(1).split("+"))) if depths else None
    return "" if ours == theirs else "stack of functions: %s, the verifier's: %s" % (ours, theirs)


def main(count, seed, clang, ld, bpfrun):
    seen = collections.Counter()
    for n in range(int(count)):
        write_program(random.Random("%s %d" % (seed, n)))
        warned, messages = link(clang, ld)
        refused, other = verdict(bpfrun, "out.o")
        wrong = other or ("" if agree(warned, refused) else "warned of %s, refused for %s\n%s" % (
            sorted(warned), sorted(refused), messages))
        if not wrong and not refused:
            wrong = same_stack(bpfrun)
        if wrong:
            print("program %d of seed %s (%s): %s" % (n, seed, os.getcwd(), wrong))
            return 1
        seen.update(refused or {"taken"})
    print(", ".join("%s: %d" % item for item in sorted(seen.items())))
    # A run in which nothing was taken, or nothing refused, has shown nothing.
    return 0 if {"taken", "call-stack", "call-depth", "call-stack-tail-call"} <= set(seen) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
