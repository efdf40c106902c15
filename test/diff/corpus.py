#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Links the kernel's BPF selftests with ld.bpf and with `bpftool gen object`, and compares.

Each program is linked alone; the multi-object sets of the selftests' Makefile in both orders, with
compilers mixed and big-endian; and pairs chosen at random with a fixed seed. For each link:

  link       exit status 0 wherever bpftool's is
  inputs     functions, data, maps, records are those of the inputs (see compare.py)
  peer       and those of bpftool's output
  types      the same C definitions, less what nothing refers to
  size       never more types or more bytes of BTF
  self       BTF agrees with the symbol table
  relink     the output linked alone again is the same bytes
  load       each program loads wherever it loads in bpftool's output or unlinked
  tag        with the same tag as unlinked
  final      a final link works where nothing is undefined, and loads where the other does
  warn       it warns of no program's calls, stack, license or types that the kernel then takes

With --gc, instead, what --gc-sections and --icf=all make of them:

  gc, icf    links wherever it links without; BTF agrees with the symbol table; no more code; each
  gc+icf     program that loads without loads with, with the same tag where nothing was folded

Nothing that depends on the kernel or on bpftool is done twice: objects, bpftool's outputs and
load verdicts are kept by content under --cache.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import fcntl
import os
import random
import re
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # these files lie in the source tree

import compare
from bpfobj import SHF_EXECINSTR, STB_LOCAL, STB_WEAK, Object
from selftests import SETS, Compiler, Corpus, Kernel, clangs, file_bytes, run, sha, write_atomic

CHECKS = ("link", "inputs", "peer", "types", "size", "self", "relink", "load", "tag", "final",
          "warn", "gc", "icf", "gc+icf")
DROPPING = {"gc": ["--gc-sections"], "icf": ["--icf=all", "--print-icf-sections"]}
DROPPING["gc+icf"] = DROPPING["gc"] + DROPPING["icf"]

# Warnings of what the verifier refuses.
FORETOLD = {"call-depth", "call-stack", "call-stack-tail-call", "global-function-type",
            "missing-license", "program-called", "recursion"}

# For the short run: each stands for a shape of object. Everything else comes with --full.
CHOSEN = """
arena_list atomics bpf_cubic bpf_dctcp bpf_flow bpf_iter_task_btf bpf_iter_test_kern1 bpf_loop
btf__core_reloc_arrays btf__core_reloc_enum64val btf__core_reloc_nesting
btf_dump_test_case_packing btf_type_tag_user cgrp_kfunc_success connect4_prog core_kern
cpumask_success dynptr_success exceptions exceptions_ext fexit_bpf2bpf for_each_array_map_elem
freplace_global_func get_cgroup_id_kern iters kfunc_call_test kprobe_multi linked_list
local_storage lsm map_kptr map_ptr_kern metadata_used netif_receive_skb perfbuf_bench profiler1
pyperf_subprogs rbtree recursion sockmap_parse_prog strobemeta_subprogs struct_ops_module
syscall tailcall_bpf2bpf4 task_kfunc_success tcp_ca_update test_autoload test_btf_decl_tag
test_btf_map_in_map test_cls_redirect_subprogs test_core_extern test_core_reloc_type_id
test_global_data test_global_func1 test_global_map_resize test_ksyms_btf test_ksyms_weak
test_l4lb_noinline test_log_fixup test_map_in_map test_mmap test_pinning test_rdonly_maps
test_ringbuf test_send_signal_kern test_sk_lookup test_skeleton test_subprogs test_tc_tunnel
test_verif_scale1 test_xdp_noinline timer token_lsm tracing_struct type_cast uninit_stack
verifier_and verifier_bswap verifier_subprog_precision xdp_dummy xdping_kern
""".split()


@dataclasses.dataclass
class Job:
    """One link."""
    name: str
    inputs: list
    identity: bool = False
    big: bool = False


@dataclasses.dataclass
class Result:
    name: str
    status: dict  # check -> "ok", "fail", or why it was put aside
    reasons: list
    repro: str


class Tools:
    """The programs used, with what they said kept by content."""

    def __init__(self, args):
        self.ld, self.bpftool, self.bpfrun = args.ld, args.bpftool, args.bpfrun
        self.cache = args.cache
        self.loads = args.loads
        self.gc = args.gc
        self.peer_id = run([self.bpftool, "version"]).stdout
        self.kernel_id = os.uname().release + os.uname().version
        self.bpfrun_id = sha(file_bytes(self.bpfrun)) if self.bpfrun else ""

    def peer_link(self, inputs):
        """bpftool's output, or None and what it said."""
        key = sha(self.peer_id, *[sha(file_bytes(i)) for i in inputs])
        base = os.path.join(self.cache, "peer", key[:2], key)
        if os.path.exists(base + ".o"):
            return base + ".o", ""
        if not os.path.exists(base + ".err"):
            out = f"{base}.{os.getpid()}.tmp"
            os.makedirs(os.path.dirname(base), exist_ok=True)
            res = run([self.bpftool, "gen", "object", out] + inputs)
            if res.returncode == 0:
                os.replace(out, base + ".o")
                return base + ".o", ""
            if os.path.exists(out):
                os.remove(out)
            write_atomic(base + ".err", f"{res.returncode}: {res.stderr}")
        return None, file_bytes(base + ".err").decode()

    def our_link(self, out, inputs, final=False, options=()):
        if self.ld == "bpftool":  # to try this script on the peer itself
            return run([self.bpftool, "gen", "object", out] + inputs)
        mode = [] if final else ["-r", "-S"]
        return run([self.ld, *mode, *options, "--verify", "-o", out] + inputs)

    def verdicts(self, path, fresh=False):
        """{program: "ok TAG" or "fail ERRNO"}; None where the loader itself gave up."""
        key = sha(self.kernel_id, self.bpfrun_id, file_bytes(path))
        kept = os.path.join(self.cache, "load", key[:2], key)
        if fresh or not os.path.exists(kept):
            try:
                res = run([self.bpfrun, path, "--each"], timeout=100)
                text = f"exit {res.returncode}\n{res.stdout}"
            except subprocess.TimeoutExpired:
                text = "exit timeout\n"
            write_atomic(kept, text)
        lines = file_bytes(kept).decode().splitlines()
        if lines[0] == "exit timeout":
            return None
        out = {"": lines[0]}
        if lines[1:] and "without BTF" in lines[1]:
            out[""] = "BTF refused"
        for line in lines[2:]:
            name, verdict = line.split(" ", 1)
            out[name] = verdict
        return out

    def types_c(self, path):
        key = sha(self.peer_id, file_bytes(path))
        kept = os.path.join(self.cache, "types", key[:2], key)
        if not os.path.exists(kept):
            write_atomic(kept, compare.dump_c(self.bpftool, path) or "")
        return file_bytes(kept).decode()


class Check:
    """All checks of one link."""

    def __init__(self, tools, job):
        self.tools, self.job = tools, job
        self.status, self.reasons = {}, []
        self.dir = os.path.join(tools.cache, "out", job.name)
        self.out = os.path.join(self.dir, "out.o")

    def fail(self, check, reason):
        self.status[check] = "fail"
        self.reasons.append(f"{check}: {reason}")

    def note(self, check, found):
        """found: reasons of failure, maybe none."""
        self.status.setdefault(check, "ok")
        for reason in found:
            self.fail(check, reason)

    def run(self):
        os.makedirs(self.dir, exist_ok=True)
        try:
            self.link()
        except subprocess.TimeoutExpired as e:
            self.fail("link", f"time out: {' '.join(e.cmd)[:200]}")
        except Exception as e:  # a broken output must not end the whole run
            self.fail("self", f"can't read the output: {type(e).__name__}: {e}")
        if not self.reasons:
            shutil.rmtree(self.dir)
        repro = f"ld.bpf -r -S --verify -o OUT {' '.join(self.job.inputs)}"
        return Result(self.job.name, self.status, self.reasons, repro)

    def link(self):
        peer, said = self.tools.peer_link(self.job.inputs)
        res = self.tools.our_link(self.out, self.job.inputs)
        if res.returncode:
            last = " | ".join(res.stderr.strip().splitlines()[:4])
            if res.returncode not in (0, 1):
                self.fail("link", f"exit status {res.returncode}: {last}")
            elif peer:
                self.fail("link", last)
            else:
                self.status["link"] = "refused by both"
            return
        self.status["link"] = "ok" if peer else "bpftool refuses"
        ours = Object(self.out)
        inputs = [Object(i) for i in self.job.inputs]
        self.contents(ours, inputs, peer)
        self.relink()
        if self.tools.loads and not self.job.big:
            self.loads(inputs, peer)
        self.final(ours)

    def contents(self, ours, inputs, peer):
        canon = compare.Canon(ours)
        self.note("inputs", [f"{c}: {r}" for c, r in
                             compare.compare(canon, compare.of_inputs(inputs))])
        self.note("self", [f"{c}: {r}" for c, r in compare.check_self(ours)])
        if peer:
            ref = Object(peer)
            self.peer_contents(canon, ref)
            if ours.btf and ref.btf:
                self.note("types", [r for _, r in compare.compare_types(
                    self.tools.types_c(self.out), self.tools.types_c(peer), ours, ref)])
                self.note("size", [r for _, r in compare.compare_size(ours, ref)])

    def peer_contents(self, canon, ref):
        found = [f"{c}: {r}" for c, r in compare.compare(canon, compare.Canon(ref))]
        if found and self.status["inputs"] == "ok":
            # Ours is what the inputs say: then the peer's is not. Only for a known reason.
            cause = peer_defect(canon, ref)
            if cause:
                self.status["peer"] = cause
                return
        self.note("peer", found)

    def relink(self):
        again = os.path.join(self.dir, "again.o")
        res = self.tools.our_link(again, [self.out])
        if res.returncode:
            self.fail("relink", res.stderr.strip()[:300])
        else:
            self.note("relink", [] if file_bytes(again) == file_bytes(self.out)
                      else ["other bytes"])

    # ---- loading ----

    def loads(self, inputs, peer):
        ours = self.tools.verdicts(self.out)
        refs = [("unlinked", self.tools.verdicts(i)) for i in self.job.inputs]
        if peer:
            refs.append(("bpftool's", self.tools.verdicts(peer)))
        if ours is None or any(v is None for _, v in refs):
            self.status["load"] = "a load takes longer than the time allowed"
            return
        if len(inputs) > 1 and not all(has_ok(v) for w, v in refs if w == "unlinked"):
            # Maps and BTF are made for the whole object: one input whose maps or BTF this kernel
            # refuses keeps the others' programs from loading too, whoever links them.
            refs = [r for r in refs if r[0] != "unlinked"]
        worse = self.worse(ours, refs)
        if worse:  # a kernel short of memory says no at random: once more, both
            ours = self.tools.verdicts(self.out, fresh=True)
            worse = self.worse(ours, refs) if ours else ["time out"]
        self.note("load", worse)
        if not worse:
            self.tags(inputs, ours, [self.tools.verdicts(i) for i in self.job.inputs])

    @staticmethod
    def worse(ours, refs):
        found = []
        for who, theirs in refs:
            for prog, verdict in theirs.items():
                if prog and verdict.startswith("ok") and \
                        not ours.get(prog, "").startswith("ok"):
                    found.append(f"{prog} is {ours.get(prog, 'not there')}, {who} loads")
        if found and ours[""] != "exit 0":
            found.insert(0, f"bpfrun: {ours['']}")
        return found[:6]

    def tags(self, inputs, ours, refs):
        owners = compare.owners_of(inputs)
        for i, (obj, theirs) in enumerate(zip(inputs, refs)):
            if obj.type_id_local():
                self.status.setdefault("tag", "an instruction holds a local type id")
                continue
            if len(inputs) > 1 and any(s.name in owners and
                                       (not obj.defined(s) or owners[s.name][0] != i)
                                       for s in obj.symbols if s.bind != STB_LOCAL):
                continue  # the link rightly changes what this input's programs call or read
            self.note("tag", [f"{p}: {ours[p]}, unlinked {v}" for p, v in theirs.items()
                              if p and v.startswith("ok") and
                              ours.get(p, "").startswith("ok") and ours[p] != v][:4])

    # ---- the final link ----

    def final(self, ours):
        if ours.strong_undefined():
            self.status["final"] = "something is undefined"
            return
        out = os.path.join(self.dir, "final.o")
        res = self.tools.our_link(out, self.job.inputs, final=True)
        if res.returncode:
            self.fail("final", " | ".join(res.stderr.strip().splitlines()[:4]))
            return
        found = [f"{c}: {r}" for c, r in compare.check_self(Object(out))]
        if self.tools.loads and not self.job.big:
            a, b = self.tools.verdicts(self.out), self.tools.verdicts(out)
            if a and b:
                found += self.worse(b, [("drop-in output", a)])
            if b:
                self.note("warn", self.false_warnings(res.stderr, b))
        self.note("final", found)

    @staticmethod
    def false_warnings(said, verdicts):
        """Those of a program that loads; or, where no program is named, of an object whose
        programs all load."""
        loads = {p: v.startswith("ok") for p, v in verdicts.items() if p}
        found = []
        for text, name in re.findall(r"^\S+ warning: (.*) \[([\w-]+)\]$", said, re.M):
            program = re.match(r"program '([^']+)'", text)
            if name not in FORETOLD or verdicts[""] != "exit 0" or not loads:
                continue
            if loads.get(program.group(1)) if program and name != "program-called" \
                    else all(loads.values()):
                found.append(f"loads, in spite of: {text} [{name}]")
        return found


class DroppingCheck(Check):
    """--gc: what --gc-sections and --icf=all leave must be what is needed."""

    def link(self):
        for final in (False, True):
            plain = os.path.join(self.dir, "final.o" if final else "out.o")
            res = self.tools.our_link(plain, self.job.inputs, final)
            if res.returncode:
                self.status.setdefault("link", "refused without, too")
                return
            for check, options in DROPPING.items():
                self.dropping(check, options, plain, final)
            if Object(plain).strong_undefined():
                return

    def dropping(self, check, options, plain, final):
        out = f"{plain[:-2]}.{check}.o"
        res = self.tools.our_link(out, self.job.inputs, final, options)
        if res.returncode:
            self.fail(check, " | ".join(res.stderr.strip().splitlines()[:4]))
            return
        what, ours = "final: " if final else "drop-in: ", Object(out)
        found = [f"{c}: {r}" for c, r in compare.check_self(ours)]
        sizes = [sum(len(s.data) for s in o.sections if s.flags & SHF_EXECINSTR)
                 for o in (Object(plain), ours)]
        if sizes[0] < sizes[1]:
            found.append(f"{sizes[1]} bytes of code, without {sizes[0]}")
        if self.tools.loads and not self.job.big:
            found += self.same_programs(plain, out, ours, "removing identical" in res.stdout)
        self.note(check, [what + f for f in found])

    def same_programs(self, plain, out, ours, folded):
        a, b = self.tools.verdicts(plain), self.tools.verdicts(out)
        if a is None or b is None:
            return []
        worse = self.worse(b, [("without", a)])
        if worse:  # a kernel short of memory says no at random: once more
            b = self.tools.verdicts(out, fresh=True)
            worse = self.worse(b, [("without", a)]) if b else ["time out"]
        if worse or folded or ours.type_id_local():
            return worse
        return [f"{p}: {b[p]}, without {v}" for p, v in a.items()
                if p and v.startswith("ok") and b[p] != v][:4]


def has_ok(verdicts):
    if verdicts[""] != "exit 0":
        return False
    return any(v.startswith("ok") for p, v in verdicts.items() if p) or len(verdicts) == 1


def peer_defect(ours, ref):
    """Why bpftool's output differs from the inputs it was made of, where the cause is known."""
    theirs = compare.Canon(ref)
    if any(c == "datasec" for c, _ in compare.check_self(ref)):
        return "bpftool's BTF disagrees with its symbols"
    if compare.of_inputs([ref]).dead > 0 and not (ours.functions - theirs.functions):
        return "bpftool keeps the body of a function that lost"
    return None


_tools = None


def start_worker(args):
    global _tools
    _tools = Tools(args)


def check_job(job):
    return (DroppingCheck if _tools.gc else Check)(_tools, job).run()


# ---- what is linked ----

class Plan:
    def __init__(self, args, corpus, kernels, compilers, gcc, pool):
        self.gcc = gcc
        self.args, self.corpus, self.pool = args, corpus, pool
        self.kernels, self.compilers = kernels, compilers
        self.objects = {}
        self.uncompiled = collections.Counter()

    def compile(self, kernel, compiler, names, cpu="v3", target="bpf"):
        """{name: object}; what this compiler or kernel does not take is counted and left out."""
        jobs = {n: self.pool.submit(compile_job, self.corpus, kernel, compiler, n, cpu, target)
                for n in names}
        out = {}
        for name, job in jobs.items():
            path, error = job.result()
            if path:
                out[name] = path
            else:
                self.uncompiled[f"linux {kernel.version}, {compiler.name} {cpu} {target}"] += 1
        return out

    def jobs(self):
        full = self.args.full
        newest = self.compilers[-1]
        jobs = []
        for kernel in self.kernels if full else self.kernels[-1:]:
            names = kernel.programs()
            for compiler in self.compilers if full else [newest, self.compilers[0]]:
                for cpu in self.args.cpu if compiler is newest else ["v3"]:
                    if "programs" not in self.args.parts:
                        continue
                    few = CHOSEN if compiler is newest else CHOSEN[:1]
                    wanted = [n for n in names if full or n in few]
                    objs = self.compile(kernel, compiler, wanted, cpu)
                    label = f"{kernel.version}/{compiler.name}-{cpu}"
                    jobs += [Job(f"{label}/{n}", [o], identity=True) for n, o in objs.items()]
                    if cpu == "v3" and compiler is newest:
                        jobs += self.pairs(label, objs)
            if "sets" in self.args.parts:
                jobs += self.sets(kernel)
            if "gcc" in self.args.parts:
                jobs += self.gccs(kernel, newest)
            if "big" in self.args.parts:
                jobs += self.big(kernel, newest, names)
        return jobs

    def sets(self, kernel):
        jobs = []
        names = sorted({n for s in SETS.values() for n in s if n in kernel.programs()})
        by = {c.name: self.compile(kernel, c, names) for c in self.compilers}
        mixes = [[c] for c in by] + [list(by), list(reversed(by))]
        for mix in mixes:
            for name, members in SETS.items():
                picked = [by[mix[i % len(mix)]].get(m) for i, m in enumerate(members)]
                if not all(picked):
                    continue
                label = f"{kernel.version}/sets-{'+'.join(mix)}/{name}"
                jobs.append(Job(label, picked))
                if len(picked) > 1:
                    jobs.append(Job(label + "-reversed", picked[::-1]))
        return jobs

    def gccs(self, kernel, clang):
        """Objects of gcc, alone and with clang's. bpftool refuses most of gcc 12's: there the inputs
        are the reference."""
        if not self.gcc:
            return []
        few = CHOSEN[::4]
        names = [n for n in kernel.programs() if self.args.full or n in few]
        jobs = []
        for cpu in self.args.cpu:
            objs = self.compile(kernel, self.gcc, names, cpu)
            label = f"{kernel.version}/{self.gcc.name}-{cpu}"
            jobs += [Job(f"{label}/{n}", [o], identity=True) for n, o in objs.items()]
            jobs += self.pairs(label, objs, self.compile(kernel, clang, list(objs)))
        return jobs

    def big(self, kernel, compiler, names):
        """bpftool links no big-endian object on a little-endian host: the inputs are the
        reference."""
        members = {n for s in SETS.values() for n in s}
        wanted = [n for n in names if n in members or self.args.full]
        objs = self.compile(kernel, compiler, wanted, target="bpfeb")
        label = f"{kernel.version}/{compiler.name}-big"
        jobs = [Job(f"{label}/{n}", [o], identity=True, big=True) for n, o in objs.items()]
        for name, ms in SETS.items():
            if len(ms) > 1 and all(m in objs for m in ms):
                inputs = [objs[m] for m in ms]
                jobs.append(Job(f"{label}/set-{name}", inputs, big=True))
                jobs.append(Job(f"{label}/set-{name}-reversed", inputs[::-1], big=True))
        return jobs

    def pairs(self, label, objs, others=None):
        """Objects that have nothing to do with each other, but may stand in one file. The second
        comes from others."""
        others = others or objs
        rng = random.Random("pairs")
        names = sorted(objs)
        jobs, tries = [], 0
        facts, taken = {}, set()
        while len(jobs) < (300 if self.args.full else 20) and tries < 20000 and len(names) > 1:
            tries += 1
            a, b = rng.sample(names, 2)
            if b not in others or (a, b) in taken:
                continue
            taken.add((a, b))
            pair = [objs[a], others[b]]
            for path in pair:
                if path not in facts:
                    facts[path] = self.facts(path)
            (la, sa), (lb, sb) = facts[pair[0]], facts[pair[1]]
            if la == lb and not sa & sb:
                jobs.append(Job(f"{label}/pair-{a}+{b}", pair))
        return jobs

    @staticmethod
    def facts(path):
        obj = Object(path)
        lic = obj.by_name.get("license")
        names = {s.name for s in obj.symbols if s.bind != STB_LOCAL and obj.defined(s)
                 and not (lic and s.shndx == lic.index)}
        return lic.data if lic else None, names


def compile_job(corpus, kernel, compiler, name, cpu, target):
    return corpus.compile(kernel, compiler, name, cpu, target)


def can_load(args):
    """None, or why nothing can be loaded here."""
    if os.geteuid():
        return "not root"
    if not args.bpfrun:
        return "no --bpfrun"
    probe = os.path.join(args.cache, "probe.c")
    write_atomic(probe, '__attribute__((section("socket"), used)) int probe(void *c) '
                        '{ return 0; }\n')
    obj = probe[:-1] + "o"
    run([args.clang[-1], "-g", "-O2", "--target=bpf", "-c", probe, "-o", obj])
    res = run([args.bpfrun, obj])
    return None if res.returncode == 0 else "bpf(): " + res.stderr.strip()[-200:]


def report(results, plan, seconds, out):
    totals = collections.defaultdict(collections.Counter)
    for r in results:
        for check, status in r.status.items():
            totals[check][status] += 1
    print(f"\n{len(results)} links in {seconds:.0f} s", file=out)
    print(f"{'check':8} {'ok':>6} {'failed':>6}  put aside", file=out)
    for check in CHECKS:
        c = totals[check]
        aside = ", ".join(f"{n} {why}" for why, n in sorted(c.items())
                          if why not in ("ok", "fail"))
        print(f"{check:8} {c['ok']:6} {c['fail']:6}  {aside}", file=out)
    for what, n in sorted(plan.uncompiled.items()):
        print(f"{n} programs don't compile: {what}", file=out)
    failed = [r for r in results if r.reasons]
    for r in failed:
        print(f"\nFAIL {r.name}", file=out)
        for reason in r.reasons:
            print(f"  {reason[:900]}", file=out)
        print(f"  {r.repro}", file=out)
    print(f"\n{len(failed)} of {len(results)} links failed a check", file=out)
    return 1 if failed else 0


def parse_args():
    ap = argparse.ArgumentParser(
        formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__,
        epilog="Exit: 0 all well, 1 a check failed, 2 nothing could be compared.")
    ap.add_argument("--ld", default="ld.bpf",
                    help="the linker; `bpftool` compares the peer with itself")
    ap.add_argument("--bpftool", default=shutil.which("bpftool") or "/usr/sbin/bpftool")
    ap.add_argument("--bpfrun", help="test/kernel/bpfrun, built; without it nothing is loaded")
    ap.add_argument("--clang", action="append", help="a compiler; may be given several times, "
                    "oldest first (default: each clang-N from 14 on)")
    ap.add_argument("--gcc", default=shutil.which("bpf-gcc"), help="gcc for BPF; '' for none")
    ap.add_argument("--kernel", action="append", help="6.12, for example (default: as present)")
    ap.add_argument("--cache", default="diff-cache", help="folder for what is kept between runs")
    ap.add_argument("--full", action="store_true", help="every program, compiler and CPU version")
    ap.add_argument("--parts", default="programs,sets,gcc,big",
                    help="of these (default: all): programs (alone and in pairs), sets, gcc, big")
    ap.add_argument("--cpu", help="instruction sets for gcc and the newest clang, as v3,v4 "
                    "(default: v3; with --full v3,v2,v4)")
    ap.add_argument("--only", default="", help="links whose name contains this")
    ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument("--gc", action="store_true",
                    help="check --gc-sections and --icf=all instead")
    ap.add_argument("--no-load", action="store_true", help="compare only")
    ap.add_argument("--report", help="write the report to this file too")
    args = ap.parse_args()
    args.cache = os.path.abspath(args.cache)
    args.parts = args.parts.split(",")
    args.cpu = (args.cpu or ("v3,v2,v4" if args.full else "v3")).split(",")
    args.clang = args.clang or clangs()
    args.kernel = args.kernel or Kernel.versions()
    return args


def main():
    args = parse_args()
    start = time.time()
    for what, there in (("clang", args.clang), ("bpftool", os.path.exists(args.bpftool)),
                        ("linux-source-VERSION", args.kernel)):
        if not there:
            print(f"UNSUPPORTED: no {what}")
            return 2
    os.makedirs(args.cache, exist_ok=True)
    lock = open(os.path.join(args.cache, "lock"), "w")
    fcntl.flock(lock, fcntl.LOCK_EX)  # one run at a time; the next finds everything made
    why = "asked for" if args.no_load else can_load(args)
    args.loads = not why
    if why:
        print(f"UNSUPPORTED: no loads: {why}")
    kernels = [Kernel(v, args.cache, args.bpftool) for v in args.kernel]
    for k in kernels:
        k.prepare()
    compilers = [Compiler(c) for c in args.clang]
    with concurrent.futures.ProcessPoolExecutor(args.jobs, initializer=start_worker,
                                                initargs=(args,)) as pool:
        plan = Plan(args, Corpus(args.cache), kernels, compilers,
                    Compiler(args.gcc) if args.gcc else None, pool)
        jobs = [j for j in plan.jobs() if args.only in j.name]
        if not jobs:
            print("UNSUPPORTED: nothing compiles here")
            return 2
        results = []
        for result in pool.map(check_job, jobs, chunksize=4):
            results.append(result)
            if result.reasons or len(results) % 500 == 0:
                print(f"{len(results)} of {len(jobs)}:", result.name,
                      *(r[:300] for r in result.reasons), file=sys.stderr, flush=True)
    if args.report:
        with open(args.report, "w") as f:
            report(results, plan, time.time() - start, f)
    return report(results, plan, time.time() - start, sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
