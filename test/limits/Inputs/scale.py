# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Links large and odd inputs, each within its share of time and memory.

scale.py LD SECONDS MEGABYTES [CASE...]: CPU seconds and megabytes that a link may take.
"""
import os
import struct
import sys

from objects import *


def chain(out, nr, kind):
    names, types = Strings(), [INT]
    types += [[names("t") if kind == TYPEDEF else 0, kind, i + 1] for i in range(nr)]
    section, symbol = var_of(nr + 1, names, types)
    write_object(out, [section, btf(types, names)], [symbol])


def array_chain(out, nr):
    names, types = Strings(), [INT]
    types += [[0, ARRAY, 0, i + 1, i + 1, 2] for i in range(nr)]
    section, symbol = var_of(nr + 1, names, types)
    write_object(out, [section, btf(types, names)], [symbol])


def namesakes(out, nr):
    """Structs of one name, each with a pointer to the one before."""
    names, types = Strings(), [INT]
    for i in range(nr):
        types.append([names("s"), STRUCT | 1, 8, names("p"), len(types), i])
        types.append([0, PTR, len(types)])
    section, symbol = var_of(len(types), names, types)
    write_object(out, [section, btf(types, names)], [symbol])


def wide_proto(out, nr):
    names, types = Strings(), [INT]
    types.append([0, PROTO | nr, 1] + [w for i in range(nr) for w in (names("p%d" % i), 1)])
    types.append([names("f0"), FUNC_KIND | 1, 2])
    write_object(out, [text(1), btf(types, names)], functions(1))


def ext(out, nr, one_section):
    """func_info with a header for each record, of many sections or again and again of one."""
    names, types = Strings(), [INT, [0, PROTO, 1]]
    types += [[names("f%d" % i), FUNC_KIND | 1, 2] for i in range(nr)]
    table = struct.pack("<I", 8)
    for i in range(nr):
        table += struct.pack("<IIII", names(".text" if one_section else "s%d" % i), 1,
                             8 * i if one_section else 0, i + 3)
    header = struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, len(table), len(table), 0)
    code = [text(nr)] if one_section else [("s%d" % i, PROGBITS, CODE, EXIT, 0, 8)
                                           for i in range(nr)]
    symbols = functions(nr) if one_section else [("f%d" % i, GLOBAL | FUNC, i + 1, 0, 8)
                                                 for i in range(nr)]
    write_object(out, code + [btf(types, names), (".BTF.ext", PROGBITS, 0, header + table, 0, 4)],
                 symbols)


def kconfig(out, nr):
    names, types = Strings(), [INT]
    types += [[names("CONFIG_%d" % i), VAR, 1, 2] for i in range(nr)]
    types.append([names(".kconfig"), DATASEC | nr, 0] + [w for i in range(nr)
                                                         for w in (i + 2, 0, 4)])
    write_object(out, [("tc", PROGBITS, CODE, LOAD * nr + EXIT, 0, 8),
                       relocs(".reltc", nr, 16, R_64, 1, lambda i: i + 1), btf(types, names)],
                 [("CONFIG_%d" % i, GLOBAL, 0, 0, 0) for i in range(nr)] +
                 [("prog", GLOBAL | FUNC, 1, 0, 16 * nr + 8)])


def one_piece(nr):
    """Code with a jump out of its function: it stays one piece."""
    code = bytearray(EXIT * nr)
    code[160:168] = bytes.fromhex("0500f0ff00000000")
    return ".text", PROGBITS, CODE, bytes(code), 0, 8


def section_calls(nr):
    return "tc", PROGBITS, CODE, b"".join(CALL[:4] + struct.pack("<i", i - 1)
                                          for i in range(nr)) + EXIT, 0, 8


def sparse(out, hole):
    """A section of a hole in the file, which no link takes, before all others: large offsets."""
    write_object(out, [text(1)], functions(1))
    with open(out, "rb") as f:
        small = f.read()
    shoff, = struct.unpack_from("<Q", small, 40)
    rows = [list(struct.unpack_from("<IIQQQQIIQQ", small, shoff + 64 * i))
            for i in range(struct.unpack_from("<H", small, 60)[0])]
    for row in rows[1:]:
        row[4] += hole
    rows.append([0, PROGBITS | 0x70000000, 0, 0, 64, hole - 64, 0, 0, 1, 0])
    header = bytearray(small[:64])
    struct.pack_into("<Q", header, 40, hole + shoff)
    struct.pack_into("<H", header, 60, len(rows))
    with open(out, "wb") as f:
        f.write(header)
        f.seek(hole + 64)
        f.write(small[64:shoff] + b"".join(struct.pack("<IIQQQQIIQQ", *row) for row in rows))


def inputs(out, nr):
    """A response file that names one object with a static function again and again."""
    write_object("one.o", [text(1)], functions(1, bind=0))
    with open(out, "w") as f:
        f.write("one.o\n" * nr)


def wide_struct(out, nr):
    names, types = Strings(), [INT]
    types.append([names("s"), STRUCT | nr, 4 * nr] + [w for i in range(nr)
                                                      for w in (names("m%d" % i), 1, 32 * i)])
    section, symbol = var_of(2, names, types)
    write_object(out, [section, btf(types, names)], [symbol])


def variables(out, nr):
    names, types = Strings(), [INT]
    types += [[names("v%d" % i), VAR, 1, 1] for i in range(nr)]
    types.append([names(".data"), DATASEC | min(nr, 0xffff), 4 * nr] +
                 [w for i in range(min(nr, 0xffff)) for w in (i + 2, 4 * i, 4)])
    write_object(out, [(".data", PROGBITS, DATA, bytes(4 * nr), 0, 4), btf(types, names)],
                 [("v%d" % i, GLOBAL | OBJECT, 1, 4 * i, 4) for i in range(nr)])


def large_btf(out, size):
    """.BTF whose header promises size bytes of strings, all of them in a hole."""
    names = Strings()
    write_object(out, [text(1), btf([INT], names)], functions(1))
    with open(out, "r+b") as f:
        image = f.read()
        shoff, = struct.unpack_from("<Q", image, 40)
        off, = struct.unpack_from("<Q", image, shoff + 64 * 2 + 24)
        f.seek(len(image))
        f.write(struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, 16, 16, min(size, 0xffffffff)) +
                struct.pack("<4I", *INT))
        f.seek(len(image) + 40 + size - 1)
        f.write(b"\0")
        f.seek(shoff + 64 * 2 + 24)
        f.write(struct.pack("<QQ", len(image), 40 + size))


N = 100000
FULL = "BPFLD_FULL" in os.environ
# name: (what writes the object, exit status, text that must be said)
CASES = {
    "symbols": (lambda o: write_object(o, [text(N)], functions(N)), 0, ""),
    "relocations": (lambda o: write_object(
        o, [text(N), calls(N), relocs(".reltc", N, 8, R_CALL, 2, lambda i: i + 1)],
        functions(N) + [prog(N)]), 0, ""),
    "uses-of-one-name": (lambda o: write_object(
        o, [calls(N), relocs(".reltc", N, 8, R_CALL, 1, lambda i: 1)],
        [("gone", GLOBAL, 0, 0, 0), prog(N, 1)]), 1, "undefined symbol 'gone'"),
    "undefined-names": (lambda o: write_object(
        o, [calls(N), relocs(".reltc", N, 8, R_CALL, 1, lambda i: i + 1)],
        [("gone%d" % i, GLOBAL, 0, 0, 0) for i in range(N)] + [prog(N, 1)]), 1, "error-limit"),
    "sections": (lambda o: write_object(
        o, [("s%d" % i, PROGBITS, CODE, EXIT, 0, 8) for i in range(50000)],
        [("p%d" % i, GLOBAL | FUNC, i + 1, 0, 8) for i in range(50000)]), 0, ""),
    "more-sections-than-16-bits": (lambda o: write_object(
        o, [("s%d" % i, PROGBITS, CODE, EXIT, 0, 8) for i in range(70000)],
        [("p%d" % i, GLOBAL | FUNC, i + 1, 0, 8) for i in range(65000)]), 0, ""),
    "statics": (lambda o: write_object(
        o, [text(N), section_calls(N), relocs(".reltc", N, 8, R_CALL, 2, lambda i: 1)],
        [("", SECTION, 1, 0, 0)] + functions(N, bind=0) + [prog(N)]), 0, ""),
    "statics-in-one-piece": (lambda o: write_object(
        o, [one_piece(N), section_calls(N), relocs(".reltc", N, 8, R_CALL, 2, lambda i: 1)],
        [("", SECTION, 1, 0, 0)] + functions(N, bind=0) + [prog(N)]), 0, ""),
    "maps-of-one-name": (lambda o: write_object(
        o, [(".maps", PROGBITS, DATA, bytes(8 * N), 0, 8)],
        [("m", OBJECT, 1, 8 * i, 8) for i in range(N)]), 0, "", "-r"),  # a final link wants BTF
    "aliases": (lambda o: write_object(
        o, [(".data", PROGBITS, DATA, bytes(8), 0, 8),
            ("tc", PROGBITS, CODE, LOAD * N + EXIT, 0, 8),
            relocs(".reltc", N, 16, R_64, 2, lambda i: 1)],
        [("", SECTION, 1, 0, 0)] + [("v%d" % i, OBJECT, 1, 0, 8) for i in range(N)]), 0, ""),
    "commons": (lambda o: write_object(
        o, [(".data", PROGBITS, DATA, bytes(8), 0, 8)],
        [("c%d" % i, GLOBAL | OBJECT, 0xfff2, 8, 8) for i in range(N)]), 0, ""),
    "pointers-to-pointers": (lambda o: chain(o, N, PTR), 0, ""),
    "typedefs-of-typedefs": (lambda o: chain(o, N, TYPEDEF), 0, ""),
    "const-const": (lambda o: chain(o, N, CONST), 0, ""),
    "arrays-of-arrays": (lambda o: array_chain(o, N), 0, ""),
    "structs-of-one-name": (lambda o: namesakes(o, 30000), 0, ""),
    "parameters": (lambda o: wide_proto(o, 0xffff), 0, ""),
    "ext-of-many-sections": (lambda o: ext(o, 50000, False), 0, ""),
    "ext-of-one-section": (lambda o: ext(o, N, True), 0, ""),
    "kconfig": (lambda o: kconfig(o, 60000), 0, ""),
    # Limits of the formats: what is at them works, what is over them is told.
    "members": (lambda o: wide_struct(o, 0xffff), 0, ""),
    "variables-at-16-bits": (lambda o: variables(o, 0xffff), 0, ""),
    "variables-over-16-bits": (lambda o: variables(o, 0x10000), 1, "[btf-limit]"),
    "over-2-gib": (lambda o: sparse(o, (2 << 30) + 4096), 0, ""),
    "over-4-gib": (lambda o: sparse(o, (4 << 30) + 4096), 0, ""),
    "btf-strings-at-4-gib": (lambda o: large_btf(o, 1 << 32), 0, ""),
    # More than a process can map.
    "inputs": (lambda o: inputs(o, 100000 if FULL else 40000), 0, ""),
    # Small files that ask for much.
    "zeros-in-common": (lambda o: write_object(
        o, [text(1)], [("c", GLOBAL | OBJECT, 0xfff2, 8, 1 << 59)]), 0, ""),
    "zeros-in-bss": (lambda o: write_object(
        o, [(".bss", NOBITS, DATA, 1 << 60, 0, 8)],
        [("b", GLOBAL | OBJECT, 1, 0, 1 << 60)]), 0, ""),
    "zeros-in-several-bss": (lambda o: write_object(
        o, [(".bss", NOBITS, DATA, 1 << 60, 0, 8)] * 3, []), 1, "section '.bss' is too large"),
    "zeros-among-data": (lambda o: write_object(
        o, [(".data", PROGBITS, DATA, bytes(8), 0, 8), (".data", NOBITS, DATA, 1 << 40, 0, 8)],
        []), 1, "the output would have more than"),
    "alignment": (lambda o: write_object(
        o, [(".data", PROGBITS, DATA, bytes(8), 0, 1 << 31)] * 2, []), 1,
                  "the output would have more than"),
    "alignment-of-common": (lambda o: write_object(
        o, [text(1)], [("c", GLOBAL | OBJECT, 0xfff2, 1 << 31, 8)]), 1,
                            "the output would have more than"),
    "entries": (lambda o: write_object(
        o, [(".rodata.str1.1", PROGBITS, ALLOC | 0x30, b"a\0b\0", 0, 1)], []), 0, ""),
}
if FULL:
    CASES["a-million-symbols"] = (lambda o: write_object(
        o, [text(1000000)], functions(1000000)), 0, "")
    CASES["a-hundred-thousand-sections"] = (lambda o: write_object(
        o, [("s%d" % i, PROGBITS, CODE, EXIT, 0, 8) for i in range(N)],
        [("p%d" % i, GLOBAL | FUNC, i + 1, 0, 8) for i in range(65000)]), 0, "")


def run(ld, args, seconds, megabytes):
    """Exit status and what was said; too long or too much is an error."""
    with open("said", "wb") as said:
        pid = os.fork()
        if not pid:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            os.execv(ld, [ld, "--no-warn=renamed-static-map"] + args)
        _, status, usage = os.wait4(pid, 0)
    used = usage.ru_utime + usage.ru_stime
    with open("said", errors="replace") as said:
        text_ = said.read(1 << 16)
    if used > seconds:
        text_ = "took %.1f seconds of CPU time\n" % used + text_
    elif usage.ru_maxrss > megabytes * 1024:
        text_ = "took %d MB\n" % (usage.ru_maxrss // 1024) + text_
    else:
        return os.waitstatus_to_exitcode(status), text_, used, usage.ru_maxrss // 1024
    return -1, text_, used, usage.ru_maxrss // 1024


def main():
    ld, seconds, megabytes = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    failed = 0
    for name in sys.argv[4:] or CASES:
        write, expected, must_say, *options = CASES[name]
        write("in.o")
        argument = "@in.o" if name == "inputs" else "in.o"
        status, said, used, mb = run(ld, options + [argument, "-o", "out.o"], seconds, megabytes)
        print("%-28s %5.2f s %5d MB" % (name, used, mb))
        if status != expected or must_say not in said:
            failed = 1
            print("%s: status %d\n%s" % (name, status, said[:2000]))
    return failed


sys.exit(main())
