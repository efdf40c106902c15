# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""dependencies.py LD: names of inputs and outputs with each ASCII character, as make reads them.

Each name is either one that make follows, as a prerequisite and as a target, or it is left out with
a warning, or refused.
"""
import os
import shutil
import subprocess
import sys

ld = sys.argv[1]
names = ["a%sb" % chr(c) for c in range(1, 128) if chr(c) != "/"]
for c in " \t\n\\$#:%;=|&*?[]~!'\"(){}<>@+-,^`":
    names += [c + "b", "a" + c, "a\\" + c + "b", "a\\\\" + c + "b", "a" + c + c + "b"]
names += ["a b: c", "x\nall:\n\techo forged", "$(shell touch forged)", "`touch forged`", "a.o b.o", "~root", "..."]
names = sorted(set(names))


def link(output, name, dependencies):
    done = subprocess.run([ld, "-o", output, name, "--dependency-file=" + dependencies], capture_output=True,
                          text=True, errors="replace", check=False)
    return done.returncode, done.stderr


def make(*args):
    done = subprocess.run(["make", "-r", *args], capture_output=True, text=True, errors="replace", check=False)
    assert not os.path.exists("forged"), args
    return done.returncode, done.stdout + done.stderr


def rebuilt():
    status, text = make("-k", "all")
    assert status == 0 and "forged" not in text, text
    found = set(text.split("\n"))
    return [n for n in range(len(names)) if "made %d" % n in found]


refused = []
os.mkdir("as-input")
os.mkdir("as-output")
rules = []
for n, name in enumerate(names):
    path = "./" + name
    shutil.copy("in.o", path)
    status, errors = link("out%d" % n, path, "as-input/%d" % n)
    assert status == 0, (name, errors)
    if "[dependency-name]" in errors:
        refused.append(n)
    rules.append("out%d:\n\t@echo made %d; touch out%d\n" % (n, n, n))
    os.remove(path)
    # As an output.
    status, errors = link(path, "in.o", "as-output/%d" % n)
    assert (status != 0) == (n in refused) == ("[dependency-name]" in errors), (name, status, errors)
    if not status:
        os.remove(path)
        status, text = make("-f", "as-output/%d" % n, path)
        assert status == 0, (name, text)
    assert not os.path.exists(path), name
for name in names:
    shutil.copy("in.o", "./" + name)
    os.utime("./" + name, (1000, 1000))
with open("Makefile", "w", encoding="utf-8") as f:
    f.write("all: %s\n%s-include as-input/*\n" % (" ".join("out%d" % n for n in range(len(names))), "".join(rules)))
fine = [n for n in range(len(names)) if n not in refused]
assert not rebuilt()
for name in names:
    os.utime("./" + name, (4000000000, 4000000000))
found = rebuilt()
assert found == fine, [names[n] for n in set(found) ^ set(fine)]
for name in names:
    os.remove("./" + name)
found = rebuilt()
assert found == fine, [names[n] for n in set(found) ^ set(fine)]
print("%d of %d are left out" % (len(refused), len(names)))
for c in " #$:\\!'\"(){}<>@+-,^`":
    assert names.index("a%sb" % c) not in refused, c
