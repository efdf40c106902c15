#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""distilled.py NAME BASE...: writes NAME.btf and NAME.base, the sections .BTF and .BTF.base of a module that was built
elsewhere. Each BASE is KIND:NAME:SIZE, a type that vmlinux must have. The module has a struct NAME with a pointer to the
last of these, NAME_ptr, and after it a member of the first, NAME_first; and a function NAME_func that takes that pointer."""
import struct
import sys

KINDS = {"int": 1, "struct": 4, "union": 5, "enum": 6, "fwd": 7, "float": 16}
HEADER = struct.Struct("<HBBIIIII")


def section(types, strings):
    return HEADER.pack(0xeb9f, 1, 0, 24, 0, len(types), len(types), len(strings)) + types + strings


name = sys.argv[1]
types, strings = b"", b"\0"
for base in sys.argv[2:]:
    kind, text, size = base.split(":")
    types += struct.pack("<3I", len(strings), KINDS[kind] << 24, int(size))
    if kind == "int":
        types += struct.pack("<I", 1 << 24 | int(size) * 8)
    strings += text.encode() + b"\0"
with open(name + ".base", "wb") as f:
    f.write(section(types, strings))

first, last, own, below = 1, len(sys.argv) - 2, len(sys.argv) - 1, len(strings)
strings = b"\0"


def string(text):
    global strings
    strings += text.encode() + b"\0"
    return below + len(strings) - len(text) - 1


types = struct.pack("<3I", 0, 2 << 24, last)
types += struct.pack("<3I3I3I", string(name), 4 << 24 | 2, 16, string(name + "_ptr"), own, 0, string(name + "_first"), first, 64)
types += struct.pack("<3I2I", 0, 13 << 24 | 1, first, string("p"), own)
types += struct.pack("<3I", string(name + "_func"), 12 << 24 | 1, own + 2)
with open(name + ".btf", "wb") as f:
    f.write(section(types, strings))
