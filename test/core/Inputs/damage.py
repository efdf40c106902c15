#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""damage.py BPFLD DIR OBJECT: runs `bpfld core` with copies of DIR in which bytes, words or the length of a file are changed."""
import os
import random
import shutil
import subprocess
import sys

bpfld, directory, obj = sys.argv[1:]
rng = random.Random(1)


def damage(data):
    at = rng.randrange(len(data))
    how = rng.randrange(4)
    if how == 0:
        data[at] = rng.randrange(256)
    elif how == 1:
        at &= ~3
        data[at:at + 4] = rng.choice((0, 1, 7, 24, 0x7fffffff, 0xffffffff, rng.randrange(64))).to_bytes(4, "little")
    elif how == 2 and len(data) > 100:
        del data[at:at + 4 * rng.randrange(8)]
    else:
        data[at:at] = data[:4 * rng.randrange(8)]


read = refused = 0
for _ in range(150):
    shutil.rmtree("damaged", ignore_errors=True)
    shutil.copytree(directory, "damaged")
    path = os.path.join("damaged", rng.choice(sorted(os.listdir("damaged"))))
    with open(path, "rb") as f:
        content = bytearray(f.read())
    for _ in range(rng.randrange(1, 4)):
        damage(content)
    with open(path, "wb") as f:
        f.write(content)
    done = subprocess.run([bpfld, "core", "--json", "--target-btf=damaged", obj], capture_output=True, text=True, timeout=60,
                          check=False)
    if done.returncode not in (0, 1) or (done.returncode and "error: " not in done.stderr):
        sys.exit("status %d: %s" % (done.returncode, done.stderr))
    if "-btf]" in done.stderr:
        refused += 1
    else:
        read += 1
print("%d read, %d refused" % (read, refused))
