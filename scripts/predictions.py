#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How well do warnings for target kernels predict which programs a kernel rejects?

Links each object with --target-kernel, has the kernel load each program of it alone (bpfld check), and compares:

  predicted  the linker warned, and the kernel rejects the program
  missed     it did not, and the kernel rejects the program for a reason of kind `rule` in test/rules/refusals.txt
  false      it warned, and the kernel accepts the program

Refusals for the values of registers, for the types of one kernel, and for what a loader has to set are counted apart.
Kernels other than the running one are booted under QEMU, as by bpfld check --kernel. Exits with 1 if a warning is false."""

import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
BATCH = 100  # objects that one guest loads


def read_kinds(path):
    with open(path, encoding="utf-8") as f:
        lines = [line.strip().split(None, 1) for line in f if line.strip() and not line.startswith("#")]
    return [(kind, re.compile(pattern)) for kind, pattern in lines]


def kind_of(kinds, reason):
    """The kind of a refusal and the expression that says so."""
    for kind, pattern in kinds:
        if pattern.search(reason):
            return kind, pattern.pattern
    return "registers", ""


def link(ld, series, inputs, output):
    """The programs that the linker says are rejected, each with the ids of warnings; None if they do not link."""
    report = output + ".json"
    res = subprocess.run([ld, "-S", "--unresolved-symbols=ignore-all", "--target-kernel=" + series, "--report=" + report,
                          "-o", output, *inputs], capture_output=True, text=True, errors="replace", check=False)
    if res.returncode:
        print("does not link: " + " ".join(inputs) + ": " + res.stderr.split("\n", 1)[0], file=sys.stderr)
        return None
    ids = set(re.findall(r"^\S+: warning: .*\[([\w-]+)\]$", res.stderr, re.M))
    with open(report, encoding="utf-8", errors="replace") as f:
        functions = json.load(f)["functions"]
    os.remove(report)
    return {fn["name"]: ids for fn in functions if fn.get("program") and fn.get("rejected_by")}


def verdicts(bpfld, kernel, objects):
    """By object: what the kernel says of each program."""
    found = {}
    for i in range(0, len(objects), BATCH):
        res = subprocess.run([bpfld, "check", "--json", "--kernel=" + kernel, *objects[i:i + BATCH]],
                             capture_output=True, text=True, errors="replace", check=False)
        try:
            for entry in json.loads(res.stdout):
                if "error" in entry and not entry["kernel"]:
                    sys.exit("bpfld check: " + entry["error"])
                found[entry["object"]] = entry["programs"]
        except json.JSONDecodeError:
            sys.exit("bpfld check: " + res.stderr)
    return found


class Counts:
    def __init__(self):
        self.rows = collections.defaultdict(collections.Counter)
        self.wrong = []

    def add(self, name, program, warned, kinds):
        """Counts one program."""
        rejected = program["verdict"] != "loads"
        kind, pattern = kind_of(kinds, program.get("reason", ""))
        if warned is not None and rejected:
            self.rows[pattern if kind == "rule" else "other reasons: the kernel stops at the first one"]["predicted"] += 1
        elif warned is not None:
            self.rows["false: " + " ".join(sorted(warned))]["false"] += 1
            self.wrong.append("%s: %s: false" % (name, program["name"]))
        elif not rejected:
            self.rows["accepted"]["programs"] += 1
        elif kind == "rule":
            self.rows[pattern]["missed"] += 1
            self.wrong.append("%s: %s: missed: %s" % (name, program["name"], program["reason"]))
        else:
            self.rows["not predicted: " + kind]["programs"] += 1

    def total(self, column):
        return sum(row[column] for row in self.rows.values())


def print_table(counts, series):
    print("| Linux %s | predicted | missed | false |\n| --- | --- | --- | --- |" % series)
    for name, row in sorted(counts.rows.items(), key=lambda item: -sum(item[1].values())):
        if not row["programs"]:
            print("| %s | %d | %d | %d |" % (name.replace("|", "\\|"), row["predicted"], row["missed"], row["false"]))
    print("| all | %d | %d | %d |\n" % tuple(counts.total(c) for c in ("predicted", "missed", "false")))
    for name, row in counts.rows.items():
        if row["programs"]:
            print("%s: %d programs" % (name, row["programs"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("objects", nargs="+", help="an object, or several that are linked together: a.o,b.o")
    parser.add_argument("--kernel", default="running", help="series of the kernel (default: running)")
    parser.add_argument("--build-dir", default=os.path.join(ROOT, "build"), help="where ld.bpf and bpfld are (build)")
    parser.add_argument("--verdicts", metavar="FILE", help="what bpfld check --json has printed, instead of loading; "
                        "objects there have the base names of those here")
    parser.add_argument("--wrong", action="store_true", help="also list programs that were missed, or false")
    args = parser.parse_args()

    kinds = read_kinds(os.path.join(ROOT, "test/rules/refusals.txt"))
    counts = Counts()
    with tempfile.TemporaryDirectory() as tmp:
        linked = {}
        for inputs in (text.split(",") for text in args.objects):
            output = os.path.join(tmp, os.path.basename(inputs[0]))
            while output in linked:
                output += ".o"
            warned = link(os.path.join(args.build_dir, "llvm-plugin/ld.bpf"), args.kernel, inputs, output)
            if warned is not None:
                linked[output] = warned
        if args.verdicts:
            with open(args.verdicts, encoding="utf-8") as f:
                said = {os.path.join(tmp, os.path.basename(e["object"])): e["programs"] for e in json.load(f)}
        else:
            said = verdicts(os.path.join(args.build_dir, "llvm-plugin/bpfld"), args.kernel, list(linked))
        for output, warned in linked.items():
            for program in said.get(output, []):
                counts.add(os.path.basename(output), program, warned.get(program["name"]), kinds)
    print_table(counts, args.kernel)
    if args.wrong:
        print("\n".join(counts.wrong))
    return 1 if counts.total("false") else 0


if __name__ == "__main__":
    sys.exit(main())
