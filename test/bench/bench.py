#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures ld.bpf against its peers, side by side: the linkers take turns, and what is compared
are medians of one run. scripts/bench.sh builds what this needs and calls it."""
import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True  # these files lie in the source tree
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "diff"))

import measured
import workloads

ROOT = os.path.dirname(os.path.dirname(HERE))
FULL = {"types": 1000, "mixed": 350, "cold": 350, "symbols": 100, "dwarf": 100, "lto": 20}
QUICK = {"types": 4, "mixed": 6, "cold": 6, "symbols": 4, "dwarf": 2, "lto": 2}
NAMES = ("types", "mixed", "cold", "symbols", "small", "one", "dwarf", "lto")
SHORT = 0.02  # seconds: what takes less is run so often that a turn takes about this long
COUNTED = 2.0  # seconds: instructions are counted of what takes less, as counting is slow
BEGIN, END = "<!-- measured -->", "<!-- end of what was measured -->"


def output_of(command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout


class Bench:
    def __init__(self, args):
        self.args = args
        self.work = os.path.join(args.cache, "work")
        os.makedirs(self.work, exist_ok=True)
        self.maker = workloads.Maker(args.cache, args.clang, args.bpftool)
        self.counts = QUICK if args.quick else FULL
        self.measure_program = self._compile("measure")
        self.readfloor = self._compile("readfloor")
        self.bad = []

    def _compile(self, name):
        out = os.path.join(self.work, name)
        subprocess.run([self.args.cc, "-O2", "-o", out, os.path.join(HERE, name + ".c")], check=True)
        return out

    # ---- inputs and commands ----

    def inputs(self, name, nr=None, target="bpf"):
        nr = nr or self.counts.get(name)
        if name in ("types", "dwarf"):
            return self.maker.make("types", [workloads.types_source(i) for i in range(nr)], target)
        if name in ("mixed", "cold"):
            return self.maker.make_mixed(nr)
        if name == "symbols":
            return self.maker.make(name, [workloads.symbols_source(i) for i in range(nr)])
        if name == "one":
            return self.maker.make(name, [workloads.one_source()])
        return self.maker.make_demo(ROOT)

    def ours(self, inputs, *options, name="ours"):
        return [self.args.ld, "-r", *options, *inputs, "-o", self.out(name)]

    def bpftool(self, inputs):
        return [self.args.bpftool, "gen", "object", self.out("bpftool"), *inputs]

    def newest(self, inputs):
        return [self.args.libbpf_link, self.out("newest"), *inputs]

    def out(self, name):
        return os.path.join(self.work, name + ".o")

    # ---- measuring ----

    def once(self, command, times=1, cold=False):
        """Seconds of wall time and of CPU time, and peak KiB."""
        command = [self.measure_program, *(["--cold"] if cold else []), str(times), *command]
        wall, cpu, peak = output_of(command).splitlines()[-1].split()
        return float(wall), float(cpu), int(peak)

    def in_turn(self, commands, cold=False):
        """Medians, as once() has them, of each command of {name: command}."""
        warm = {name: self.once(command) for name, command in commands.items()}
        times = {name: max(1, int(SHORT / warm[name][0])) for name in commands}
        found = {name: [] for name in commands}
        for _ in range(1 if self.args.quick else self.args.pairs):
            for name, command in commands.items():
                found[name].append(self.once(command, 1 if self.args.quick else times[name], cold))
        return {name: tuple(statistics.median(column) for column in zip(*rows))
                for name, rows in found.items()}

    def instructions(self, command):
        """Of the whole process in user mode; by perf where it can count here, else by callgrind."""
        if self.args.quick:
            return None
        if self.args.perf:
            run = subprocess.run(["perf", "stat", "-x,", "-e", "instructions:u", *command],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                 check=True)
            return int(run.stderr.split(",")[0])
        run = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                              *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             text=True, check=True)
        return int(re.search(r"Collected : (\d+)", run.stderr).group(1))

    # ---- the tables ----

    def number_of_types(self, path):
        dump = output_of([self.args.bpftool, "btf", "dump", "file", path])
        return sum(line.startswith("[") for line in dump.splitlines())

    def check_number(self, name, ours, peer):
        """Which definition a forward declaration becomes is a choice, so types differ."""
        counts = [self.number_of_types(path) for path in (ours, peer)]
        if counts[0] > counts[1]:
            self.bad.append("%s: %d types, the peer has %d" % (name, *counts))

    def check_types(self, name, ours, peer):
        if name in ("mixed", "cold"):
            self.check_number(name, ours, peer)
            return
        run = subprocess.run([sys.executable, os.path.join(ROOT, "test", "diff", "compare.py"),
                              "--bpftool", self.args.bpftool, ours, peer],
                             stdout=subprocess.PIPE, text=True, check=False)
        if run.returncode:
            self.bad.append("%s: %s" % (name, run.stdout.strip()[:2000]))

    def against_peers(self, name):
        """One workload against what links BPF objects; rows of the first table."""
        inputs = self.inputs(name)
        commands = {"ours": self.ours(inputs, "-S"), "bpftool": self.bpftool(inputs)}
        if self.args.libbpf_link:
            commands["newest"] = self.newest(inputs)
        commands["floor"] = [self.readfloor, *inputs]
        found = self.in_turn(commands, name == "cold")
        self.check_types(name, self.out("ours"), self.out("bpftool"))
        ours, peer, newest, floor = (found.get(k) for k in ("ours", "bpftool", "newest", "floor"))
        counted = [None, None]
        if peer[0] < COUNTED:
            counted = [self.instructions(commands[k]) for k in ("ours", "bpftool")]
        return (name, len(inputs), seconds(ours[0]), seconds(peer[0]), times(peer[0], ours[0]),
                times(peer[1], ours[1]), times(newest and newest[0], ours[0]), mib(ours[2]),
                mib(peer[2]), millions(counted[0]), millions(counted[1]), ratio(*counted),
                times(ours[0], floor[0]))

    def against_host(self):
        """DWARF kept, against what links x86 objects made of the same sources."""
        inputs, host = self.inputs("dwarf"), self.inputs("dwarf", target="x86_64")
        commands = {"ours": self.ours(inputs)}
        for label, program in (("GNU ld", "ld"), ("ld.lld", self.args.lld)):
            if program and shutil.which(program):
                commands[label] = [program, "-r", *host, "-o", self.out(program.split("/")[-1])]
        found = self.in_turn(commands)
        subprocess.run(self.bpftool(inputs), check=True)
        self.check_types("dwarf", self.out("ours"), self.out("bpftool"))
        size = [sum(os.path.getsize(p) for p in paths) // 1024 for paths in (inputs, host)]
        for label, (wall, cpu, peak) in found.items():
            yield ("dwarf", len(inputs), label, mib(size[label != "ours"]), seconds(wall),
                   times(wall, found["ours"][0]), times(cpu, found["ours"][1]), mib(peak))

    def against_compiler(self):
        """Link-time optimization against clang, which compiles the same code as one file."""
        sources, whole = workloads.lto_sources(self.counts["lto"])
        inputs = self.maker.make("lto", sources, options=["-flto"])
        source = self.maker.make("whole", [whole])[0][:-1] + "c"
        cache = os.path.join(self.work, "lto-cache")
        shutil.rmtree(cache, ignore_errors=True)
        link = [self.args.ld, "--gc-sections", *inputs, "-o", self.out("lto")]
        found = self.in_turn({
            "clang": [self.args.clang, "-target", "bpf", "-g", "-O2", "-w", "-I", self.maker.dir,
                      "-include", "bench.h", "-c", source, "-o", self.out("whole")],
            "ours": link,
            "cached": [*link, "--lto-cache=" + cache]})
        clang, ours, cached = (found[k] for k in ("clang", "ours", "cached"))
        yield (len(inputs), seconds(clang[0]), seconds(ours[0]), ratio(ours[0], clang[0]), ratio(ours[1], clang[1]),
               seconds(cached[0]), mib(ours[2]))

    def growth(self):
        last = None
        for nr in (1, 2, 4) if self.args.quick else (10, 100, 1000):
            inputs = self.inputs("types", nr)
            found = self.in_turn({"ours": self.ours(inputs, "-S")})["ours"]
            yield ("types", nr, seconds(found[0]), times(found[0], last and last[0]),
                   times(found[1], last and last[1]), mib(found[2]))
            last = found

    def threads(self, name):
        inputs = self.inputs(name)
        options = [] if name == "dwarf" else ["-S"]
        found = self.in_turn({n: self.ours(inputs, *options, "--threads=" + n, name="threads" + n)
                              for n in "12"})
        with open(self.out("threads1"), "rb") as a, open(self.out("threads2"), "rb") as b:
            if a.read() != b.read():
                self.bad.append("%s: the output depends on the number of threads" % name)
        return (name, seconds(found["1"][0]), seconds(found["2"][0]),
                times(found["1"][0], found["2"][0]))


def seconds(value):
    if value is None:
        return ""
    return "%.2f s" % value if value >= 1 else "%.4g ms" % (value * 1000)


def times(value, base):
    return "%.3gx" % (value / base) if value and base else ""


def ratio(value, base):
    return "%.2f" % (value / base) if value and base else ""


def millions(value):
    return "%.4g M" % (value / 1e6) if value else ""


def mib(kib):
    return "%.4g MiB" % (kib / 1024) if kib >= 1024 else "%d KiB" % kib


def table(head, rows):
    return "\n".join("| %s |" % " | ".join(str(cell) for cell in row)
                     for row in [head, ["---"] * len(head), *rows])


def machine(args):
    model = "unknown CPU"
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    lines = ["%s, %d cores, Linux %s" % (model, os.cpu_count(), platform.release()),
             "ld.bpf built by %s, %s" % (output_of([args.cc, "--version"]).splitlines()[0],
                                         args.build_type),
             "inputs by %s" % output_of([args.clang, "--version"]).splitlines()[0],
             "; ".join(output_of([args.bpftool, "version"]).splitlines()[:2]),
             "%d turns of each linker; load when it began: %.1f" % (args.pairs, os.getloadavg()[0])]
    return "\n".join("- " + line for line in lines)


def measure(bench, names):
    """Yields the report in parts."""
    yield machine(bench.args)
    plain = [n for n in names if n not in ("dwarf", "lto")]
    yield table(("workload", "inputs", "ours", "bpftool", "bpftool / ours", "in CPU time",
                 "libbpf 1.5 / ours", "peak ours", "peak bpftool", "instructions ours",
                 "bpftool", "ours / bpftool", "ours / read floor"),
                [bench.against_peers(n) for n in plain]) if plain else ""
    if "dwarf" in names:
        yield table(("workload", "inputs", "linker", "input size", "time", "against ours",
                     "in CPU time", "peak"), bench.against_host())
    if "types" in names:
        yield table(("growth", "inputs", "time", "against the row above", "in CPU time", "peak"),
                    bench.growth())
    if "lto" in names:
        yield table(("files of bitcode", "clang, as one file", "ours", "ours / clang", "in CPU time",
                     "from the cache", "peak ours"), bench.against_compiler())
    names = [n for n in names if n != "lto"]
    if names:
        yield table(("threads", "1", "2", "1 / 2"), [bench.threads(n) for n in names])


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("workload", nargs="*", help="of %s; all without" % ", ".join(NAMES))
    ap.add_argument("--ld", required=True)
    ap.add_argument("--cache", required=True, help="folder that keeps inputs for the next run")
    ap.add_argument("--cc", default="cc")
    ap.add_argument("--clang", default="clang")
    ap.add_argument("--bpftool", default="bpftool")
    ap.add_argument("--lld", default="ld.lld")
    ap.add_argument("--libbpf-link", help="test/bench/libbpf_link.c, built with a newer libbpf")
    ap.add_argument("--build-type", default="?")
    ap.add_argument("--pairs", type=int, default=5)
    ap.add_argument("--quick", action="store_true")
    ap.add_argument("--docs", help="page whose measured part is replaced")
    args = ap.parse_args()
    args.cache = os.path.abspath(args.cache)
    run = subprocess.run("perf stat -x, -e instructions:u true", shell=True, text=True,
                         stderr=subprocess.PIPE, check=False)
    args.perf = not run.returncode and run.stderr.split(",")[0].isdigit()
    unknown = set(args.workload) - set(NAMES)
    if unknown:
        ap.error("unknown workload " + ", ".join(sorted(unknown)))
    bench = Bench(args)
    parts = []
    for part in measure(bench, args.workload or NAMES):
        print(part + "\n", flush=True)
        parts.append(part)
    for reason in bench.bad:
        print("not as the peer's: " + reason)
    if bench.bad:
        return 1
    print("all outputs have the types of the peer's")
    if args.docs:
        measured.replace(args.docs, BEGIN, END, "\n\n".join(parts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
