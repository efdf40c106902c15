# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""held_ids.py OBJECT: for each CO-RE record what its instruction holds: the id of the record's type, or another number."""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../diff"))
import bpfobj

obj = bpfobj.Object(sys.argv[1])
for sec, insn, type_id, _, kind in obj.core_relo:
    op, _, off, imm = struct.unpack_from(obj.e + "BBhi", obj.by_name[sec].data, insn)
    held = off if op & 7 in (1, 2, 3) else imm
    if op == 0x18:
        held |= struct.unpack_from(obj.e + "i", obj.by_name[sec].data, insn + 12)[0] << 32
    text = "its id" if held == type_id else held
    print(f"{sec}+{insn} {obj.btf.types[type_id].name} kind {kind}: {op:#x} holds {text}")
