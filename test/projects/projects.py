#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Real programs, linked as their users would, and measured; see docs/projects.md.

  split      programs of one file, split by recipes.py: one file against several and a library,
             plain, with --gc-sections --icf=all, and with --lto
  selftests  the kernel's selftests' Makefile with BPFTOOL=bpfld: what its skeletons hold loads as
             what bpftool links
  run        and test_progs, built either way, comes to the same results; then with split programs
"""

import argparse
import glob
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # these files lie in the source tree
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "diff"))

import measured
from recipes import RECIPES
from selftests import SELFTESTS, Compiler, file_bytes, run, write_atomic
from split import split

VARIANTS = {"one file, linked": ("single", []), "split": ("o", []), "split, gc": ("o", ["--gc-sections", "--icf=all"]),
            "split, LTO": ("bc.o", ["--lto"])}
TURNS = 11

# Tests that run or load a good part of what linkers get wrong, and leave the machine alone.
TESTS = """
linked_funcs linked_maps linked_vars static_linked subskeleton usdt skeleton core_extern
core_autosize core_reloc global_data global_data_init global_map_resize global_func l4lb_all
cls_redirect xdp_noinline xdp_synproxy sk_lookup tailcalls ksyms ksyms_btf map_in_map subprogs
bpf_cookie for_each ringbuf snprintf timer trace_printk exceptions linked_list rbtree verif_scale
bpf_tcp_ca struct_ops flow_dissector mmap pinning probe_user autoload dynptr iters cpumask arena
verifier
""".split()
# The object of a selftest, the recipe that splits it, and the tests that run it.
SPLIT_TESTS = {"test_cls_redirect": "cls_redirect", "test_l4lb": "l4lb_all",
               "test_xdp_noinline": "xdp_noinline", "strobemeta": "verif_scale_strobemeta"}


def must(argv, **kw):
    kw.setdefault("timeout", 3600)
    res = run([str(a) for a in argv], **kw)
    if res.returncode:
        sys.exit(f"projects.py: {' '.join(map(str, argv))[:300]}\n{res.stdout[-2000:]}{res.stderr[-2000:]}")
    return res.stdout


def verdicts(bpfrun, path, *options):
    """{program: what is said of it}, "" for the object as a whole."""
    try:
        res = run([bpfrun, path, "--each", "--cost", *options], timeout=300)
    except subprocess.TimeoutExpired:
        return {"": "time out"}
    lines = res.stdout.splitlines()
    out = {"": lines[0] if lines else f"exit {res.returncode}"}
    for line in lines[1:]:
        name, said = line.split(" ", 1)
        out[name] = said
    return out


def table(head, rows, left=1):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "|".join("---" if i < left else "--:" for i in range(len(head))) + "|"
    for row in rows:
        yield "| " + " | ".join(str(c) for c in row) + " |"


# ---- programs that are split ----

class Program:
    def __init__(self, args, recipe, compiler):
        self.args, self.recipe, self.compiler = args, recipe, compiler
        self.dir = os.path.join(args.work, "split", recipe.name)
        self.root = args.source[recipe.package]
        self.folder = os.path.dirname(os.path.join(self.root, recipe.source))
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def source(self):
        """The program, with the headers in it that are a part of it."""
        with open(os.path.join(self.root, self.recipe.source), encoding="utf-8") as f:
            text = f.read()
        for header in self.recipe.expand:
            with open(os.path.join(self.folder, header), encoding="utf-8") as f:
                text = text.replace(f'#include "{header}"\n', f.read())
        for pattern, new in self.recipe.replace:
            text, count = re.subn(pattern, new, text)
            if not count:
                sys.exit(f"projects.py: {self.recipe.name}: nothing is like {pattern}")
        return text

    def compile(self, source, out, *flags):
        must([self.compiler.path, "-g", "-O2", "--target=bpf", "-mcpu=v3", "-w",
              "-D__TARGET_ARCH_x86", "-D__x86_64__", *flags,
              *(f.format(root=self.root) for f in self.recipe.flags),
              "-I" + self.dir, "-I" + self.folder, "-I" + self.args.include,
              *self.compiler.system_includes, "-c", self.path(source), "-o", self.path(out)])

    def build(self):
        recipe, text = self.recipe, self.source()
        self.lines = text.count("\n")
        write_atomic(self.path("single.bpf.c"), text)
        self.compile("single.bpf.c", "single.o")
        must([self.args.strip, "-g", self.path("single.o")])
        files = split(text, recipe.name, {**recipe.parts, **recipe.library}, recipe.strip)
        for name, contents in files.items():
            write_atomic(self.path(name), contents)
        self.parts = ["main", *recipe.parts]
        for kind, flags in (("o", ()), ("bc.o", ("-fembed-bitcode",))):
            for part in [*self.parts, *recipe.library]:
                self.compile(f"{recipe.name}.{part}.bpf.c", f"{part}.{kind}", *flags)
            must([self.args.ar, "rcs", f"lib{recipe.name}.{kind}.a",
                  *(f"{m}.{kind}" for m in recipe.library)], cwd=self.dir)

    def link(self, variant):
        """Milliseconds."""
        kind, options = VARIANTS[variant]
        inputs = ["single.o"] if kind == "single" else [
            *(f"{p}.{kind}" for p in self.parts), f"-l:lib{self.recipe.name}.{kind}.a", "-L."]
        argv = [self.args.ld, "-S", *options, *inputs, "-o", self.out(variant)]
        must([*argv, "--verify"], cwd=self.dir)
        times = []
        for _ in range(TURNS):
            start = time.perf_counter()
            must(argv, cwd=self.dir)
            times.append(time.perf_counter() - start)
        return statistics.median(times) * 1000

    def out(self, variant):
        return re.sub(r"\W+", "-", variant) + ".out.o"

    def measure(self, name):
        found = verdicts(self.args.bpfrun, self.path(name), "--size")
        programs = [v.split() for p, v in found.items() if p]
        bad = [p for p, v in found.items() if p and not v.startswith("ok")]
        if bad or not programs:
            sys.exit(f"projects.py: {self.path(name)}: does not load: {found}")
        return [f"{os.path.getsize(self.path(name)):,}", f"{sum(int(p[3]) for p in programs):,}",
                f"{sum(int(p[2]) for p in programs):,}"], sorted(p for p in found if p)


def step_split(args):
    compiler = Compiler(args.clang)
    rows = []
    for recipe in RECIPES:
        if recipe.package not in args.source:
            print(f"not measured: {recipe.name}: no sources of {recipe.package}", file=sys.stderr)
            continue
        p = Program(args, recipe, compiler)
        p.build()
        before, programs = p.measure("single.o")
        many = f"{len(programs)} program" + "s" * (len(programs) > 1)
        rows.append([f"`{recipe.name}`, {p.lines} lines, {many}", "one file",
                     *before, ""])
        for variant in VARIANTS:
            ms = p.link(variant)
            after, now = p.measure(p.out(variant))
            if now != programs:
                sys.exit(f"projects.py: {recipe.name}, {variant}: other programs: {now}")
            files = f"{len(p.parts) + len(recipe.library)} files, {len(recipe.library)} of them in " \
                "a library" if variant == "split" else ""
            rows.append([files, variant, *after, f"{ms:.1f}"])
        print(f"{recipe.name} done", file=sys.stderr)
    return list(table(("program", "built as", "bytes", "instructions", "verified", "link, ms"),
                      rows, left=2))


# ---- the kernel's selftests ----

class Selftests:
    def __init__(self, args):
        self.args = args
        self.dir = os.path.join(args.source["linux-source-6.12"], SELFTESTS)
        self.tools = os.path.join(self.dir, "tools")
        self.theirs = os.path.join(self.tools, "sbin", "bpftool")

    def make(self, goals, bpftool=None):
        """What make said. goals that can't be made are left out (-k)."""
        clang = self.args.clang + " -Wno-error=incompatible-pointer-types-discards-qualifiers"
        extra = " ".join(os.path.join(self.dir, f) for f in (
            "urandom_read", "liburandom_read.so", "xdp_synproxy", "sign-file", "uprobe_multi"))
        argv = ["make", "-k", "-j", str(self.args.jobs), "CLANG=" + clang, "BPF_GCC=",
                "VMLINUX_H=" + os.path.join(self.args.include, "vmlinux.h"),
                "TRUNNER_EXTRA_FILES=" + extra, *goals]
        env = dict(os.environ)
        if bpftool:  # skeletons and BTF stay with the bpftool that the first run has built
            argv.append("BPFTOOL=" + bpftool)
            env["PATH"] = os.path.dirname(self.theirs) + ":" + env["PATH"]
        with open(os.path.join(self.args.work, "make.log"), "w", encoding="utf-8") as log:
            return subprocess.run(argv, cwd=self.dir, env=env, stdout=log, stderr=log,
                                  check=False).returncode

    def goals(self):
        """All skeletons but those of other runners than test_progs."""
        said = run(["make", "-pn", "CLANG=" + self.args.clang, "BPF_GCC=", "test_progs"],
                   cwd=self.dir, timeout=600).stdout
        found = re.findall(r"^(%s/[^/\s:]+\.l?skel\.h):" % re.escape(self.dir), said, re.M)
        return sorted(set(found))

    def skeletons(self, kinds="skel lskel subskel"):
        return [f for kind in kinds.split() for f in glob.glob(os.path.join(self.dir, f"*.{kind}.h"))]

    def put_aside(self, goals):
        """What this kernel's types don't compile with, and the tests of that."""
        aside = os.path.join(self.args.work, "aside")
        os.makedirs(aside, exist_ok=True)
        gone = [os.path.basename(g).split(".")[0] for g in goals if not os.path.exists(g)]
        for name in gone:
            source = os.path.join(self.dir, "progs", name + ".c")
            if os.path.exists(source):
                shutil.move(source, os.path.join(aside, name + ".c"))
        there = {os.path.basename(f) for f in self.skeletons()}
        for test in glob.glob(os.path.join(self.dir, "prog_tests", "*.c")):
            wanted = re.findall(r'#include "(\w+\.(?:l|sub)?skel\.h)"', file_bytes(test).decode())
            if set(wanted) - there:
                shutil.move(test, os.path.join(aside, "test." + os.path.basename(test)))
        header = os.path.join(self.dir, "prog_tests", "tests.h")
        if os.path.exists(header):
            os.remove(header)
        return [f for f in os.listdir(aside) if not f.startswith("test.")]

    def objects(self, name):
        """Takes the objects out of the skeletons, into a folder of that name."""
        folder = os.path.join(self.args.work, name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        for header in self.skeletons("skel"):
            text = file_bytes(header).decode()
            body = re.search(r'"\\\n((?:\\.*\n)+)', text).group(1).replace("\\\n", "")
            body = re.sub(r"\\0", r"\\x00", body[:body.rindex('"')])
            out = os.path.join(folder, os.path.basename(header)[:-len(".skel.h")] + ".o")
            write_atomic(out, bytes(int(x, 16) for x in re.findall(r"\\x([0-9a-f]{2})", body)))
        return folder

    def headers(self, name):
        """Keeps the skeletons themselves."""
        folder = os.path.join(self.args.work, name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        for f in self.skeletons():
            shutil.copy(f, folder)
        return folder

    def remove(self):
        for f in self.skeletons():
            os.remove(f)


def compare_folders(args, theirs, ours):
    names = sorted(os.listdir(theirs))
    if names != sorted(os.listdir(ours)):
        sys.exit("projects.py: other skeletons: " + str(set(names) ^ set(os.listdir(ours)))[:300])
    count = dict.fromkeys(("objects", "objects that load", "programs", "programs that load",
                           "programs with the same verdict", "of these, with the same cost",
                           "of these, with the same tag"), 0)
    other = []
    for name in names:
        a, b = (verdicts(args.bpfrun, os.path.join(d, name)) for d in (theirs, ours))
        count["objects"] += 1
        count["objects that load"] += a[""].startswith("load ok")
        if a[""] != b[""]:
            other.append(f"{name}: {a['']}, {b['']}")
        for prog in sorted(p for p in {*a, *b} if p):
            x, y = a.get(prog, "- not there").split(), b.get(prog, "- not there").split()
            count["programs"] += 1
            count["programs that load"] += x[0] == "ok"
            if x[0] != y[0] or (x[0] != "ok" and x != y):
                other.append(f"{name}: {prog}: {x}, {y}")
                continue
            count["programs with the same verdict"] += 1
            count["of these, with the same cost"] += x[0] == "ok" and x[2] == y[2]
            count["of these, with the same tag"] += x[0] == "ok" and x[1] == y[1]
    return count, other


def step_selftests(args):
    s = Selftests(args)
    goals = s.goals()
    s.remove()
    s.make(goals)
    gone = s.put_aside(goals)
    goals = [g for g in goals if os.path.exists(g)]
    if len(goals) < 500:
        sys.exit(f"projects.py: only {len(goals)} skeletons were made: see make.log in {args.work}")
    s.headers("headers.bpftool")
    theirs = s.objects("bpftool.objects")
    s.remove()
    if s.make(goals, args.bpfld):
        sys.exit(f"projects.py: with bpfld, make fails: see make.log in {args.work}")
    s.headers("headers.bpfld")
    ours = s.objects("bpfld.objects")
    count, other = compare_folders(args, theirs, ours)
    for line in other:
        print("differs:", line, file=sys.stderr)
    def size(folder):
        return sum(os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder))
    rows = [["skeletons (of these light: %d)" % len(s.skeletons("lskel")), len(goals)],
            ["programs that don't compile with this kernel's types", len(gone)],
            *([k, f"{v:,}"] for k, v in count.items()), ["programs or objects that differ", len(other)],
            ["bytes of all objects, linked by bpftool", f"{size(theirs):,}"],
            ["linked by bpfld", f"{size(ours):,}"]]
    return list(table(("selftests of Linux 6.12", "count"), rows))


def run_tests(s, tests, program="test_progs"):
    """{test or subtest: verdict}"""
    script = f"mount -t bpf bpf /sys/fs/bpf && ip link set lo up && exec ./{program} -t " + \
        ",".join(tests)
    res = run(["unshare", "-m", "-n", "--propagation", "private", "sh", "-c", script], cwd=s.dir,
              timeout=1800)
    found = {m.group(1): m.group(2) for m in re.finditer(
        r"^#[\d/]+\s+(.+):(OK|FAIL|SKIP)(?: .*)?$", res.stdout, re.M)}
    if not found:
        sys.exit(f"projects.py: test_progs: {(res.stdout + res.stderr)[-1000:]}")
    return found


def counts(found):
    return [sum(v == w for v in found.values()) for w in ("OK", "FAIL", "SKIP")]


def repeat(s, results):
    """Some tests race, with timers or duplicate addresses: what differs is tried again by both."""
    a, b = results["bpftool"], results["bpfld"]
    for _ in range(3):
        tests = sorted({t.split("/")[0] for t in {*a, *b} if a.get(t) != b.get(t)})
        if not tests:
            return
        print(f"again: {' '.join(tests)}", file=sys.stderr)
        for who, found in results.items():
            found.update(run_tests(s, tests, "test_progs." + who))


def step_run(args):
    s = Selftests(args)
    results = {}
    for who, bpftool in (("bpftool", None), ("bpfld", args.bpfld)):
        for f in glob.glob(os.path.join(args.work, "headers." + who, "*")):
            shutil.copy(f, s.dir)
            os.utime(os.path.join(s.dir, os.path.basename(f)))
        if s.make(["test_progs"], bpftool):
            sys.exit(f"projects.py: test_progs: see make.log in {args.work}")
        shutil.copy(os.path.join(s.dir, "test_progs"), os.path.join(s.dir, "test_progs." + who))
    for who in ("bpftool", "bpfld"):
        results[who] = run_tests(s, TESTS, "test_progs." + who)
    repeat(s, results)
    rows = [[f"test_progs with {who}'s skeletons", *counts(found)] for who, found in results.items()]
    a, b = results["bpftool"], results["bpfld"]
    for test in sorted({*a, *b}):
        if a.get(test) != b.get(test):
            print(f"differs: {test}: {a.get(test)}, {b.get(test)}", file=sys.stderr)
    rows.append(["of these, other results", sum(a.get(t) != b.get(t) for t in {*a, *b}), "", ""])
    for name in SPLIT_TESTS:
        made = os.path.join(args.work, "split", name, "split.out.o")
        if not os.path.exists(made):
            sys.exit("projects.py: run: the step split comes first")
        shutil.copyfile(made, os.path.join(s.dir, name + ".bpf.o"))
    if s.make(["test_progs"], args.bpfld):
        sys.exit(f"projects.py: test_progs: see make.log in {args.work}")
    tests = list(SPLIT_TESTS.values())
    found = run_tests(s, tests)
    for name in SPLIT_TESTS:  # to be compiled again
        os.remove(os.path.join(s.dir, name + ".bpf.o"))
    names = {t for t in a if any(w in t.split("/")[0] for w in tests)}
    rows.append([f"{' '.join(tests)}, of one file", *counts({t: a[t] for t in names})])
    rows.append(["the same, split", *counts(found)])
    return list(table(("tests and subtests", "OK", "FAIL", "SKIP"), rows))


STEPS = {"split": step_split, "selftests": step_selftests, "run": step_run}


def environment(args, name):
    clang = run([args.clang, "--version"]).stdout.splitlines()[0]
    ld = run([args.ld, "--version"]).stdout.splitlines()[0]
    lines = [f"Linux {os.uname().release}, {clang}, {ld}"]
    if name != "split":
        lines[0] += ", the kernel's own " + run(
            [Selftests(args).theirs, "version"]).stdout.splitlines()[0]
    lines[0] += f"; load when it began: {os.getloadavg()[0]:.1f}."
    return lines


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    for tool in ("ld", "bpfld", "bpfrun", "clang", "ar", "strip"):
        p.add_argument("--" + tool, required=True)
    p.add_argument("--work", required=True, help="folder for all that is made")
    p.add_argument("--source", action="append", default=[], metavar="PACKAGE=FOLDER")
    p.add_argument("--include", required=True, help="folder with bpf/*.h and vmlinux.h")
    p.add_argument("--jobs", type=int, default=1)
    p.add_argument("--docs", help="page to write the tables into")
    p.add_argument("steps", nargs="*", default=list(STEPS))
    args = p.parse_args()
    args.source = dict(s.split("=", 1) for s in args.source)
    for name in args.steps or STEPS:
        if name not in STEPS:
            p.error(f"no step {name}")
        said = environment(args, name) if name == "split" else []
        lines = STEPS[name](args)
        said = said or environment(args, name)
        print("\n".join([*said, "", *lines]), flush=True)
        if args.docs:
            measured.replace(args.docs, f"<!-- {name} -->", f"<!-- end of {name} -->",
                             "\n".join([*said, "", *lines]))


if __name__ == "__main__":
    main()
