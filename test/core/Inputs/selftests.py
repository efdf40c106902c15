#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""selftests.py DIFF CACHE BPFTOOL KERNEL CLANG OUTPUT: compiles the selftests of CO-RE and some others to OUTPUT."""
import os
import re
import shutil
import sys

sys.dont_write_bytecode = True
diff, cache, bpftool, version, clang, output = sys.argv[1:]
sys.path.insert(0, diff)
from selftests import Compiler, Corpus, Kernel  # pylint: disable=wrong-import-position

WANTED = re.compile(r"btf__core_reloc_|test_core_|core_kern|bpf_iter_task|test_ksyms_btf|task_kfunc")
kernel = Kernel(version, cache, bpftool)
kernel.prepare()
os.makedirs(output)
for name in filter(WANTED.match, kernel.programs()):
    path, _ = Corpus(cache).compile(kernel, Compiler(clang), name)
    if path:
        shutil.copy(path, os.path.join(output, name + ".o"))
