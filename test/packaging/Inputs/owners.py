# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""owners.py DEBIAN TREE: says of each installed file that is not in exactly one package.

TREE is an installation with the prefix /usr and the library folder lib, where Debian's has the
machine's name in between.
"""
import fnmatch
import glob
import os
import sys

debian, tree = sys.argv[1:]
patterns = {}
for path in glob.glob(os.path.join(debian, "*.install")):
    with open(path, encoding="utf-8") as f:
        for line in f:
            line = line.split()[0]  # dh_install's second word is where it goes instead
            patterns[line.replace("usr/lib/*/", "usr/lib/")] = os.path.basename(path)[:-len(".install")]

wrong, used = [], set()
for folder, _, names in os.walk(tree):
    for name in names:
        path = os.path.relpath(os.path.join(folder, name), tree)
        found = [p for p in patterns if fnmatch.fnmatchcase(path, p) or path.startswith(p + "/")]
        used.update(found)
        if len(found) != 1:
            wrong.append("%s: %s" % (path, ", ".join(patterns[p] for p in found) or "in no package"))
wrong += ["%s: nothing is installed as %s" % (patterns[p], p) for p in patterns
          if p not in used and "/lto-" not in p]
print("\n".join(sorted(wrong)) or "%d patterns" % len(patterns))
sys.exit(1 if wrong else 0)
