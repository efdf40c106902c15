# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""dump.py OBJECT: .BTF and .BTF.ext of either byte order, with kinds that bpftool does not know yet.

A type per line as `[ID] KIND 'NAME' ...`, a record per line as `func_info SECTION+OFFSET ...`.
"""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../diff"))
import bpfobj

LINKAGE = ("static", "global", "extern")


def show_type(btf, t):
    """The words of a type; ids as [ID]."""
    out = [t.kind, repr(t.name)] + (["kflag"] if t.kflag else [])
    third, extra = t.size_or_type, t.extra
    if t.kind == "int":
        out.append(f"size={third} encoding={extra >> 24} bits={extra & 0xff}")
    elif t.kind == "array":
        out.append(f"[{extra[0]}] index [{extra[1]}] nr={extra[2]}")
    elif t.kind in ("struct", "union"):
        out.append(f"size={third}")
        out += [f"{btf.str(n)!r}:[{ref}]@{off & 0xffffff}:{off >> 24}" if t.kflag
                else f"{btf.str(n)!r}:[{ref}]@{off}" for n, ref, off in extra]
    elif t.kind == "enum":
        out.append(f"size={third}")
        out += [f"{btf.str(n)}={v}" for n, v in extra]
    elif t.kind == "enum64":
        out.append(f"size={third}")
        out += [f"{btf.str(n)}={hi << 32 | lo:#x}" for n, lo, hi in extra]
    elif t.kind == "float":
        out.append(f"size={third}")
    elif t.kind == "func_proto":
        out.append(f"[{third}] (" + ", ".join(f"[{ref}] {btf.str(n)!r}" for n, ref in extra) + ")")
    elif t.kind == "func":
        out.append(f"[{third}] {LINKAGE[t.vlen]}")
    elif t.kind == "var":
        out.append(f"[{third}] {LINKAGE[extra]}")
    elif t.kind == "datasec":
        out.append(f"size={third}")
        out += [f"{btf.types[ref].name}[{ref}]@{off}:{size}" for ref, off, size in extra]
    elif t.kind == "decl_tag":
        out.append(f"[{third}] component={extra}")
    elif t.kind != "fwd":
        out.append(f"[{third}]")
    return " ".join(out)


def records(obj, data, at, end):
    """(section, words) of each record of a table."""
    if at == end:
        return
    size, = struct.unpack_from(obj.e + "I", data, at)
    at += 4
    while at < end:
        sec, count = struct.unpack_from(obj.e + "II", data, at)
        at += 8
        for _ in range(count):
            yield obj.btf.str(sec), struct.unpack_from(f"{obj.e}{size // 4}I", data, at)
            at += size


def show_ext(obj, data):
    string, types = obj.btf.str, obj.btf.types
    field = struct.unpack_from(obj.e + "HBBI6I", data)[3:]
    for i, kind in enumerate(("func_info", "line_info", "core_relo")):
        at = field[0] + field[1 + 2 * i]
        for sec, rec in records(obj, data, at, at + field[2 + 2 * i]):
            place, tail = f"{kind} {sec}+{rec[0]}", rec[2 if i == 0 else 4:]
            if i == 0:
                text = f"[{rec[1]}] {types[rec[1]].name}"
            elif i == 1:
                text = f"{string(rec[1])}:{rec[3] >> 10}:{rec[3] & 1023} {string(rec[2])!r}"
            else:
                text = f"[{rec[1]}] {types[rec[1]].name} {string(rec[2])} {rec[3]}"
            print(place, text + "".join(f" tail={word:#x}" for word in tail))


obj = bpfobj.Object(sys.argv[1])
for t in obj.btf.types[1:]:
    print(f"[{t.id}]", show_type(obj.btf, t))
if ".BTF.ext" in obj.by_name:
    show_ext(obj, obj.by_name[".BTF.ext"].data)
