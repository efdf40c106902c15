# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""program.py FILE: what an object says, but for the order of its types and what hangs on it."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../diff"))
import bpfobj

obj = bpfobj.Object(sys.argv[1])
btf = obj.btf
for sec in obj.sections:
    fields = sec.name, sec.type, sec.flags, sec.align, sec.entsize
    if sec.name in (".BTF", ".BTF.ext") or sec.type == bpfobj.SHT_REL:
        print(*fields, sec.size)
    else:
        print(*fields, sec.data.hex())
    for rel in obj.relocs.get(sec.index, {}).values():
        print("reloc", rel.offset, rel.type, obj.symbols.index(rel.symbol), rel.symbol.name)
types = []
for t in btf.types if btf else ():
    refs = [btf.text(i) for i in btf.refs(t)]
    if t.kind == "datasec":
        refs = [(btf.types[i].name, off, size) for i, off, size in t.extra]
    types.append("type %s %s %s %s" % (t.kind, t.name, t.kflag, refs))
    if t.kind in ("func", "var", "datasec"):
        print(types[-1])
print("\n".join(sorted(types)))
for kind, records in ("func", obj.func_info), ("line", obj.line_info), ("core", obj.core_relo):
    for sec, off, what, *rest in records:
        name = btf.str(what) if kind == "line" else btf.types[what].name
        rest = [btf.str(rest[0])] + rest[1:] if rest else rest
        print(kind, sec, off, name, *rest)
