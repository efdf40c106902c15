# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Links mutated libraries to mutated mains as the loader does: no crash, no hang, and a failure has an error.

libraries.py --dynrun DYNRUN [--kernel] [--number N] [--from N] [--seconds S] [--seed S] [--keep DIR]
             --mains MAIN... --libraries LIBRARY...

MAINs are outputs of --dynamic. A mutant is made as by mutants.py; that of a main by turns in its table
of imports. dynrun adds the modules and links them; with --kernel (root), it loads them, too: modes by turns.
Cases follow from the seed, as those of combine.py do.
"""
import argparse
import collections
import os
import random
import shutil
import sys
import time

import mutants

TEXTS = (b"version=1", b"version=2", b"version=", b"import=", b"prototype=int f(", b"default=", b"default=99999999999", b"weak",
         b"test=8 xdp", b"test=16 .text", b"test=4294967295 xdp", b"test=-8 xdp", b"test=8", b"x=y", b"", b"=", b"\xff" * 9)


def change_imports(r, obj):
    """Rows of the table go, come twice, move, or are others; the section keeps its size."""
    data = bytearray(obj.data)
    tables = [s for s in obj.sections if s[0] == ".bpfld.imports"]
    if not tables:
        return mutants.mutate(r, obj)
    _, _, _, off, size = tables[0]
    rows = bytes(data[off:off + size]).split(b"\0")
    for _ in range(r.choice((1, 1, 2, 4))):
        at, other = r.randrange(len(rows)), r.randrange(len(rows))
        how = r.randrange(5)
        if how == 0:
            rows[at] = r.choice(TEXTS)
        elif how == 1:
            rows.insert(at, rows[other])
        elif how == 2:
            rows[at], rows[other] = rows[other], rows[at]
        elif how == 3 and rows[at]:
            i = r.randrange(len(rows[at]))
            rows[at] = rows[at][:i] + bytes([r.randrange(256)]) + rows[at][i + 1:]
        else:
            rows[at] = rows[at].split(b"=")[0] + b"=" + r.choice(rows).split(b"=")[-1]
    data[off:off + size] = b"\0".join(rows)[:size].ljust(size, b"\0")
    return bytes(data), "table of imports: %s" % b"|".join(rows).decode(errors="replace")


def make(r, name, seeds, how):
    seed = r.choice(seeds)
    data, what = how(r, seed) if how else (seed.data, "as it is")
    with open(name, "wb") as f:
        f.write(data)
    return "%s is %s (%s)" % (name, seed.path, what)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--dynrun", required=True)
    p.add_argument("--kernel", action="store_true")
    p.add_argument("--number", type=int, default=1 << 60)
    p.add_argument("--from", type=int, default=0, dest="first")
    p.add_argument("--seconds", type=float, default=1e9)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--keep", default="found")
    p.add_argument("--mains", nargs="+", required=True)
    p.add_argument("--libraries", nargs="+", required=True)
    a = p.parse_args()
    print("seed %d" % a.seed, flush=True)
    mains, libraries = [mutants.Object(m) for m in a.mains], [mutants.Object(m) for m in a.libraries]
    assert all(any(s[0] == ".bpfld.imports" for s in m.sections) for m in mains), "a main has no table of imports"
    ends, wrong, end = collections.Counter(), 0, time.monotonic() + a.seconds
    for n in range(a.first, a.first + a.number):
        if time.monotonic() > end:
            break
        r = random.Random("libraries %d %d" % (a.seed, n))
        ways = r.choice(((change_imports, None, None), (mutants.mutate, None, None), (None, mutants.mutate, None),
                         (None, mutants.mutate, mutants.mutate), (change_imports, mutants.mutate, None)))
        what = [make(r, "main.o", mains, ways[0]), make(r, "one.o", libraries, ways[1]), make(r, "two.o", libraries, ways[2])]
        actions = ["main", "main.o", "lib", "one.o"] + ["lib", "two.o"] * r.randrange(2) + ["open", "main.o", "show", "link"]
        actions += ["load", "main.o", "show"] if a.kernel else ["show"]
        mode = ["--mode", r.choice(("static", "auto") if a.kernel else ("static",))]
        how, said = mutants.run([a.dynrun] + mode + actions, False)
        ends[how] += 1
        fault = mutants.judge(how, said)
        if fault:
            wrong += 1
            print("case %d, %s, %s: %s\n%s" % (n, " ".join(mode + actions), "; ".join(what), fault, said[:2000]), flush=True)
            os.makedirs(a.keep, exist_ok=True)
            for name in ("main.o", "one.o", "two.o"):
                shutil.copy(name, "%s/libraries-%d-%d-%s" % (a.keep, a.seed, n, name))
    print("dynrun: %s" % ", ".join("%s %d" % e for e in sorted(ends.items())))
    print("%d cases, %d wrong" % (sum(ends.values()), wrong))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
