# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Do the linker's warnings and notes predict the verifier's verdicts?

usage: verdicts.py CLANG LD BPFRUN DIRECTORY

DIRECTORY holds cases: NAME.c, or NAME.1.c and NAME.2.c, which are linked together. Each is linked and
loaded, program by program. A line of a case names the expected result:

    // expect: call-stack        this warning, and the verifier refuses it for that
    // expect: since-7.2 ID      a note: this kernel refuses it for that, or is 7.2 or later and loads it
    // expect: nothing           no warning, and every program loads
    // expect: agreement         either, but the same from both
    // N: 240 256 272            the case is one for each value of the macro N

A note named ...-kernels predicts that kernels before the one it names refuse the program.
"""
import glob
import os
import re
import subprocess
import sys

# How the verifier, or libbpf before it, says what a warning of ours predicts.
REFUSALS = [
    (r"combined stack size of \d+ calls is \d+\. Too large", "call-stack"),
    (r"the call stack of \d+ frames is too deep", "call-depth"),
    (r"tail_calls are not allowed when call stack of previous frames", "call-stack-tail-call"),
    (r"doesn't return scalar|return value not void or scalar|size cannot be determined|in \w+\(\) is not supported yet",
     "global-function-type"),
    (r"cannot call GPL-restricted function|cannot call kernel function from non-GPL",
     "missing-license"),
    (r"bad call relo against|no \.text section found yet sub-program call exists|"
     r"program '\w+' is static and not supported", "program-called"),
]
# Circles come to an end where the frames or the stack do.
SAME = {"recursion": {"call-depth", "call-stack"}}
# What a note predicts of older kernels.
NOTES = {"call-depth-kernels": "call-depth", "global-function-kernels": "global-function-type"}
HERE = tuple(map(int, os.uname().release.split(".")[:2]))


def run(argv):
    return subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False)


def compile_and_link(clang, ld, sources, flags, out):
    objects = []
    for i, source in enumerate(sources):
        objects.append(f"{out}.{i}.o")
        res = run([clang, "-target", "bpf", "-mcpu=v3", "-g", "-O2", *flags, "-c", source, "-o",
                   objects[-1]])
        if res.returncode:
            sys.exit(res.stderr)
    res = run([ld, "--verify", *objects, "-o", out])
    if res.returncode:
        sys.exit(f"{out}: link: {res.stderr}")
    return predicted(res.stderr), res.stderr


def predicted(messages):
    """The ids of warnings, and of those notes that are about this kernel: as if they were warnings."""
    found = set(re.findall(r"^\S+: warning: .*\[([\w-]+)\]$", messages, re.M))
    for major, minor, name in re.findall(r"^\S+: note: .*kernels before (\d+)\.(\d+) .*\[([\w-]+)\]$",
                                         messages, re.M):
        if HERE < (int(major), int(minor)):
            found.add(NOTES[name])
    return found


def verdict(bpfrun, obj):
    """The ids that the kernel's refusals stand for; what is refused for another reason."""
    res = run([bpfrun, obj, "--each", "--verbose"])
    said = res.stdout + res.stderr
    found = {name for pattern, name in REFUSALS if re.search(pattern, said)}
    failed = re.findall(r"^(\w+) fail", res.stdout, re.M)
    other = said if (failed or res.returncode) and not found else ""
    return found, other


def agree(warned, refused):
    if warned == refused:
        return True
    return any(name in warned and refused and refused <= same and warned - {name} <= refused
               for name, same in SAME.items())


def expectation(text):
    since, name = re.search(r"^// expect: (?:since-(\S+) )?(\S+)$", text, re.M).groups()
    return "nothing" if since and HERE >= tuple(map(int, since.split("."))) else name


def main(clang, ld, bpfrun, folder):
    here = os.path.dirname(os.path.abspath(__file__))
    flags = ["-I" + os.path.join(here, "..", "kernel", "Inputs"), "-I" + folder]
    cases, bad = 0, 0
    for first in sorted(glob.glob(os.path.join(folder, "*.c"))):
        name = os.path.basename(first)[:-2]
        if name.endswith(".2"):
            continue
        sources = [first]
        if name.endswith(".1"):
            name = name[:-2]
            sources.append(os.path.join(folder, name + ".2.c"))
        with open(first) as f:
            text = f.read()
        expected = expectation(text)
        sizes = re.search(r"^// N: (.*)$", text, re.M)
        for size in sizes.group(1).split() if sizes else [None]:
            case = name if size is None else f"{name}-{size}"
            more = [] if size is None else ["-DN=" + size]
            warned, messages = compile_and_link(clang, ld, sources, flags + more, case + ".o")
            refused, other = verdict(bpfrun, case + ".o")
            good = agree(warned, refused) and not other
            if expected == "nothing":
                good = good and not warned
            elif expected != "agreement":
                good = good and expected in warned
            cases += 1
            bad += not good
            print(f"{case}: warned {','.join(sorted(warned)) or '-'}; "
                  f"refused {','.join(sorted(refused)) or '-'}{'' if good else '  WRONG'}")
            if not good:
                print(messages + other)
    print(f"{cases} cases, {bad} wrong")
    return 1 if bad or not cases else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
