# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads a BPF object: ELF, BTF and .BTF.ext, in either byte order.

Written from the formats, apart from the linker and from libbpf, so that a mistake of theirs is
not made here again. Meant for objects that a compiler or linker has just written: a broken file
raises an exception and that is a finding.
"""

import struct

SHT_SYMTAB, SHT_NOBITS, SHT_REL = 2, 8, 9
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR, SHF_MERGE, SHF_STRINGS = 1, 2, 4, 0x10, 0x20
SHN_UNDEF, SHN_ABS, SHN_COMMON = 0, 0xFFF1, 0xFFF2
STB_LOCAL, STB_GLOBAL, STB_WEAK = 0, 1, 2
STT_NOTYPE, STT_OBJECT, STT_FUNC, STT_SECTION, STT_FILE = 0, 1, 2, 3, 4

KINDS = ("void int ptr array struct union enum fwd typedef volatile const restrict func "
         "func_proto var datasec float decl_tag type_tag enum64").split()
BPF_CORE_TYPE_ID_LOCAL = 6


class Section:
    def __init__(self, index, name, header, data):
        self.index, self.name, self.data = index, name, data
        (_, self.type, self.flags, _, self.offset, self.size,
         self.link, self.info, self.align, self.entsize) = header


class Symbol:
    def __init__(self, name, info, other, shndx, value, size):
        self.name, self.shndx, self.value, self.size = name, shndx, value, size
        self.bind, self.type, self.vis = info >> 4, info & 15, other & 3


class Reloc:
    def __init__(self, offset, type_, symbol):
        self.offset, self.type, self.symbol = offset, type_, symbol


class Type:
    """One BTF type. What `extra` holds depends on the kind."""

    __slots__ = ("id", "kind", "name", "kflag", "vlen", "size_or_type", "extra")

    def __init__(self, id_, kind, name, kflag, vlen, size_or_type):
        self.id, self.kind, self.name = id_, kind, name
        self.kflag, self.vlen, self.size_or_type = kflag, vlen, size_or_type
        self.extra = None


class Btf:
    def __init__(self, data, endian):
        self.e = endian
        self.size = len(data)
        magic, _, _, hdr_len, type_off, type_len, str_off, str_len = struct.unpack_from(
            endian + "HBBIIIII", data)
        if magic != 0xEB9F:
            raise ValueError("bad BTF magic")
        self.strings = data[hdr_len + str_off:hdr_len + str_off + str_len]
        self.types = [Type(0, "void", "", 0, 0, 0)]
        self._read(data[hdr_len + type_off:hdr_len + type_off + type_len])
        self._names = {}

    def str(self, off):
        return self.strings[off:self.strings.index(b"\0", off)].decode()

    def _read(self, data):
        e, pos = self.e, 0
        while pos < len(data):
            name, info, size_or_type = struct.unpack_from(e + "III", data, pos)
            pos += 12
            kind = KINDS[info >> 24 & 31]
            t = Type(len(self.types), kind, self.str(name), info >> 31, info & 0xFFFF,
                     size_or_type)
            n = t.vlen
            if kind == "int":
                t.extra, = struct.unpack_from(e + "I", data, pos)
                pos += 4
            elif kind == "array":
                t.extra = struct.unpack_from(e + "III", data, pos)
                pos += 12
            elif kind in ("struct", "union", "datasec", "enum64"):
                t.extra = self._rows("III", data, pos, n)
                pos += 12 * n
            elif kind in ("enum", "func_proto"):
                t.extra = self._rows("Ii" if kind == "enum" else "II", data, pos, n)
                pos += 8 * n
            elif kind in ("var", "decl_tag"):
                t.extra, = struct.unpack_from(e + "i", data, pos)
                pos += 4
            self.types.append(t)
        if pos != len(data):
            raise ValueError("BTF types end in the middle of one")

    def _rows(self, fmt, data, pos, count):
        fmt = self.e + fmt
        width = struct.calcsize(fmt)
        return [struct.unpack_from(fmt, data, pos + i * width) for i in range(count)]

    def refs(self, t):
        """Ids of the types that t names."""
        kind, extra = t.kind, t.extra
        if kind in ("ptr", "typedef", "volatile", "const", "restrict", "func", "var",
                    "decl_tag", "type_tag"):
            return [t.size_or_type]
        if kind == "array":
            return [extra[0], extra[1]]
        if kind in ("struct", "union"):
            return [m[1] for m in extra]
        if kind == "func_proto":
            return [t.size_or_type] + [p[1] for p in extra]
        if kind == "datasec":
            return [m[0] for m in extra]
        return []

    def text(self, id_, depth=0):
        """The type as C names it. Named structs by name, whether complete or only declared."""
        if (id_, depth > 0) in self._names:
            return self._names[id_, depth > 0]
        out = self._text(self.types[id_], depth)
        self._names[id_, depth > 0] = out
        return out

    def _text(self, t, depth):
        kind = t.kind
        if kind == "void":
            return "void"
        if kind in ("int", "float"):
            return t.name
        if kind == "ptr":
            return self.text(t.size_or_type, depth + 1) + " *"
        if kind in ("const", "volatile", "restrict"):
            return f"{kind} {self.text(t.size_or_type, depth)}"
        if kind == "type_tag":
            return f"tag({t.name}) {self.text(t.size_or_type, depth)}"
        if kind == "typedef":
            return t.name
        if kind == "array":
            return f"{self.text(t.extra[0], depth)}[{t.extra[2]}]"
        if kind == "fwd":
            return ("union " if t.kflag else "struct ") + t.name
        if kind in ("struct", "union"):
            return f"{kind} {t.name}" if t.name else self._members(t, depth)
        if kind in ("enum", "enum64"):
            if t.name:
                return "enum " + t.name
            return "enum {" + ", ".join(self.str(m[0]) for m in t.extra) + "}"
        if kind == "func_proto":
            # ld.bpf names anonymous parameters of functions, as the kernel wants it.
            return self.text(t.size_or_type, depth) + " (" + ", ".join(
                f"{self.text(p[1], depth)} {self.str(p[0]) or f'arg{i}'}"
                for i, p in enumerate(t.extra, 1)) + ")"
        return f"{kind} {t.name}"

    def _members(self, t, depth):
        if depth > 12:
            return t.kind + " {...}"
        return t.kind + " {" + "; ".join(
            f"{self.text(m[1], depth + 1)} {self.str(m[0])}@{m[2]:x}" for m in t.extra) + "}"

    def unnamed_size(self):
        """Bytes of the names arg1, arg2, ... of the functions' anonymous parameters."""
        protos = [self.types[t.size_or_type] for t in self.types if t.kind == "func"]
        return sum(len(name) for name in {f"arg{i}\0" for t in protos
                                          for i, p in enumerate(t.extra, 1) if p[1] and not p[0]})

    def reachable(self, roots):
        seen, todo = {0}, list(roots)
        tags = {}
        for t in self.types:
            if t.kind == "decl_tag":
                tags.setdefault(t.size_or_type, []).append(t.id)
        while todo:
            id_ = todo.pop()
            if id_ in seen:
                continue
            seen.add(id_)
            todo += self.refs(self.types[id_])
            todo += tags.get(id_, ())
        return seen


class Object:
    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        d = self.data
        if d[:4] != b"\x7fELF":
            raise ValueError("not ELF")
        self.e = "<" if d[5] == 1 else ">"
        self.machine, = struct.unpack_from(self.e + "H", d, 18)
        shoff, = struct.unpack_from(self.e + "Q", d, 40)
        shentsize, shnum, shstrndx = struct.unpack_from(self.e + "HHH", d, 58)
        first = struct.unpack_from(self.e + "IIQQQQIIQQ", d, shoff)
        shnum = shnum or first[5]
        shstrndx = first[6] if shstrndx == 0xFFFF else shstrndx
        headers = [struct.unpack_from(self.e + "IIQQQQIIQQ", d, shoff + i * shentsize)
                   for i in range(shnum)]
        names = d[headers[shstrndx][4]:headers[shstrndx][4] + headers[shstrndx][5]]
        self.sections = []
        for i, h in enumerate(headers):
            name = names[h[0]:names.index(b"\0", h[0])].decode()
            data = b"" if h[1] in (0, SHT_NOBITS) else d[h[4]:h[4] + h[5]]
            self.sections.append(Section(i, name, h, data))
        self.by_name = {s.name: s for s in self.sections}
        # The GNU assembler adds the symbol's value to what stands in place, unlike LLVM.
        self.gnu = any(s.name == ".comment" and b"GCC:" in s.data for s in self.sections)
        self._read_symbols()
        self._read_relocs()
        btf = self.by_name.get(".BTF")
        self.btf = Btf(btf.data, self.e) if btf else None
        self.func_info, self.line_info, self.core_relo = [], [], []
        if self.btf and ".BTF.ext" in self.by_name:
            self._read_ext(self.by_name[".BTF.ext"].data)

    def _read_symbols(self):
        self.symbols = []
        for sec in self.sections:
            if sec.type != SHT_SYMTAB:
                continue
            strtab = self.sections[sec.link].data
            for pos in range(0, sec.size, 24):
                name, info, other, shndx, value, size = struct.unpack_from(
                    self.e + "IBBHQQ", sec.data, pos)
                self.symbols.append(Symbol(
                    strtab[name:strtab.index(b"\0", name)].decode(), info, other, shndx,
                    value, size))

    def _read_relocs(self):
        self.relocs = {}
        for sec in self.sections:
            if sec.type != SHT_REL:
                continue
            table = self.relocs.setdefault(sec.info, {})
            for pos in range(0, sec.size, 16):
                off, info = struct.unpack_from(self.e + "QQ", sec.data, pos)
                table[off] = Reloc(off, info & 0xFFFFFFFF, self.symbols[info >> 32])

    def _read_ext(self, data):
        hdr = struct.unpack_from(self.e + "HBBI", data)
        fields = struct.unpack_from(self.e + "I" * ((hdr[3] - 8) // 4), data, 8)
        fields = list(fields) + [0] * 6
        self.func_info = self._ext_records(data, hdr[3] + fields[0], fields[1], "II")
        self.line_info = self._ext_records(data, hdr[3] + fields[2], fields[3], "IIII")
        self.core_relo = self._ext_records(data, hdr[3] + fields[4], fields[5], "IIII")

    def _ext_records(self, data, pos, length, fmt):
        """[(section name, fields...)]"""
        out = []
        if not length:
            return out
        end = pos + length
        rec_size, = struct.unpack_from(self.e + "I", data, pos)
        pos += 4
        while pos < end:
            sec, count = struct.unpack_from(self.e + "II", data, pos)
            pos += 8
            for _ in range(count):
                out.append((self.btf.str(sec),) + struct.unpack_from(self.e + fmt, data, pos))
                pos += rec_size
        return out

    def defined(self, sym):
        return 0 < sym.shndx < 0xFF00

    def btf_roots(self):
        # gcc describes inlined functions, too; func_info knows those whose symbol has another name.
        names = {s.name for s in self.symbols}
        roots = [t.id for t in self.btf.types
                 if t.kind in ("var", "datasec") or t.kind == "func" and t.name in names]
        roots += [r[2] for r in self.func_info]
        roots += [r[2] for r in self.core_relo]
        return roots

    def strong_undefined(self):
        """Names a final link would refuse: undefined, strong, in neither .ksyms nor .kconfig."""
        special = set()
        for t in self.btf.types if self.btf else ():
            if t.kind == "datasec" and t.name in (".ksyms", ".kconfig"):
                special |= {self.btf.types[m[0]].name for m in t.extra}
        return sorted(s.name for s in self.symbols if s.shndx == SHN_UNDEF and s.name
                      and s.bind == STB_GLOBAL and s.name not in special)

    def type_id_local(self):
        """Does an instruction hold an id of this object's own BTF? Then no tag can be stable."""
        return any(r[4] == BPF_CORE_TYPE_ID_LOCAL for r in self.core_relo)
