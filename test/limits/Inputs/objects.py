# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ELF objects with BTF, made by hand: what the tests of sizes and of growth are built from."""
import struct

EXIT = bytes.fromhex("9500000000000000")
CALL = bytes.fromhex("85100000ffffffff")
LOAD = bytes.fromhex("18010000000000000000000000000000")
GLOBAL, WEAK = 0x10, 0x20
OBJECT, FUNC, SECTION = 1, 2, 3
PROGBITS, SYMTAB, STRTAB, NOBITS, REL, GROUP = 1, 2, 3, 8, 9, 17
ALLOC, CODE, DATA = 2, 6, 3
R_64, R_CALL = 1, 10


class Strings:
    def __init__(self):
        self.data, self.at = bytearray(b"\0"), {"": 0}

    def __call__(self, s):
        if s not in self.at:
            self.at[s] = len(self.data)
            self.data += s.encode() + b"\0"
        return self.at[s]


def write_object(out, sections, symbols):
    """sections: (name, type, flags, bytes or size, info, alignment); symbols: (name, info, section,
    value, size), locals first."""
    names, body, nr = Strings(), bytearray(64), len(sections) + 3
    table = bytearray(24)
    for name, info, shndx, value, size in symbols:
        table += struct.pack("<IBBHQQ", names(name), info, 0, shndx, value, size)
    locals_ = 1 + sum(info < GLOBAL for _, info, _, _, _ in symbols)
    rows = [(n, t, f, d, i, a) for n, t, f, d, i, a in sections]
    rows.append((".symtab", SYMTAB, 0, bytes(table), locals_, 8))
    for row in rows:
        names(row[0])
    names(".strtab")
    rows.append((".strtab", STRTAB, 0, bytes(names.data), 0, 1))
    headers = bytearray(64)
    for name, type_, flags, data, info, align in rows:
        size = data if isinstance(data, int) else len(data)
        body += bytes(-len(body) % 8)
        link = {SYMTAB: nr - 1, REL: nr - 2, GROUP: nr - 2}.get(type_, 0)
        entry = {SYMTAB: 24, REL: 16, GROUP: 4}.get(type_, 0)
        headers += struct.pack("<IIQQQQIIQQ", names(name), type_, flags, 0, len(body), size, link,
                               info, align, entry)
        if not isinstance(data, int):
            body += data
    body += bytes(-len(body) % 8)
    many = nr >= 0xff00
    if many:
        headers[:64] = struct.pack("<IIQQQQIIQQ", 0, 0, 0, 0, 0, nr, nr - 1, 0, 0, 0)
    body[:64] = b"\x7fELF\2\1\1" + bytes(9) + struct.pack(
        "<HHIQQQIHHHHHH", 1, 247, 1, 0, 0, len(body), 0, 64, 0, 0, 64, 0 if many else nr,
        0xffff if many else nr - 1)
    with open(out, "wb") as f:
        f.write(body + headers)


def relocs(name, nr, step, type_, info, symbol):
    data = b"".join(struct.pack("<QQ", step * i, symbol(i) << 32 | type_) for i in range(nr))
    return name, REL, 0, data, info, 8


def functions(nr, shndx=1, bind=GLOBAL):
    return [("f%d" % i, bind | FUNC, shndx, 8 * i, 8) for i in range(nr)]


def text(nr):
    return ".text", PROGBITS, CODE, EXIT * nr, 0, 8


def calls(nr):
    return "tc", PROGBITS, CODE, CALL * nr + EXIT, 0, 8


def prog(nr, shndx=2):
    return "prog", GLOBAL | FUNC, shndx, 0, 8 * nr + 8


def btf(types, names):
    """types: lists of words."""
    words = b"".join(struct.pack("<%dI" % len(t), *t) for t in types)
    header = struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, len(words), len(words), len(names.data))
    return ".BTF", PROGBITS, 0, header + words + bytes(names.data), 0, 4


INT = [0, 1 << 24, 4, 32]
PTR, ARRAY, STRUCT, TYPEDEF, CONST, PROTO, VAR = (k << 24 for k in (2, 3, 4, 8, 10, 13, 14))
FUNC_KIND, DATASEC = 12 << 24, 15 << 24


def var_of(type_id, names, types):
    """A variable of a type, so that it is kept: symbol and section."""
    types.append([names("v"), VAR, type_id, 1])
    types.append([names(".data"), DATASEC | 1, 8, len(types), 0, 8])
    return (".data", PROGBITS, DATA, bytes(8), 0, 8), ("v", GLOBAL | OBJECT, 1, 0, 8)
