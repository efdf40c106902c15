#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""module.py VMLINUX OUTPUT NAME...: split BTF of a module of vmlinux, with for each NAME a struct NAME { int pad; T *NAME_field; }
and a function of the first prototype of vmlinux. T is type 1 of vmlinux. NAME=ID refers to type ID instead."""
import struct
import sys

KINDS = {1: (4, 0), 3: (12, 0), 4: (0, 12), 5: (0, 12), 6: (0, 8), 13: (0, 8), 14: (4, 0), 15: (0, 12), 17: (4, 0), 19: (0, 12)}

with open(sys.argv[1], "rb") as f:
    data = f.read()
header, type_off, type_len, str_off, str_len = struct.unpack_from("<5I", data, 4)
types = data[header + type_off:][:type_len]
nr, at, proto = 1, 0, 0
while at < len(types):
    info, = struct.unpack_from("<I", types, at + 4)
    kind, vlen = info >> 24 & 0x7f, info & 0xffff
    proto = proto or (nr if kind == 13 else 0)
    fixed, each = KINDS.get(kind, (0, 0))
    at += 12 + fixed + each * vlen
    nr += 1

out, strs, own = b"", b"\0", 0


def string(text):
    global strs
    off = str_len + len(strs)
    strs += text.encode() + b"\0"
    return off


for name in sys.argv[3:]:
    name, _, target = name.partition("=")
    out += struct.pack("<3I", 0, 2 << 24, int(target or 1))
    out += struct.pack("<3I3I3I", string(name), 4 << 24 | 2, 16, string("pad"), 1, 0, string(name + "_field"), nr + own, 64)
    out += struct.pack("<3I", string(name + "_func"), 12 << 24 | 1, proto)
    own += 3
with open(sys.argv[2], "wb") as f:
    f.write(struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, len(out), len(out), len(strs)) + out + strs)
