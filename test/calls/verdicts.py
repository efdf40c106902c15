# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Do the linker's warnings say what the verifier then says?

usage: verdicts.py CLANG LD BPFRUN FOLDER

FOLDER holds cases: NAME.c, or NAME.1.c and NAME.2.c, which are linked together. Each is linked and
loaded, program by program. A line of a case tells what must come of it:

    // expect: call-stack        this warning, and the same from the verifier
    // expect: nothing           no warning, and every program loads
    // expect: agreement         either, but the same from both
    // N: 240 256 272            the case is one for each value of the macro N
"""
import glob
import os
import re
import subprocess
import sys

# How the verifier, or libbpf before it, puts what a warning of ours foretells.
REFUSALS = [
    (r"combined stack size of \d+ calls is \d+\. Too large", "call-stack"),
    (r"the call stack of \d+ frames is too deep", "call-depth"),
    (r"tail_calls are not allowed when call stack of previous frames", "call-stack-tail-call"),
    (r"doesn't return scalar|size cannot be determined|in \w+\(\) is not supported yet",
     "global-function-type"),
    (r"cannot call GPL-restricted function|cannot call kernel function from non-GPL",
     "missing-license"),
    (r"bad call relo against|program '\w+' is static and not supported", "program-called"),
]
# Circles come to an end where the frames or the stack do.
SAME = {"recursion": {"call-depth", "call-stack"}}


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
    return set(re.findall(r"^\S+: warning: .*\[([\w-]+)\]$", res.stderr, re.M)), res.stderr


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
        expected = re.search(r"^// expect: (\S+)$", text, re.M).group(1)
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
