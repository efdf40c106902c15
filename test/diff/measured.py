# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The parts of pages in docs/ that scripts write."""
import sys


def replace(path, begin, end, text):
    """Puts text between two marks of a page."""
    with open(path, encoding="utf-8") as f:
        before, _, rest = f.read().partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        sys.exit(f"{path} has no place between {begin} and {end}")
    with open(path, "w", encoding="utf-8") as f:
        f.write(f"{before}{begin}\n\n{text}\n\n{end}{after}")
