#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs of several files, from the kernel's selftests, with and without link-time optimisation.

Both links drop what is not used (--gc-sections). With it no program has more instructions, and each
loads that loads without. Prints, for docs/lto.md, the instructions of the whole object and how many
of them the verifier processed, summed over the programs that load.
"""
import argparse
import os
import re
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "../../diff"))
sys.dont_write_bytecode = True

from bpfobj import SHF_EXECINSTR, Object
from selftests import SETS, Compiler, Corpus, Kernel

# The selftests' own linked sets, and programs for one purpose that fit into one object.
PROGRAMS = {name: files for name, files in SETS.items() if len(files) > 1}
PROGRAMS.update({
    "tcp_congestion": ["bpf_cubic", "bpf_dctcp"],
    "xdp": ["xdp_features", "xdp_hw_metadata"],
    "iterators": ["bpf_iter_task_btf", "bpf_iter_tcp4", "bpf_iter_udp4", "bpf_iter_unix"],
    "profilers": ["profiler1", "strobemeta_subprogs"],
    "flow": ["bpf_flow", "test_sk_lookup"],
    "cgroups": ["connect4_prog", "connect6_prog"],
})


class Bitcode(Corpus):
    """The same sources for -flto. (With -fembed-bitcode clang 19 forgets -mcpu for the machine code.)"""

    def flags(self, kernel, compiler, name, cpu, target):
        return super().flags(kernel, compiler, name, cpu, target) + ["-flto"]


def instructions(path):
    return sum(s.size // 8 for s in Object(path).sections if s.flags & SHF_EXECINSTR)


def verdicts(bpfrun, path):
    """Program -> instructions that the verifier processed, or None where it doesn't load."""
    said = subprocess.run([bpfrun, path, "--each", "--cost"], capture_output=True, text=True,
                          check=False, errors="replace").stdout
    found = {}
    for line in said.splitlines():
        m = re.match(r"(\S+) (?:ok \w+ (\d+)|fail \d+)$", line)
        if m and m.group(1) != "load":
            found[m.group(1)] = int(m.group(2)) if m.group(2) else None
    return found


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--ld", required=True)
    p.add_argument("--bpfrun", required=True)
    p.add_argument("--bpftool", required=True)
    p.add_argument("--kernel", required=True)
    p.add_argument("--clang", required=True)
    p.add_argument("--cache", required=True)
    p.add_argument("--flags", default="", help="more for both links")
    args = p.parse_args()
    kernel = Kernel(args.kernel, args.cache, args.bpftool)
    kernel.prepare()
    compiler = Compiler(args.clang)
    corpora = {"plain": Corpus(args.cache), "lto": Bitcode(args.cache)}
    failed = compared = 0
    print("| program | files | instructions | with LTO | programs that load | verifier processed | with LTO |")
    print("|---|---|---|---|---|---|---|")
    for name, files in PROGRAMS.items():
        outs = []
        for what, corpus in corpora.items():
            objects = [corpus.compile(kernel, compiler, f)[0] for f in files]
            if None in objects:
                break  # this compiler is too old for it
            out = "%s.%s.o" % (name, what)
            done = subprocess.run(
                [args.ld, "--verify", "--gc-sections", *args.flags.split(), *objects, "-o", out],
                capture_output=True, text=True, check=False)
            if done.returncode:
                print("%s: %s link failed\n%s" % (name, what, done.stderr))
                failed += what == "lto" or not outs
                break
            outs.append(out)
        if len(outs) < 2:
            continue
        plain, lto = (instructions(o) for o in outs)
        before, after = (verdicts(args.bpfrun, o) for o in outs)
        loads = [f for f in before if before[f] is not None]
        compared += 1
        print("| %s | %d | %d | %d | %d of %d | %d | %d |" % (
            name, len(files), plain, lto, len(loads), len(before), sum(before[f] for f in loads),
            sum(after.get(f) or 0 for f in loads)))
        if lto > plain:
            print("%s: has more instructions: %d, %d without" % (name, lto, plain))
            failed += 1
        for f in loads:
            if after.get(f) is None:
                print("%s: %s does not load any more" % (name, f))
                failed += 1
    print("%d programs compared, %d things wrong" % (compared, failed))
    return failed > 0 or compared < 10


sys.exit(main())
