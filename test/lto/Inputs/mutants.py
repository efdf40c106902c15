# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""mutants.py LD.BPF BROKEN GOOD NUMBER: links so many mutants of BROKEN with GOOD.

Each link works, or ends with 1 and an error that has an id.
"""
import os
import random
import re
import subprocess
import sys

ld_bpf, broken, good, number = sys.argv[1:]
with open(broken, "rb") as f:
    original = f.read()
random.seed(5)
# LLVM's own crashes are expected; those of ld.bpf show in its status.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":handle_segv=0:handle_sigfpe=0"
refused = 0
for i in range(int(number)):
    data = bytearray(original)
    for _ in range(random.choice([1, 3, 20])):
        data[random.randrange(len(data))] = random.randrange(256)
    with open("mutant.o", "wb") as f:
        f.write(data)
    done = subprocess.run([ld_bpf, "--verify", "mutant.o", good, "-o", "mutant.out"], check=False,
                          capture_output=True, timeout=60, text=True, errors="replace")
    refused += done.returncode == 1
    if done.returncode not in (0, 1) or (
            done.returncode and not re.search(r"ld.bpf: error: .*\[[a-z-]+\]", done.stderr)):
        sys.exit("mutant %d: status %d\n%s" % (i, done.returncode, done.stderr))
# Were none refused, nothing would have been tried.
sys.exit(refused < int(number) // 3)
