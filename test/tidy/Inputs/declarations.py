# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""declarations.py HEADER PAGE: whether a formatted manual page has what a header exports.

Each function stands under NAME, and under SYNOPSIS as the header declares it. PAGE is plain text."""
import re
import sys


def squeezed(text):
    """One blank between words, none behind a star or an opening parenthesis."""
    return re.sub(r"(?<=[*(]) ", "", " ".join(text.split()))


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        declared = re.findall(r"^BPFLD_API ([^;]*;)", f.read(), re.M)
    with open(sys.argv[2], encoding="utf-8") as f:
        page = f.read()
    head = page[page.index("NAME"):page.index("LIBRARY")]
    synopsis = squeezed(page[page.index("SYNOPSIS"):page.index("DESCRIPTION")])
    found = [squeezed(d) for d in declared]
    wrong = ["NAME has no " + name for name in re.findall(r"(bpfld_\w+)\(", " ".join(found))
             if not re.search(r"\b%s\b" % name, head)]
    wrong += ["not as declared: " + d for d in found if d not in synopsis]
    for line in wrong:
        print("%s: %s" % (sys.argv[2], line))
    return 1 if wrong or len(found) < 10 else 0


sys.exit(main())
