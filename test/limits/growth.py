# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Links shapes of input at n, 2n and 4n and checks how time and memory grow.

growth.py LD [--part=N] [--share=I/N] [--verbose] [SHAPE...]

Time is counted in instructions, by perf where the machine can, else by valgrind: what a link takes
beyond the smallest one may grow by 2.4 from n to 2n and to 4n (2 is linear), and by 0.2 M instructions, since
counts differ that much between machines and environments. Memory at 4n may be 64 MB and 20 times the input.
Exit status 77: neither counts here.

A new shape is a function that writes inputs of size n and returns the arguments of the link, with
the n to begin with: see Inputs/shapes.py. --part=N begins with an N-th of
that; --share=I/N takes the I-th of N shares of all shapes, for tests that run side by side.
"""
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "Inputs"))
from objects import functions, text, write_object
from shapes import SHAPES

MOST_PER_DOUBLING = 2.4
NOISE = 200000  # instructions
SPARE_MEMORY = 64 << 20
MEMORY_PER_BYTE = 20
PERF = ["perf", "stat", "-x,", "-e", "instructions:u", "-o", "counted"]
VALGRIND = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--log-file=counted"]


def pick_counter():
    """A command that counts the instructions of another, and how its log tells; or None."""
    for command, pattern in ((PERF, r"^(\d+),.*instructions"), (VALGRIND, r"Collected : (\d+)")):
        try:
            subprocess.run(command + ["true"], stderr=subprocess.DEVNULL, check=True)
            with open("counted") as f:
                if re.search(pattern, f.read(), re.M):
                    return command, pattern
        except (OSError, subprocess.CalledProcessError):
            pass
    return None


def link(ld, folder, args, counter):
    """The instructions and the peak memory in bytes of a link. Two runs: valgrind takes memory itself."""
    command = ["timeout", "60", ld, "--threads=1", "--no-warn=renamed-static-map"] + args + ["-o", "out.o"]
    with open(os.path.join(folder, "said"), "wb") as said:
        child = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
        _, status, usage = os.wait4(child.pid, 0)
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            return None, 0
        counted = subprocess.run(["timeout", "120"] + counter[0] + command[2:], cwd=folder, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
    if counted.returncode not in (0, 1):
        return None, 0
    with open(os.path.join(folder, "counted")) as f:
        counted = re.search(counter[1], f.read(), re.M)
    return int(counted.group(1)) if counted else None, usage.ru_maxrss * 1024


def files_of(folder):
    return {f: os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder)
            if f not in ("said", "counted")}


def measure(ld, name, part, counter, base):
    """What is wrong with a shape, and a line of figures."""
    write, start = SHAPES[name]
    counts, totals = [], []
    for n in (start // part, 2 * (start // part), 4 * (start // part)):
        folder = os.path.abspath("%s-%d" % (name, n))
        os.makedirs(folder, exist_ok=True)
        args = write(folder + "/", n)
        inputs = sum(files_of(folder).values())
        count, memory = link(ld, folder, args, counter)
        if count is None:
            return ["crashes, or takes minutes"], ""
        counts.append(count)
        said = os.path.getsize(os.path.join(folder, "said"))
        totals.append(sum(files_of(folder).values()) + said)
        for f in os.listdir(folder):
            if f != "said":
                os.unlink(os.path.join(folder, f))
    above = [max(1, count - base) for count in counts]
    growth = max((above[1] - NOISE) / above[0], (above[2] - NOISE) / above[1])
    text = max(totals[1] / totals[0], totals[2] / totals[1])
    allowed = SPARE_MEMORY + MEMORY_PER_BYTE * inputs
    wrong = ["%s grows %.2f times" % (what, g) for what, g in (("time", growth), ("output", text))
             if g > MOST_PER_DOUBLING]
    if memory > allowed:
        wrong.append("takes %d MB for %d KB" % (memory >> 20, inputs >> 10))
    return wrong, "%6.1f M instructions, %4.2f %4.2f times, %4d of %4d MB" % (
        counts[2] / 1e6, growth, text, memory >> 20, allowed >> 20)


def main():
    args = sys.argv[1:]
    ld, part, share, verbose = os.path.abspath(args.pop(0)), 1, (1, 1), False
    while args and args[0].startswith("--"):
        option, _, value = args.pop(0).partition("=")
        if option == "--part":
            part = int(value)
        elif option == "--share":
            share = tuple(int(n) for n in value.split("/"))
        else:
            verbose = True
    counter = pick_counter()
    if not counter:
        print("skipped: neither perf nor valgrind counts instructions here")
        return 77
    write_object("in.o", [text(1)], functions(1))
    base, _ = link(ld, ".", ["in.o"], counter)
    names, failed = args or list(SHAPES)[share[0] - 1::share[1]], 0
    with ThreadPoolExecutor(2) as pool:
        for name, (wrong, figures) in zip(names, pool.map(
                lambda name: measure(ld, name, part, counter, base), names)):
            if wrong or verbose:
                print("%-24s %s" % (name, figures), flush=True)
            for what in wrong:
                failed += 1
                print("%s: %s" % (name, what), flush=True)
    print("%d shapes, %d failures" % (len(names), failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
