# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Do the warnings for target kernels hold, on each kernel by the tables and on this one by loading?

usage: verdicts.py CLANG LD BPFRUN DIRECTORY

DIRECTORY has cases, NAME.c. Lines of each say which warnings are expected for which kernels:

    // expect: call-depth 6.1 6.12 6.18
    // expect: nothing
    // expect: program-limit all           also without --target-kernel
    // expect: invalid-code each           only with it
    // flags: -mcpu=v4

Then each program is loaded here: the kernel must reject one if and only if the running kernel is among
them. `// load: no` leaves that out, for what this system does not permit.
"""
import glob
import os
import re
import subprocess
import sys

SERIES = ["6.1", "6.12", "6.18", "7.2"]
HERE = ".".join(os.uname().release.split(".")[:2])


def run(argv):
    return subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False)


def warned(ld, obj, out, *options):
    """The ids of the warnings of a link."""
    res = run([ld, *options, obj, "-o", out])
    if res.returncode:
        sys.exit(f"{obj}: {res.stderr}")
    return set(re.findall(r"^\S+: warning: .*\[([\w-]+)\]$", res.stderr, re.M)), res.stderr


def field(text, name, default):
    m = re.search(rf"^// {name}: (.*)$", text, re.M)
    return m.group(1).split() if m else default


def check(clang, ld, bpfrun, source, flags):
    """What is wrong with a case, or ''."""
    with open(source) as f:
        text = f.read()
    name = os.path.basename(source)[:-2]
    want = {(w[0], series) for line in re.findall(r"^// expect: (.*)$", text, re.M)
            for w in [line.split()] for series in (SERIES if w[1] in ("all", "each") else w[1:])} if "// expect: nothing" not in text else set()
    res = run([clang, "-target", "bpf", "-g", "-O2", *flags, *field(text, "flags", ["-mcpu=v3"]), "-c", source,
               "-o", name + ".o"])
    if res.returncode:
        sys.exit(res.stderr)
    bad = ""
    for series in SERIES:
        found, said = warned(ld, name + ".o", "linked.o", "--target-kernel=" + series)
        if found != {i for i, s in want if s == series} or said.count(f">>> rejected by Linux {series}\n") < len(found):
            bad += f"  Linux {series}: {said or 'no warning'}\n"
    found, said = warned(ld, name + ".o", "linked.o")
    if found != {i for i, _ in want if f"// expect: {i} each" not in text and all((i, s) in want for s in SERIES)}:
        bad += f"  any kernel: {said or 'no warning'}\n"
    if field(text, "load", ["yes"]) == ["yes"] and HERE in SERIES:
        res = run([bpfrun, "linked.o", "--each", "--verbose"])
        rejected = res.returncode != 0 or re.search(r"^\w+ fail", res.stdout, re.M) is not None
        if rejected != (HERE in {s for _, s in want}):
            bad += f"  loading: {res.stdout}{res.stderr[-2000:]}\n"
    return bad


def main(clang, ld, bpfrun, directory):
    shared = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kernel", "Inputs")
    cases = sorted(glob.glob(os.path.join(directory, "*.c")))
    wrong = 0
    for source in cases:
        bad = check(clang, ld, bpfrun, source, ["-I" + shared, "-I" + directory])
        print(f"{os.path.basename(source)}: {'wrong' if bad else 'right'}\n{bad}", end="")
        wrong += bool(bad)
    print(f"{len(cases)} cases, {wrong} wrong")
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
