#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares a linked BPF object with what another linker made of the same inputs, or with the
inputs themselves.

Everything is resolved to names first (functions, variables, types, strings, file names), so that
a different order of sections, symbols, types or strings is no difference. Compared are:

  functions  section, name, instructions; what each relocated instruction points at
  data       variables, their bytes, what pointers in them point at
  maps       definitions by their BTF
  externs    of .ksyms, .kconfig and undefined symbols
  records    func_info, line_info, CO-RE, each at function + offset
  types      the C definitions of `bpftool btf dump format c`, as a set
  size       no more types and no larger BTF than the reference has

What the reference has beyond that in functions without a symbol is put aside: it is the body of
a weak function that lost, which the peer leaves in place.
"""

import argparse
import bisect
import collections
import hashlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True  # these files lie in the source tree

from bpfobj import (SHF_ALLOC, SHF_EXECINSTR, SHT_NOBITS, SHN_UNDEF, STB_LOCAL, STB_WEAK,
                    STT_FUNC, STT_NOTYPE, STT_OBJECT, STT_SECTION, Object)

R_64_64, R_ABS64, R_ABS32, R_NODYLD32, R_64_32 = 1, 2, 3, 4, 10
LD_IMM64, CALL, PSEUDO_CALL = 0x18, 0x85, 1
TYPE_IDS = (6, 7)  # BPF_CORE_TYPE_ID_LOCAL and _TARGET


def section_name(name):
    # Only .text itself holds subprograms, so a linker may put .text.NAME there.
    return ".text" if name.startswith(".text.") else name


class Canon:
    """An object in names: each field a Counter of hashable items."""

    def __init__(self, obj, owners=None, index=0):
        """owners: for an input of a link, {global name: (input's index, place)}; index: its own."""
        self.obj, self.owners, self.index = obj, owners or {}, index
        self.funcs_of = self._symbols_by_section(STT_FUNC)
        self.data_of = self._symbols_by_section(STT_OBJECT)
        self.dead = 0
        self.type_ids = {(sec, off) for sec, off, _, _, kind in obj.core_relo if kind in TYPE_IDS}
        self.functions = self._functions()
        self.data = self._data()
        self.externs = collections.Counter(
            s.name for s in obj.symbols
            if s.shndx == SHN_UNDEF and s.name and s.name not in self.owners)
        self.maps, self.variables, self.protos = (collections.Counter() for _ in range(3))
        self.func_info, self.line_info, self.core_relo = (collections.Counter() for _ in range(3))
        if obj.btf:
            self._btf()
            self._records()

    def _symbols_by_section(self, type_):
        table = collections.defaultdict(list)
        for s in self.obj.symbols:
            if s.type == type_ and self.obj.defined(s) and not self._lost(s):
                table[s.shndx].append((s.value, s.value + s.size, s.name))
        for rows in table.values():
            rows.sort()
        return table

    def _lost(self, sym):
        """Does another input own this global name?"""
        return (sym.bind != STB_LOCAL and sym.name in self.owners
                and self.owners[sym.name][0] != self.index)

    @staticmethod
    def _covering(rows, off):
        i = bisect.bisect_right(rows, (off, 1 << 63, "")) - 1
        # Assembly may leave out sizes: then a symbol reaches to the next one.
        if i >= 0 and (off < rows[i][1] or rows[i][0] == rows[i][1]):
            return rows[i][2], off - rows[i][0]
        return None

    def _place(self, shndx, off):
        """What lies at an offset of a section, in names."""
        sec = self.obj.sections[shndx]
        for table in (self.funcs_of, self.data_of):
            at = self._covering(table[shndx], off)
            if at:
                return (section_name(sec.name),) + at
        if sec.type == SHT_NOBITS:
            return sec.name, "zeros", 0
        if not sec.flags & SHF_ALLOC:
            return sec.name, "", off
        # No symbol: a string or a constant. Its bytes are its name.
        return section_name(sec.name), bytes(sec.data[off:off + 32]).split(b"\0")[0].hex(), 0

    def _target(self, reloc, addend):
        sym = reloc.symbol
        if sym.bind != STB_LOCAL and sym.name in self.owners:
            return self.owners[sym.name][1] + (sym.name, addend)
        if not self.obj.defined(sym):
            return "extern", sym.name, 0
        if sym.bind != STB_LOCAL:
            # By name, also where it points at the end, which belongs to the next one.
            return section_name(self.obj.sections[sym.shndx].name), sym.name, addend
        return self._place(sym.shndx, sym.value + addend)

    # ---- code ----

    def _functions(self):
        out = collections.Counter()
        for shndx, rows in list(self.funcs_of.items()):
            sec = self.obj.sections[shndx]
            relocs = self.obj.relocs.get(shndx, {})
            self.dead += sec.size - sum(end - start for start, end in
                                        {(r[0], r[1]) for r in rows})
            for start, end, name in rows:
                code = self._code(shndx, sec, relocs, start, end)
                out[section_name(sec.name), name, code] += 1
        return out

    def _code(self, shndx, sec, relocs, start, end):
        """A digest of a function's instructions, pointers replaced by what they point at."""
        digest = hashlib.sha1()
        pos = start
        while pos + 8 <= end:
            insn = sec.data[pos:pos + 8]
            imm = int.from_bytes(insn[4:], "little" if self.obj.e == "<" else "big", signed=True)
            src = insn[1] >> 4 if self.obj.e == "<" else insn[1] & 15
            reloc = relocs.get(pos)
            if reloc:
                is_call = insn[0] == CALL
                section = reloc.symbol.type == STT_SECTION
                addend = (imm + 1) * 8 if is_call and section else 0 if is_call else imm
                if self.obj.gnu and self.obj.defined(reloc.symbol) and not section:
                    # In bytes, while a callee counted from a section is in instructions.
                    addend = max(0, (imm + 1 if is_call else imm) - reloc.symbol.value)
                target = self._target(reloc, addend)
                digest.update(repr((insn[:4], reloc.type, target)).encode())
            elif insn[0] == CALL and src == PSEUDO_CALL:
                digest.update(repr((insn[:4], R_64_32,
                                    self._place(shndx, pos + 8 + imm * 8))).encode())
            elif (sec.name, pos) in self.type_ids:
                # The id of a type, which the record has, too. bpftool leaves that of the input.
                digest.update(insn[:4])
            else:
                digest.update(insn)
            type_id = (sec.name, pos) in self.type_ids
            pos += 8
            if insn[0] == LD_IMM64:
                # The low half may hold the addend, which the target already tells.
                digest.update(sec.data[pos:pos + 4 if reloc or type_id else pos + 8])
                pos += 8
        return digest.hexdigest()

    # ---- data ----

    def _data(self):
        out = collections.Counter()
        for shndx, rows in list(self.data_of.items()):
            sec = self.obj.sections[shndx]
            if not sec.flags & SHF_ALLOC or sec.flags & SHF_EXECINSTR:
                continue
            if sec.name in ("license", "version"):
                continue  # one copy of several stays, under whatever name
            relocs = self.obj.relocs.get(shndx, {})
            for start, end, name in rows:
                body = bytearray(sec.data[start:end]) if sec.type != SHT_NOBITS else b""
                pointers = []
                for off in sorted(o for o in relocs if start <= o < end):
                    at = off - start
                    addend = int.from_bytes(body[at:at + 8],
                                            "little" if self.obj.e == "<" else "big")
                    body[at:at + 8] = b"\0" * len(body[at:at + 8])
                    section = relocs[off].symbol.type == STT_SECTION
                    # Without the type: gcc 12 uses another number for the same.
                    pointers.append((at, self._target(relocs[off], addend if section else 0)))
                out[section_name(sec.name), name, end - start, bytes(body),
                    repr(pointers)] += 1
        return out

    # ---- BTF ----

    def _btf(self):
        btf = self.obj.btf
        # gcc describes functions that are not there: helpers, inlined ones.
        symbols = {s.name for s in self.obj.symbols if s.name}
        for t in btf.types:
            if t.kind == "func" and t.name in symbols and not self._lost_btf(t, t.vlen):
                # Without linkage: that is checked against the symbols by check_self().
                self.protos[t.name, btf.text(t.size_or_type)] += 1
            if t.kind != "datasec":
                continue
            for var_id, _, size in t.extra:
                var = btf.types[var_id]
                if self._lost_btf(var, var.extra if var.kind == "var" else var.vlen):
                    continue
                text = btf.text(var.size_or_type)
                if t.name == ".maps":
                    self.maps[var.name, text] += 1
                elif t.name not in ("license", "version"):
                    self.variables[t.name, var.name, text] += 1

    def _lost_btf(self, t, linkage):
        """Linkage 0 is static, 1 global, 2 extern."""
        if linkage == 0 or t.name not in self.owners:
            return False
        return linkage == 2 or self.owners[t.name][0] != self.index

    def _at(self, sec_name, off):
        sec = self.obj.by_name.get(sec_name)
        at = sec and self._covering(self.funcs_of[sec.index], off)
        if not at:
            return None
        return (section_name(sec_name),) + at

    def _records(self):
        btf = self.obj.btf
        for sec, off, type_ in self.obj.func_info:
            at = self._at(sec, off)
            if at:
                func = btf.types[type_]
                self.func_info[at + (func.name, btf.text(func.size_or_type))] += 1
        for sec, off, name, line, col in self.obj.line_info:
            at = self._at(sec, off)
            if at:
                self.line_info[at + (btf.str(name), btf.str(line), col >> 10, col & 1023)] += 1
        for sec, off, type_, access, kind in self.obj.core_relo:
            at = self._at(sec, off)
            if at:
                self.core_relo[at + (btf.text(type_), btf.str(access), kind)] += 1


def owners_of(objs):
    """Who owns each global name: the strong definition, else the first weak one."""
    owners = {}
    for weak in (False, True):
        for i, obj in enumerate(objs):
            for s in obj.symbols:
                if s.bind != STB_LOCAL and obj.defined(s) and (s.bind == STB_WEAK) == weak:
                    owners.setdefault(s.name, (i, (section_name(
                        obj.sections[s.shndx].name),)))
    return owners


def of_inputs(objs):
    """What a link of these must be: their sum, less the definitions that lost."""
    if len(objs) == 1:
        return Canon(objs[0])
    owners = owners_of(objs)
    canons = [Canon(o, owners, i) for i, o in enumerate(objs)]
    out = Canon.__new__(Canon)
    out.obj = None
    for field in FIELDS:
        total = collections.Counter()
        for c in canons:
            total += getattr(c, field)
        setattr(out, field, total)
    return out


FIELDS = ("functions", "data", "maps", "variables", "protos", "func_info", "line_info",
          "core_relo", "externs")


def brief(items, limit=3):
    shown = []
    for item in list(items)[:limit]:
        parts = [p.hex()[:24] if isinstance(p, bytes) else str(p) for p in item] \
            if isinstance(item, tuple) else [str(item)]
        shown.append(" ".join(parts)[:240])
    more = len(items) - limit
    return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")


def made_up(ours, ref, field):
    """Records of ours for functions of which the reference has none: one at the start of each, as a
    loader wants one for every function. Such a line has a file, and neither text nor number."""
    ours, ref = getattr(ours, field), getattr(ref, field)
    had = {r[:2] for r in ref}
    new = {r for r in ours if r[:2] not in had and r[2] == 0}
    if field == "line_info":  # which gcc leaves out, and a loader takes or leaves as a whole
        new = {r for r in new if ref and r[3] and r[4:] == ("", 0, 0)}
    return collections.Counter(dict.fromkeys(new, 1))


def compare(ours, ref):
    """[(check, reason)] for two Canons."""
    found = []
    new = {f: made_up(ours, ref, f) for f in ("func_info", "line_info")}
    for field in FIELDS:
        a, b = getattr(ours, field), getattr(ref, field)
        if field in ("protos", "variables", "maps", "externs"):
            # A set: how often a type is described is the size check's business.
            a, b = collections.Counter(dict.fromkeys(a, 1)), collections.Counter(
                dict.fromkeys(b, 1))
        a = a - new.get(field, collections.Counter())
        if field == "protos":
            # Several files may declare an extern, with other parameter names: one stays.
            names = {r[1] for r in new["func_info"]} | set(ours.externs)
            a, b = (collections.Counter({r: n for r, n in x.items() if r[0] not in names})
                    for x in (a, b))
        extra, missing = a - b, b - a
        if extra:
            found.append((field, "only in ours: " + brief(sorted(extra))))
        if missing:
            found.append((field, "missing in ours: " + brief(sorted(missing))))
    return found


# ---- the types as C ----

def dump_c(bpftool, path):
    run = subprocess.run([bpftool, "btf", "dump", "file", path, "format", "c"],
                         capture_output=True, text=True, timeout=60, check=False)
    return run.stdout if run.returncode == 0 else None


def definitions(text):
    """The definitions of a dump: {(kind, name): {text}}. Forward declarations don't count."""
    out = collections.defaultdict(set)
    # bpftool numbers types of one name as it meets them, which is no property of the types.
    text = re.sub(r"___\d+\b", "", text)
    body = text[text.find("#pragma clang attribute push"):text.rfind("#ifndef BPF_NO_PRESERVE")]
    body = body[body.find("#endif") + 6:]
    for chunk in re.split(r"\n\s*\n", body):
        chunk = chunk.strip()
        if not chunk or re.fullmatch(r"(struct|union|enum) \w+;", chunk):
            continue
        m = re.match(r"(struct|union|enum) (\w+)", chunk)
        if m and not chunk.startswith("typedef"):
            key = m.groups()
        elif chunk.startswith("typedef"):
            m = re.search(r"\(\*(\w+)\)\(|(\w+)(?:\[\d*\])*;$", chunk)
            key = ("typedef", (m.group(1) or m.group(2)) if m else chunk)
        else:
            m = re.match(r"enum \{\s*(\w+)", chunk)
            key = ("enum {", m.group(1) if m else chunk)
        out[key].add(re.sub(r"\s+", " ", chunk))
    return out


def shapes(btf, ids):
    """What definitions() has of these types, from BTF: {((kind, name), definition)}."""
    out = set()
    for id_ in ids:
        t = btf.types[id_]
        kind = {"enum64": "enum"}.get(t.kind, t.kind)
        if kind == "typedef":
            out.add(((kind, t.name), btf.text(t.size_or_type)))
        elif kind in ("struct", "union"):
            members = tuple((btf.str(m[0]), btf.text(m[1]), m[2]) for m in t.extra)
            out.add(((kind, t.name), (t.size_or_type, members)))
        elif kind == "enum":
            names = [btf.str(m[0]) for m in t.extra]
            key = (kind, t.name) if t.name or not names else ("enum {", names[0])
            out.add((key, (t.size_or_type, tuple((n,) + m[1:] for n, m in zip(names, t.extra)))))
    return out


def compare_types(our_text, ref_text, our_obj, ref_obj):
    a, b = definitions(our_text), definitions(ref_text)
    found = []
    extra = {(k, d) for k, ds in a.items() for d in ds if d not in b.get(k, ())}
    missing = {(k, d) for k, ds in b.items() for d in ds if d not in a.get(k, ())}
    if extra:
        found.append(("types", "only in ours: " + brief(sorted(extra))))
    if missing:
        # Two files may define a name differently, and nothing refer to one of the definitions.
        used = shapes(ref_obj.btf, ref_obj.btf.reachable(ref_obj.btf_roots()))
        have = shapes(our_obj.btf, range(len(our_obj.btf.types)))
        lost = {key for key, _ in used - have}
        missing = {m for m in missing if m[0] in lost}
    if missing:
        found.append(("types", "missing in ours: " + brief(sorted(missing))))
    return found


def compare_size(ours, ref):
    found = []
    if len(ours.btf.types) > len(ref.btf.types):
        found.append(("size", f"{len(ours.btf.types) - 1} types, the reference has "
                              f"{len(ref.btf.types) - 1}"))
    # Of the anonymous parameters of functions, ld.bpf makes "arg1" to "arg5".
    if ours.btf.size > ref.btf.size + ref.btf.unnamed_size():
        found.append(("size", f"{ours.btf.size} bytes of BTF, the reference has "
                              f"{ref.btf.size}"))
    return found


# ---- an object against itself ----

def check_self(obj):
    """What must hold in any linked object: BTF agrees with the symbols."""
    found = []
    seen_global = False
    for i, s in enumerate(obj.symbols):
        seen_global |= i > 0 and s.bind != STB_LOCAL
        if seen_global and s.bind == STB_LOCAL:
            found.append(("symbols", f"local '{s.name}' after the first global"))
            break
    if not obj.btf:
        return found
    names = {}
    for s in obj.symbols:
        if s.name and s.type in (STT_OBJECT, STT_FUNC, STT_NOTYPE):
            names.setdefault(s.name, []).append(s)
    found += check_datasecs(obj, names) + check_funcs(obj, names)
    return found


def check_datasecs(obj, names):
    found = []
    for t in obj.btf.types:
        if t.kind != "datasec" or t.name in (".ksyms", ".kconfig"):
            continue
        sec = obj.by_name.get(t.name)
        if not sec:
            if any(obj.btf.types[m[0]].extra != 2 for m in t.extra):
                found.append(("datasec", f"{t.name}: no such section"))
            continue
        extern = any(obj.btf.types[m[0]].extra == 2 for m in t.extra)
        # With an extern in it the section is not complete: 0 makes libbpf compute it.
        if sec.size != t.size_or_type and not (extern and t.size_or_type == 0):
            found.append(("datasec", f"{t.name}: {t.size_or_type} bytes, section {sec.size}"))
        if [m[1] for m in t.extra] != sorted(m[1] for m in t.extra):
            found.append(("datasec", f"{t.name}: not sorted by offset"))
        for var_id, off, size in t.extra:
            var = obj.btf.types[var_id]
            at = [s for s in names.get(var.name, ()) if s.shndx == sec.index]
            if var.extra == 2 and not at:
                continue
            if not any((s.value, s.size) == (off, size) for s in at):
                found.append(("datasec", f"{t.name}: '{var.name}' at {off}+{size}, symbol at " +
                              (", ".join(f"{s.value}+{s.size}" for s in at) or "nowhere")))
    return found


def check_funcs(obj, names):
    found = []
    # A FUNC that the linker made for gcc's "f.part.0" is called f_part_0, as old kernels want it; gcc
    # 14 calls its own f.
    by_c_name = {}
    for name, symbols in names.items():
        source = re.sub(r"(\.(isra|part|constprop)\.\d+)+$", "", name)
        for c_name in {re.sub(r"[^A-Za-z0-9]", "_", name), source}:
            by_c_name.setdefault(c_name, []).extend(symbols)
    for sec, off, type_ in obj.func_info:
        func = obj.btf.types[type_]
        index = obj.by_name[sec].index if sec in obj.by_name else -1
        there = names.get(func.name, []) + by_c_name.get(func.name, [])
        at = [s for s in there if s.shndx == index and s.value == off]
        if not at:
            found.append(("func-info", f"{sec}+{off}: no symbol '{func.name}' there"))
        elif func.vlen == 2:
            found.append(("func-info", f"'{func.name}' is defined but extern in BTF"))
        elif func.vlen == 1 and all(s.bind == STB_LOCAL for s in at):
            found.append(("func-info", f"'{func.name}' is local but global in BTF"))
    return found


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0],
                                 epilog="Exit 1 if there is a difference.")
    ap.add_argument("ours")
    ap.add_argument("reference", nargs="+",
                    help="another linker's output, or the inputs in their order")
    ap.add_argument("--bpftool", default="bpftool")
    args = ap.parse_args()
    ours = Object(args.ours)
    refs = [Object(p) for p in args.reference]
    found = check_self(ours)
    found += compare(Canon(ours), of_inputs(refs))
    if ours.btf and len(refs) == 1 and refs[0].btf:
        found += compare_types(dump_c(args.bpftool, args.ours),
                               dump_c(args.bpftool, args.reference[0]), ours, refs[0])
        found += compare_size(ours, refs[0])
    for check, reason in found:
        print(f"{check}: {reason}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
