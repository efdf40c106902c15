#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Links many programs, loads the outputs by several loaders on several kernels, and counts.

The inputs are the cases of test/kernel/run, the examples, and of the kernel's selftests (Debian's
linux-source-6.12) those that test/diff chooses, alone, in the Makefile's sets and in pairs. Each
set of inputs is compiled by each compiler, linked once, and loaded by

  libbpf           test/kernel/bpfrun.c
  libbpfld-loader  the same; it links the inputs anew where they are loaded
  cilium           cilium/ebpf, a library for Go: ciliumrun.go

on this machine's kernel and on others in guests (llvm-plugin/guest/guest; emulated, so with every
other of the single selftests and pairs, and nothing that is long). What does not load as a
whole is compared with its reference: the unlinked object where there is one input, else what
`bpftool gen object` makes of the inputs. A program that loads in the reference and not in ours is
worse. Where bpftool refuses the inputs or what they refer to (gcc's, for one), all must load but
for what the loader refuses of an input alone, too.

Exit: 0 nothing is worse, 1 something is, 2 nothing could be tried; 77 with "skipped: REASON".
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import glob
import os
import re
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # these files lie in the source tree
HERE = os.path.dirname(os.path.abspath(__file__))
TEST = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(TEST, "diff"))

import corpus
import measured
from bpfobj import SHF_EXECINSTR, STB_LOCAL, Object
from selftests import SETS, Compiler, Corpus, Kernel, clangs, run

LOADERS = {"libbpf": "bpfrun", "libbpfld-loader": "linkrun", "cilium": "ciliumrun"}
BEGIN, END = "<!-- measured -->", "<!-- end of what was measured -->"

# Programs of examples/, with the folder's headers.
EXAMPLES = {
    "demo": ["demo/enter.c", "demo/leave.c"],
    "library-drop": ["library/drop.bpf.c", "library/flow_limit.c", "library/flow_count.c",
                     "library/flow_report.c"],
    "library-watch": ["library/watch.bpf.c", "library/flow_count.c", "library/flow_report.c"],
    "build-systems": ["build-systems/sizes.bpf.c", "build-systems/bucket.bpf.c"],
    "dynamic": ["dynamic/watch.bpf.c", "dynamic/count.bpf.c"],
}

# Cases of run/ that gcc does not compile as they are meant: see test/kernel/compilers-gcc.test.
NOT_GCC = {"assembly", "callbacks", "common-symbols", "core", "kconfig-three-files", "ksyms",
           "map-in-map", "skeleton-hidden", "tail-calls", "weak-undefined"}

# What cilium/ebpf says to each object of gcc's, whatever else is in it.
UNREADABLE = "load BTF: parsing BTF function info"

GUEST_CODE = 8192  # bytes
GUEST_CHUNK = 6  # sets in one case of a guest, which has 100 seconds


@dataclasses.dataclass
class Set:
    """What is linked, and what became of it."""
    name: str
    inputs: list  # objects
    linked: bool = False
    refused: str = ""  # why, if not
    ref: bool = False
    folder: str = ""


@dataclasses.dataclass
class Cell:
    """A row of the table."""
    linked: int = 0
    opened: int = 0
    loaded: int = 0
    programs: int = 0
    alike: int = 0  # fail, as the reference does
    worse: list = dataclasses.field(default_factory=list)


def skip(why):
    print("skipped: " + why, file=sys.stderr)
    sys.exit(77)


# ---- inputs ----

class Sources:
    def __init__(self, args, kernel, pool):
        self.args, self.kernel, self.pool = args, kernel, pool
        self.corpus = Corpus(args.cache)
        self.failed = collections.Counter()

    def sets(self, compiler):
        out = self.cases(compiler) + self.examples(compiler)
        if self.kernel:
            out += self.selftests(compiler)
        return [s for s in out if self.args.only in s.name]

    def objects(self, compiler, sources, includes):
        """One object for each source, or None. They stay in the work folder."""
        folder = os.path.join(self.args.work, compiler.name, "obj")
        os.makedirs(folder, exist_ok=True)
        flags = ["-O2", "-w", *["-I" + i for i in includes]]
        flags += ["-gbtf", "-idirafter", "/usr/include"] if compiler.gcc else ["-g", "-target", "bpf"]
        out = []
        for source in sources:
            obj = os.path.join(folder, re.sub(r"\W", "-", os.path.relpath(source, "/")) + ".o")
            res = run([compiler.path, *flags, *compiler.system_includes, "-c", source, "-o", obj])
            if res.returncode:
                self.failed[compiler.name] += 1
                return None
            out.append(obj)
        return out

    def cases(self, compiler):
        out = []
        for case in sorted(glob.glob(os.path.join(TEST, "kernel", "run", "*.test"))):
            name = os.path.basename(case)[:-len(".test")]
            if compiler.gcc and name in NOT_GCC:
                continue
            folder = os.path.join(self.args.work, "cases", name)
            if not os.path.isdir(folder):
                os.makedirs(os.path.dirname(folder), exist_ok=True)
                subprocess.run([self.args.split_file, case, folder], check=True)
            sources = sorted(glob.glob(os.path.join(folder, "*.[cs]")))
            objs = self.objects(compiler, sources, [os.path.join(TEST, "kernel", "Inputs")])
            if objs:
                out.append(Set("case/" + name, objs))
        return out

    def examples(self, compiler):
        top = os.path.join(os.path.dirname(TEST), "examples")
        out = []
        for name, files in EXAMPLES.items():
            sources = [os.path.join(top, f) for f in files]
            objs = self.objects(compiler, sources, [os.path.dirname(sources[0])])
            if objs:
                out.append(Set("example/" + name, objs))
        return out

    def selftests(self, compiler):
        plan = corpus.Plan(argparse.Namespace(full=False), self.corpus, [self.kernel], [compiler],
                           None, self.pool)
        wanted = corpus.CHOSEN[::4] if compiler.gcc else corpus.CHOSEN
        objs = plan.compile(self.kernel, compiler, wanted)
        out = [Set("selftest/" + n, [o]) for n, o in objs.items()]
        for name, members in SETS.items():
            parts = plan.compile(self.kernel, compiler, members)
            if len(members) > 1 and len(parts) == len(members):
                out.append(Set("set/" + name, [parts[m] for m in members]))
        out += [Set(job.name.split("/")[-1], job.inputs) for job in plan.pairs("p", objs)]
        self.failed[compiler.name] += sum(plan.uncompiled.values())
        return out


def link(args, sets, folder):
    """Links each set into FOLDER/NUMBER; next to it goes what it is compared with."""
    shutil.rmtree(folder, ignore_errors=True)
    for number, one in enumerate(sets):
        one.folder = os.path.join(folder, str(number))
        os.makedirs(one.folder)
        for i, path in enumerate(one.inputs):
            shutil.copy(path, os.path.join(one.folder, f"{i}.o"))
        res = run([args.ld, "--verify", "--unique-statics", "-o", os.path.join(one.folder, "out.o")] + one.inputs)
        one.linked = res.returncode == 0
        one.refused = next(iter(res.stderr.splitlines()), "").replace("ld.bpf: ", "")
        ref = os.path.join(one.folder, "ref.o")
        if len(one.inputs) == 1:
            shutil.copy(one.inputs[0], ref)
        elif run([args.bpftool, "gen", "object", ref] + one.inputs).returncode:
            if os.path.exists(ref):
                os.remove(ref)
        one.ref = os.path.exists(ref)


# ---- loading ----

def load_here(args, loader, sets):
    """What judge.sh prints of the sets, on this machine; and what else failed."""
    env = dict(os.environ, FILES=os.path.dirname(sets[0].folder))
    env["PATH"] = args.programs + os.pathsep + env["PATH"]
    res = subprocess.run(["sh", os.path.join(HERE, "judge.sh"), loader,
                          *[os.path.basename(s.folder) for s in sets]], env=env,
                         stdout=subprocess.PIPE, text=True, errors="replace", check=True)
    return res.stdout, []


def load_in_guest(args, kernel, loader, sets):
    """The same in a guest: some sets to a case. A case that leaves a program behind fails."""
    tmp = os.path.join(args.work, "guest")
    cases = os.path.join(args.work, "cases.guest")
    shutil.rmtree(cases, ignore_errors=True)
    os.makedirs(cases)
    numbers = [os.path.basename(s.folder) for s in sets]
    for i in range(0, len(numbers), GUEST_CHUNK):
        with open(os.path.join(cases, f"{i:03}.sh"), "w", encoding="utf-8") as f:
            f.write(f"sh /bin/judge.sh {loader} {' '.join(numbers[i:i + GUEST_CHUNK])}\n")
    command = [os.path.join(os.path.dirname(TEST), "llvm-plugin", "guest", "guest"), "--kernel", kernel, "--verbose",
               "--cache", args.kernels, "--tmp", tmp, "--timeout", "3000",
               "--program", os.path.join(HERE, "judge.sh"),
               "--program", os.path.join(args.programs, LOADERS[loader])]
    if LOADERS[loader] != "bpfrun" and loader != "cilium":
        command += ["--program", os.path.join(args.programs, "bpfrun")]
    for one in sets:
        command += ["--file", one.folder]
    res = run(["bash"] + command + sorted(glob.glob(os.path.join(cases, "*.sh"))), timeout=3200)
    shutil.rmtree(tmp, ignore_errors=True)
    if res.returncode == 77:
        skip(res.stderr.strip().rsplit("skipped: ", 1)[-1])
    text = "\n".join(line[4:] for line in res.stdout.splitlines() if line.startswith("  | "))
    return text, re.findall(r"^FAIL: .*", res.stdout, re.M)


def load(args, kernel, loader, sets):
    if not sets:
        return "", []
    return load_in_guest(args, kernel, loader, sets) if kernel else load_here(args, loader, sets)


def for_guests(sets):
    """What an emulated machine loads in a minute or two."""
    out = []
    for number, one in enumerate(sets):
        code = sum(len(s.data) for s in Object(os.path.join(one.folder, "out.o")).sections
                   if s.flags & SHF_EXECINSTR)
        chosen = number % 2 == 0 or not one.name.startswith(("selftest/", "pair-"))
        if chosen and code <= GUEST_CODE:
            out.append(one)
    return out


def read_verdicts(text):
    """{(set's number, "ours", "ref" or an input): {program: verdict}}; "parse" and "load" are keys,
    too."""
    out, current = {}, {}
    for line in text.splitlines():
        verdict = re.match(r"(\S+) ((?:ok|fail)\b.*)", line)
        if line.startswith("@ status "):
            current["status"] = line.split()[2]
        elif line.startswith("@ "):
            current = out[tuple(line.split()[1:])] = {}
        elif verdict:
            current[verdict.group(1)] = verdict.group(2)
        elif not line.startswith("bpfrun: "):
            current["said"] = line
    return out


def good(verdicts, what):
    return verdicts.get(what, "").startswith("ok")


def programs(verdicts):
    return {p: v for p, v in verdicts.items() if p not in ("status", "said", "load", "parse")}


def reason(verdicts):
    """Why the object was not opened, wherever that is in it; else why it was not loaded."""
    text = verdicts.get("load") or verdicts.get("parse") or verdicts.get("said", "?")
    text = re.sub(r"^fail file \S+: ", "", text)
    return re.sub(r"\d+", "N", re.sub(r'section "\S+"', "section", text))


def compare(ours, ref):
    """Why ours is worse than its reference; "" if it is not."""
    if good(ref, "load"):
        return "the reference loads; ours: " + reason(ours)
    bad = [f"{p} {ours.get(p, 'is not there')}" for p, v in programs(ref).items()
           if v.startswith("ok") and not good(ours, p)]
    return "; ".join(bad[:3])


def globals_of(one):
    """Of each input, the global names that it defines, and those that it misses."""
    objs = [Object(path) for path in one.inputs]
    return [({s.name for s in o.symbols if s.name and s.bind != STB_LOCAL and o.defined(s)},
             {s.name for s in o.symbols if s.name and s.bind != STB_LOCAL and not o.defined(s)})
            for o in objs]


def compare_inputs(ours, inputs, one):
    """The same for an object that bpftool does not make: what the loader says to the inputs that stand
    alone, as no other input defines what they miss."""
    names = globals_of(one)
    defined = set().union(*[d for d, _ in names])
    stands = [i for i, (_, missing) in enumerate(names)
              if not missing & defined or reason(inputs[i]).startswith(UNREADABLE)]
    if "load" not in ours:
        # Another is no excuse, unless what it says has nothing to do with the others.
        why = reason(ours)
        same = why in [reason(i) for i in inputs if "load" not in i]
        if any("load" not in inputs[i] for i in stands) or \
                same and not defined & set(re.findall(r"\w+", why)):
            return ""
        return why
    opened = [programs(inputs[i]) for i in stands if "load" in inputs[i]]
    if any(i and not any(v.startswith("ok") for v in i.values()) for i in opened):
        return ""  # its maps or its BTF, which are those of the whole object now
    excused = {p for i in opened for p, v in i.items() if not v.startswith("ok")}
    for i in stands:
        if "load" not in inputs[i]:
            excused |= {s.name for s in Object(one.inputs[i]).symbols}
    bad = [f"{p} {v}" for p, v in programs(ours).items()
           if not v.startswith("ok") and p not in excused]
    return "; ".join(bad[:3])


def judge(one, verdicts):
    number = os.path.basename(one.folder)
    ours = verdicts.get((number, "ours"), {})
    if "status" not in ours:
        return "the run did not end"
    if (number, "ref") in verdicts:
        return compare(ours, verdicts[number, "ref"])
    inputs = [verdicts.get((number, f"{i}.o")) for i in range(len(one.inputs))]
    return compare_inputs(ours, inputs, one) if all(inputs) else "the run did not end"


def count(sets, verdicts):
    cell = Cell(linked=len(sets))
    for one in sets:
        number = os.path.basename(one.folder)
        ours = verdicts.get((number, "ours"), {})
        # bpfrun has a line for the load once the object is open; ciliumrun one for the parsing.
        cell.opened += "load" in ours
        cell.programs += sum(v.startswith("ok") for v in programs(ours).values())
        if good(ours, "load"):
            cell.loaded += 1
            continue
        worse = judge(one, verdicts)
        if worse:
            cell.worse.append(f"{one.name}: {worse}")
        else:
            cell.alike += 1
    return cell


# ---- the table ----

HEAD = "| system | kernel | compiler | loader | linked | opened | loaded | programs loaded | " \
       "not loaded, nor without bpfld | else not loaded |\n" + "| --- " * 10 + "|"


def system():
    """What the table calls this system: "Debian 12", or the suite where it has no number yet."""
    with open("/etc/os-release", encoding="utf-8") as f:
        release = dict(line.rstrip().split("=", 1) for line in f if "=" in line)
    number = release.get("VERSION_ID", "").strip('"')
    return f"Debian {number}" if number else "sid"


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=False).stdout.strip()


def loader_names():
    """{a loader: how the table calls it, with the library's version}"""
    libbpf = re.match(r"(\d+\.\d+)?", output_of("pkg-config", "--modversion", "libbpf")).group()
    cilium = re.match(r"[^+-]*", output_of("dpkg-query", "-Wf", "${Version}",
                                           "golang-github-cilium-ebpf-dev")).group()
    return {"libbpf": f"libbpf {libbpf}", "libbpfld-loader": f"libbpfld-loader, libbpf {libbpf}",
            "cilium": f"cilium/ebpf {cilium.removesuffix('.0')}"}


class Table:
    def __init__(self, args):
        self.args = args
        self.rows, self.worse, self.notes = [], [], []
        self.system, self.loaders = system(), loader_names()

    def add(self, kernel, compiler, loader, cell, failed):
        where = f"{kernel}, {compiler}, {loader}"
        self.rows.append(f"| {self.system} | {kernel} | {compiler} | {self.loaders[loader]} | {cell.linked} | {cell.opened} | "
                         f"{cell.loaded} | {cell.programs} | {cell.alike} | {len(cell.worse)} |")
        self.worse += [f"{where}: {w}" for w in cell.worse] + [f"{where}: {f}" for f in failed]
        print(self.rows[-1], *[f"  worse: {w}" for w in cell.worse], *failed, sep="\n",
              file=sys.stderr, flush=True)

    def text(self, before=""):
        """The table; what a page had before is kept, where this run has not measured it again."""
        old = before.splitlines()
        notes = merged([l for l in old if l.startswith("- ")], self.notes, lambda l: l.split(" (")[0])
        rows = [l for l in old if l.startswith("| ") and l not in HEAD.splitlines()]
        rows = merged(rows, self.rows, lambda l: l.split(" | ")[:4])
        return "\n".join(notes + ["", HEAD] + rows)


def merged(old, new, key):
    """Each line of old, or the one of new with the same key; then the rest of new."""
    for line in new:
        same = [i for i, o in enumerate(old) if key(o) == key(line)]
        if same:
            old[same[0]] = line
        else:
            old.append(line)
    return old


def kernel_names(args):
    """{how a kernel is called in the table: its series, None for this machine's}"""
    out = {}
    for kernel in args.kernel:
        out[kernel + " (guest)" if kernel != "here" else
            f"{os.uname().release.split('-')[0]} (here)"] = None if kernel == "here" else kernel
    return out


def fill(args, table, sources, compilers):
    for compiler in compilers:
        sets = sources.sets(compiler)
        folder = os.path.join(args.work, compiler.name, "sets")
        link(args, sets, folder)
        linked = [s for s in sets if s.linked]
        table.worse += [f"{compiler.name}: does not link: {s.name}: {s.refused}" for s in sets
                        if not s.linked and s.ref and len(s.inputs) > 1]
        several = sum(len(s.inputs) > 1 for s in linked)
        table.notes.append(f"- {table.system}, {compiler.name} ({compiler.version}): {len(sets)} sets of inputs, "
                           f"{len(linked)} linked, {several} of them of several objects"
                           + "".join(f"; refused: {s.name}: {s.refused}" for s in sets
                                     if not s.linked))
        print(table.notes[-1], file=sys.stderr, flush=True)
        for name, series in kernel_names(args).items():
            tried = for_guests(linked) if series else linked
            for loader in args.loader:
                text, failed = load(args, series, loader, tried)
                with open(os.path.join(args.work, f"{name}-{compiler.name}-{loader}.log"), "w",
                          encoding="utf-8") as f:
                    f.write(text)
                table.add(name, compiler.name, loader, count(tried, read_verdicts(text)), failed)


def parse_args():
    ap = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter,
                                 description=__doc__)
    ap.add_argument("--ld", required=True, help="the linker")
    ap.add_argument("--programs", required=True,
                    help="folder of bpfrun and linkrun, and of ciliumrun if there is one")
    ap.add_argument("--bpftool", default=shutil.which("bpftool") or "/usr/sbin/bpftool")
    ap.add_argument("--split-file", default=shutil.which("split-file") or
                    max(glob.glob("/usr/lib/llvm-*/bin/split-file"), default=None))
    ap.add_argument("--compiler", action="append", help="may be given several times (default: "
                    "each clang-N from 14 on, bpf-gcc as present)")
    ap.add_argument("--kernel", action="append",
                    help="here, 6.1, 6.12, 7.2; may be given several times (default: all)")
    ap.add_argument("--loader", action="append", choices=list(LOADERS),
                    help="may be given several times (default: those that are built)")
    ap.add_argument("--cache", required=True, help="folder for what stays between runs")
    ap.add_argument("--work", default="loaders-work", help="folder for this run's files")
    ap.add_argument("--only", default="", help="sets whose name contains this")
    ap.add_argument("--no-selftests", action="store_true", help="cases and examples only")
    ap.add_argument("--docs", help="page whose measured part is replaced")
    args = ap.parse_args()
    args.cache, args.work = os.path.abspath(args.cache), os.path.abspath(args.work)
    args.kernels = os.path.join(args.cache, "kernels")
    args.programs = os.path.abspath(args.programs)
    args.compiler = args.compiler or clangs() + [c for c in ["bpf-gcc"] if shutil.which(c)]
    args.kernel = args.kernel or ["here", "6.1", "6.12", "7.2"]
    args.loader = args.loader or [n for n, p in LOADERS.items()
                                  if os.path.exists(os.path.join(args.programs, p))]
    return args


def main():
    args = parse_args()
    start = time.time()
    if os.geteuid():
        skip("not root")
    if not args.compiler:
        skip("no compiler for BPF")
    os.makedirs(args.work, exist_ok=True)
    kernel = None
    if not args.no_selftests:
        # The sources that the system has: 6.12, or those of a later kernel.
        found = [s for s in ("6.12", "7.2") if Kernel.tarball(s)]
        if not found:
            skip("no linux-source-6.12 or linux-source-7.2")
        kernel = Kernel(found[0], args.cache, args.bpftool)
        kernel.prepare()
    table = Table(args)
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        sources = Sources(args, kernel, pool)
        fill(args, table, sources, [Compiler(c) for c in args.compiler])
    if not table.rows:
        print("nothing could be tried")
        return 2
    print(table.text())
    print(f"\n{len(table.rows)} rows in {time.time() - start:.0f} s, {len(table.worse)} worse")
    for worse in table.worse:
        print("worse: " + worse)
    if args.docs:
        with open(args.docs, encoding="utf-8") as f:
            before = f.read().split(BEGIN)[1].split(END)[0]
        measured.replace(args.docs, BEGIN, END, table.text(before))
    return 1 if table.worse else 0


if __name__ == "__main__":
    sys.exit(main())
