# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Objects whose names are tails of one long string."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../limits/Inputs"))
from objects import *
from shapes import SHAPES

SHAPES["names-as-suffixes"][0]("", 4000)
os.rename("in.o", "symbols.o")
SHAPES["type-names-as-suffixes"][0]("", 2000)
os.rename("in.o", "types.o")
SHAPES["names-as-suffixes"][0]("", 40)
os.rename("in.o", "few.o")
names, types = Strings(), [INT, [0, PROTO, 1]]
at = len(names.data)
names.data += b"a" * 8000 + b"\0"
types += [[at + i, FUNC_KIND | 1, 2] for i in range(1000)]
write_object("functions.o", [text(1000), btf(types, names)], functions(1000))
