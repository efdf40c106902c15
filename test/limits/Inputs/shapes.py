# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The shapes of growth.py. Each writes inputs of size n below dir, and returns the link's arguments."""
import struct

from objects import *

SHAPES = {}


def shape(n, name=None):
    """Registers a function (dir, n) by its name; n is the size to begin with."""
    def add(write):
        SHAPES[name or write.__name__.replace("_", "-")] = write, n
        return write
    return add


def obj(dir, sections, symbols, *args):
    write_object(dir + "in.o", sections, symbols)
    return ["in.o", *args]


def response(dir, words, *args):
    with open(dir + "words", "w") as f:
        f.write("\n".join(words))
    return [*args, "@words"]


# ---- symbols, sections, relocations ----

@shape(2000)
def symbols(dir, n):
    return obj(dir, [text(n)], functions(n))


@shape(2000)
def statics_of_one_name(dir, n):
    return obj(dir, [text(n)], [("f", FUNC, 1, 8 * i, 8) for i in range(n)], "--unique-statics")


@shape(2000)
def aliases(dir, n):
    return obj(dir, [text(1)], [("f%d" % i, GLOBAL | FUNC, 1, 0, 8) for i in range(n)])


@shape(1000)
def sections(dir, n):
    return obj(dir, [("s%d" % i, PROGBITS, CODE, EXIT, 0, 8) for i in range(n)],
               [("p%d" % i, GLOBAL | FUNC, i + 1, 0, 8) for i in range(n)])


@shape(1000)
def sections_of_one_name(dir, n):
    return obj(dir, [(".text", PROGBITS, CODE, EXIT, 0, 8) for _ in range(n)],
               [("p%d" % i, GLOBAL | FUNC, i + 1, 0, 8) for i in range(n)])


@shape(2000)
def relocations_to_many(dir, n):
    return obj(dir, [text(n), calls(n), relocs(".reltc", n, 8, R_CALL, 2, lambda i: i + 1)],
               functions(n) + [prog(n)])


@shape(2000)
def relocations_to_one(dir, n):
    return obj(dir, [text(1), calls(n), relocs(".reltc", n, 8, R_CALL, 2, lambda i: 1)],
               functions(1) + [prog(n)])


@shape(2000)
def relocations_of_one_place(dir, n):
    return obj(dir, [text(1), calls(1), relocs(".reltc", n, 0, R_CALL, 2, lambda i: 1)],
               functions(1) + [prog(1)], "-r")


@shape(8000)
def names_as_suffixes(dir, n):
    """Each symbol's name is a tail of one long string."""
    obj(dir, [text(n)], functions(n))
    return patch_names(dir, n, lambda at, i: at + i)


@shape(8000)
def one_long_name(dir, n):
    obj(dir, [text(n)], [("f", FUNC, 1, 8 * i, 8) for i in range(n)])
    return patch_names(dir, n, lambda at, i: at)


def patch_names(dir, n, place):
    """Puts a string of 8n bytes behind .strtab and lets symbols name places in it."""
    with open(dir + "in.o", "rb") as f:
        image = bytearray(f.read())
    shoff, = struct.unpack_from("<Q", image, 40)
    nr, = struct.unpack_from("<H", image, 60)
    headers = image[shoff:]
    symtab, = struct.unpack_from("<Q", headers, 64 * (nr - 2) + 24)
    strtab, size = struct.unpack_from("<QQ", headers, 64 * (nr - 1) + 24)
    strings = image[strtab:strtab + size] + b"a" * (8 * n) + b"\0"
    for i in range(n):
        struct.pack_into("<I", image, symtab + 24 * (i + 1), place(size, i))
    struct.pack_into("<QQ", headers, 64 * (nr - 1) + 24, len(image), len(strings))
    image += strings + bytes(-len(strings) % 8)
    struct.pack_into("<Q", image, 40, len(image))
    with open(dir + "in.o", "wb") as f:
        f.write(image + headers)
    return ["in.o"]


@shape(1000)
def undefined_names(dir, n):
    return obj(dir, [calls(n), relocs(".reltc", n, 8, R_CALL, 1, lambda i: i + 1)],
               [("gone%d" % i, GLOBAL, 0, 0, 0) for i in range(n)] + [prog(n, 1)])


@shape(2000)
def uses_of_an_undefined_name(dir, n):
    return obj(dir, [calls(n), relocs(".reltc", n, 8, R_CALL, 1, lambda i: 1)],
               [("gone", GLOBAL, 0, 0, 0), prog(n, 1)])


@shape(1000)
def duplicate_definitions(dir, n):
    write_object(dir + "a.o", [text(n)], functions(n))
    write_object(dir + "b.o", [text(n)], functions(n))
    return ["a.o", "b.o"]


@shape(1000)
def weak_losers(dir, n):
    write_object(dir + "a.o", [text(n)], functions(n))
    write_object(dir + "b.o", [text(n)], functions(n, bind=WEAK))
    return ["a.o", "b.o", "-Map=map", "--report=r.json"]


@shape(1000)
def commons(dir, n):
    return obj(dir, [(".data", PROGBITS, DATA, bytes(8), 0, 8)],
               [("c%d" % i, GLOBAL | OBJECT, 0xfff2, 8, 8) for i in range(n)])


@shape(500)
def comdat_groups(dir, n):
    for name in "a", "b":
        code = [(".text.f%d" % i, PROGBITS, CODE | 0x200, EXIT, 0, 8) for i in range(n)]
        groups = [(".group", GROUP, 0, struct.pack("<II", 1, i + 1), i + 1, 4) for i in range(n)]
        write_object(dir + name + ".o", code + groups,
                     [("f%d" % i, WEAK | FUNC, i + 1, 0, 8) for i in range(n)])
    return ["a.o", "b.o"]


@shape(4000)
def labels(dir, n):
    return obj(dir, [text(n)], [("LBB0_%d" % i, 0, 1, 8 * i, 0) for i in range(n)] +
               [("f", GLOBAL | FUNC, 1, 0, 8 * n)])


@shape(1000)
def merged_strings(dir, n):
    data = b"".join(b"string %d\0" % (i % (n // 2)) for i in range(n))
    return obj(dir, [(".rodata.str1.1", PROGBITS, ALLOC | 0x30, data, 0, 1)], [])


# ---- many inputs ----

@shape(50)
def inputs(dir, n):
    write_object(dir + "one.o", [text(1)], functions(1, bind=0))
    return response(dir, ["one.o"] * n)


@shape(50)
def inputs_with_types(dir, n):
    for i in range(n):
        names, types = Strings(), [INT]
        types += [[names("s%d" % k), STRUCT | 1, 4, names("m%d" % (i if not k else k)), 1, 0]
                  for k in range(20)]
        section, symbol = var_of(2 + i % 20, names, types)
        write_object(dir + "%d.o" % i, [section, btf(types, names)], [("v%d" % i,) + symbol[1:]])
    return ["%d.o" % i for i in range(n)]


@shape(50)
def licenses(dir, n):
    for i in range(n):
        write_object(dir + "%d.o" % i, [("license", PROGBITS, DATA, b"GPL\0", 0, 1), text(1)],
                     [("f%d" % i, GLOBAL | FUNC, 2, 0, 8)])
    return ["%d.o" % i for i in range(n)]


@shape(50)
def declarations_in_many_files(dir, n):
    """Each file declares the functions of all without names of parameters; one defines them."""
    for i in range(n):
        names, types = Strings(), [INT, [0, PROTO | 1, 1, 0, 1]]
        types.append([names("f"), FUNC_KIND | 2, 2])
        write_object(dir + "%d.o" % i, [calls(1), relocs(".reltc", 1, 8, R_CALL, 1, lambda k: 1),
                                        btf(types, names)],
                     [("f", GLOBAL, 0, 0, 0), ("p%d" % i, GLOBAL | FUNC, 1, 0, 16)])
    names, types = Strings(), [INT, [0, PROTO | 1, 1, 0, 1]]
    types.append([names("f"), FUNC_KIND | 1, 2])
    write_object(dir + "def.o", [text(1), btf(types, names)], [("f", GLOBAL | FUNC, 1, 0, 8)])
    return ["%d.o" % i for i in range(n)] + ["def.o"]


# ---- options ----

def option_shape(option, value, *more, size=300):
    def write(dir, n):
        obj(dir, [text(n)], functions(n))
        return response(dir, [option + value % {"i": i} for i in range(n)], "in.o", *more)
    shape(size, option.strip("-=") + "-of-many")(write)


option_shape("--localize=", "f%(i)d")
option_shape("--export=", "f%(i)d")
option_shape("--keep=", "f%(i)d", "--gc-sections")
option_shape("--undefined=", "f%(i)d", "--gc-sections")
option_shape("--why-live=", "f%(i)d", "--gc-sections", "--keep=f*")
option_shape("--wrap=", "f%(i)d")
option_shape("--rename=", "f%(i)d=g%(i)d")
option_shape("--defsym=", "a%(i)d=f%(i)d")
option_shape("--trace-symbol=", "f%(i)d")


@shape(300)
def bind_of_many(dir, n):
    write_object(dir + "a.o", [calls(n), relocs(".reltc", n, 8, R_CALL, 1, lambda i: i + 1)],
                 [("f%d" % i, GLOBAL, 0, 0, 0) for i in range(n)] + [prog(n, 1)])
    write_object(dir + "b.o", [text(n)], [("g" + f[0],) + f[1:] for f in functions(n)])
    return response(dir, ["--bind=a.o:f%d=b.o:gf%d" % (i, i) for i in range(n)], "a.o", "b.o")


@shape(300)
def dynamic_imports(dir, n):
    names, types = Strings(), [INT, [0, PROTO, 1]]
    types += [[names("gone%d" % i), FUNC_KIND | 2, 2] for i in range(n)]
    return obj(dir, [calls(n), relocs(".reltc", n, 8, R_CALL, 1, lambda i: i + 1),
                     btf(types, names)],
               [("gone%d" % i, GLOBAL, 0, 0, 0) for i in range(n)] + [prog(n, 1)], "--dynamic")


# ---- calls ----

def chain_code(n, last=EXIT):
    """Function i calls i + 1."""
    return ".text", PROGBITS, CODE, (CALL + EXIT) * n + last, 0, 8


def chain_functions(n, bind=0, step=16):
    return [("f%d" % i, bind | FUNC, 1, step * i, step if i < n else 8) for i in range(n + 1)]


def call_chain(dir, n, *args, bind=0, programs=1):
    code = ("socket", PROGBITS, CODE, (CALL + EXIT) * programs, 0, 8)
    return obj(dir, [chain_code(n), relocs(".rel.text", n, 16, R_CALL, 1, lambda i: i + 2), code,
                     relocs(".relsocket", programs, 16, R_CALL, 3, lambda i: 1)],
               chain_functions(n, bind) + [("p%d" % i, GLOBAL | FUNC, 3, 16 * i, 16)
                                           for i in range(programs)], *args)


@shape(1000)
def calls_in_a_chain(dir, n):
    return call_chain(dir, n)


@shape(1000)
def why_live_of_a_chain(dir, n):
    return call_chain(dir, n, "--gc-sections", "--why-live=*")


@shape(500)
def report_of_programs_over_a_chain(dir, n):
    return call_chain(dir, n, "--report=r.json", programs=n)


@shape(500)
def page_of_programs_over_a_chain(dir, n):
    return call_chain(dir, n, "--report=r.html", "-Map=map", "--cref", programs=n)


@shape(500)
def icf_of_a_chain(dir, n):
    return call_chain(dir, n, "--icf=all", "--print-icf-sections")


@shape(500)
def icf_of_equal_functions(dir, n):
    return obj(dir, [text(n)], functions(n, bind=0), "--icf=all")


@shape(300)
def icf_of_two_callers_of_a_chain(dir, n):
    """Each split of the chain changes what the two large functions refer to."""
    code = ("socket", PROGBITS, CODE, CALL * 2 + EXIT, 0, 8)
    callers = CALL * n + EXIT
    both = [(16 * i, i + 2) for i in range(n)]
    start = 16 * n + 8
    for caller in range(2):
        both += [(start + caller * len(callers) + 8 * i, i + 1) for i in range(n)]
    table = b"".join(struct.pack("<QQ", off, sym << 32 | R_CALL) for off, sym in both)
    names = chain_functions(n) + [("g%d" % i, FUNC, 1, start + i * len(callers), len(callers))
                                  for i in range(2)]
    return obj(dir, [chain_code(n, EXIT + callers * 2), (".rel.text", REL, 0, table, 1, 8), code,
                     relocs(".relsocket", 2, 8, R_CALL, 3, lambda i: n + 2 + i)],
               names + [("p", GLOBAL | FUNC, 3, 0, 24)], "--icf=all")


@shape(1500)
def dense_calls(dir, n):
    """As many functions as calls in each."""
    m = int(n ** 0.5)
    code = (CALL * m + EXIT) * m
    table = b"".join(struct.pack("<QQ", (8 * m + 8) * i + 8 * k, (k + 1) << 32 | R_CALL)
                     for i in range(m) for k in range(m) if k > i)
    code = bytearray(code)
    for i in range(m):
        for k in range(i + 1):
            at = (8 * m + 8) * i + 8 * k
            code[at:at + 8] = bytes.fromhex("b700000000000000")
    return obj(dir, [(".text", PROGBITS, CODE, bytes(code), 0, 8),
                     (".rel.text", REL, 0, table, 1, 8)],
               [("f%d" % i, GLOBAL | FUNC, 1, (8 * m + 8) * i, 8 * m + 8) for i in range(m)],
               "--report=r.json", "--gc-sections", "--keep=f0")


@shape(500)
def calls_in_a_circle(dir, n):
    return obj(dir, [chain_code(n), relocs(".rel.text", n, 16, R_CALL, 1,
                                           lambda i: (i + 1) % n + 1)],
               chain_functions(n, GLOBAL))


def insn(op, off=0, imm=0, regs=0x11):
    return struct.pack("<BBhi", op, regs, off, imm)


def program(dir, code, *args):
    return obj(dir, [("socket", PROGBITS, CODE, code, 0, 8)],
               [("p", GLOBAL | FUNC, 1, 0, len(code))], *args)


@shape(1000)
def branches_forward(dir, n):
    far = min(n, 30000)
    return program(dir, b"".join(insn(0x15, min(far, n - i)) for i in range(n)) + EXIT * 2)


@shape(1000)
def branches_back(dir, n):
    far = min(n, 30000)
    return program(dir, b"".join(insn(0x15, -min(far, i) - 1 if i else 0) for i in range(n)) + EXIT)


@shape(1000)
def nested_loops(dir, n):
    half = min(n, 16000)
    return program(dir, b"".join(insn(0xbf, regs=(i % 9 + 1) << 4 | i % 9) for i in range(half)) +
                   b"".join(insn(0x15, -2 * i - 2) for i in range(half)) + EXIT)


@shape(1000)
def stack_accesses(dir, n):
    return program(dir, b"".join(insn(0x7a, -8 * (i % 64 + 1), 0, 0x0a) + insn(0x15, 1)
                                 for i in range(n)) + EXIT * 2)


# ---- BTF ----

def typed(dir, types, names, type_id, *args):
    section, symbol = var_of(type_id, names, types)
    return obj(dir, [section, btf(types, names)], [symbol], *args)


def chain_shape(name, kind, named=False):
    def write(dir, n):
        names, types = Strings(), [INT]
        types += [[names("t%d" % i) if named else 0, kind, i + 1] for i in range(n)]
        return typed(dir, types, names, n + 1)
    shape(1000, name)(write)


chain_shape("chain-of-pointers", PTR)
chain_shape("chain-of-const", CONST)
chain_shape("chain-of-typedefs", TYPEDEF, True)


@shape(1000)
def chain_of_arrays(dir, n):
    names, types = Strings(), [INT]
    types += [[0, ARRAY, 0, i + 1, 1, 1] for i in range(n)]
    return typed(dir, types, names, n + 1, "--report=r.json")


@shape(1000)
def chain_of_structs(dir, n):
    names, types = Strings(), [INT]
    types += [[names("s%d" % i), STRUCT | 1, 4, names("m"), i + 1, 0] for i in range(n)]
    return typed(dir, types, names, n + 1)


@shape(500)
def chain_of_prototypes(dir, n):
    names, types = Strings(), [INT]
    for i in range(n):
        types += [[0, PROTO | 1, 1, 0, len(types)], [0, PTR, len(types) + 1]]
    return typed(dir, types, names, 2 * n + 1)


@shape(1000)
def structs_of_one_name(dir, n):
    names, types = Strings(), [INT]
    types += [[names("s"), STRUCT | 1, 4, names("m%d" % i), 1, 0] for i in range(n)]
    types.append([names("all"), STRUCT | n, 4 * n] + [w for i in range(n)
                                                      for w in (names("a"), i + 2, 32 * i)])
    return typed(dir, types, names, n + 2)


@shape(300)
def chain_of_namesakes(dir, n):
    names, types = Strings(), [INT]
    for i in range(n):
        types.append([names("s"), STRUCT | 1, 8, names("p"), len(types), i])
        types.append([0, PTR, len(types)])
    return typed(dir, types, names, len(types))


FWD = 7 << 24


def two_files(dir, make):
    """make(names, which) gives types, of which the last is a variable's."""
    for which, name in enumerate("ab"):
        names = Strings()
        types = [INT] + make(names, which)
        section, symbol = var_of(len(types), names, types)
        write_object(dir + name + ".o", [section, btf(types, names)], [("v%d" % which,) + symbol[1:]])
    return ["a.o", "b.o"]


@shape(1000)
def one_forward_with_many_definitions(dir, n):
    """Structs of one shape that hold a declaration here and one of many definitions there."""
    def make(names, which):
        types, all_ = [], []
        for i in range(n):
            at = len(types) + 2
            if which and i % 2:
                types.append([names("f"), FWD, 0])
            else:
                types.append([names("f"), STRUCT | 1, 4, names("x%d" % i), 1, 0])
            types.append([0, PTR, at])
            types.append([names("s"), STRUCT | 1, 8, names("p"), at + 1, 0])
            all_.append(at + 2)
        return types + [[names("all"), STRUCT | len(all_), 8 * len(all_)] +
                        [w for k, t in enumerate(all_) for w in (names("m"), t, 64 * k)]]
    return two_files(dir, make)


@shape(500)
def chain_over_a_forward(dir, n):
    def make(names, which):
        types = [[names("f"), FWD, 0]] if which else [
            [names("f"), STRUCT | 1, 4, names("x"), 1, 0]]
        for i in range(n):
            types.append([0, PTR, len(types) + 1])
            types.append([names("s%d" % i), STRUCT | 1, 8, names("p"), len(types) + 1, 0])
        if not which:
            types.append([names("f"), STRUCT | 1, 4, names("y"), 1, 0])
        return types + [[names("all"), STRUCT | 2, 12, names("a"), len(types), 0, names("b"),
                         len(types) + 1, 64]]
    return two_files(dir, make)


@shape(1000)
def definitions_beside_another_forward(dir, n):
    """Structs of one shape that differ in what one name is, and all hold a declaration of another."""
    def make(names, which):
        types = [[names("g"), FWD, 0], [0, PTR, 2], [names("f"), FWD, 0], [0, PTR, 4]] if which else [
            [names("g"), STRUCT | 1, 4, names("x"), 1, 0], [0, PTR, 2],
            [names("g"), STRUCT | 1, 4, names("y"), 1, 0], [0, PTR, 4]]
        all_ = [3, 5]
        for i in range(n if which else 2):
            at = len(types) + 2
            types += [[names("f"), STRUCT | 1, 4, names("x%d" % i), 1, 0], [0, PTR, at],
                      [names("s"), STRUCT | 2, 16, names("p"), at + 1, 0, names("q"), 3, 64]]
            all_.append(at + 2)
        return types + [[names("all"), STRUCT | len(all_), 8 * len(all_)] +
                        [w for k, t in enumerate(all_) for w in (names("m"), t, 64 * k)]]
    return two_files(dir, make)


@shape(500)
def many_forwards_of_two_definitions(dir, n):
    """Each name is declared in one file, and has two definitions in the other."""
    def make(names, which):
        types, all_ = [], []
        for i in range(n):
            for member in ("",) if which else ("x", "y"):
                at = len(types) + 2
                types += [[names("f%d" % i), STRUCT | 1, 4, names(member), 1, 0] if member else
                          [names("f%d" % i), FWD, 0], [0, PTR, at],
                          [names("s%d" % i), STRUCT | 2, 16, names("p"), at + 1, 0, names("q"),
                           all_[-1] if all_ else 1, 64]]
                all_.append(at + 2)
        return types + [[names("all"), STRUCT | len(all_), 8 * len(all_)] +
                        [w for k, t in enumerate(all_) for w in (names("m"), t, 64 * k)]]
    return two_files(dir, make)


@shape(1000)
def wide_struct(dir, n):
    names, types = Strings(), [INT]
    types.append([names("s"), STRUCT | n, 4 * n] + [w for i in range(n)
                                                    for w in (names("m%d" % i), 1, 32 * i)])
    return typed(dir, types, names, 2)


@shape(2000)
def type_names_as_suffixes(dir, n):
    names, types = Strings(), [INT]
    at = len(names.data)
    names.data += b"a" * (8 * n) + b"\0"
    types += [[at + i, TYPEDEF, i + 1] for i in range(n)]
    return typed(dir, types, names, n + 1)


@shape(1000)
def members_of_one_long_name(dir, n):
    names, types = Strings(), [INT]
    name = names("a" * (8 * n))
    types.append([names("s"), STRUCT | n, 4 * n] + [w for i in range(n) for w in (name, 1, 32 * i)])
    return typed(dir, types, names, 2)


@shape(1000)
def variables(dir, n):
    names, types = Strings(), [INT]
    types += [[names("v%d" % i), VAR, 1, 1] for i in range(n)]
    types.append([names(".data"), DATASEC | n, 4 * n] + [w for i in range(n)
                                                        for w in (i + 2, 4 * i, 4)])
    return obj(dir, [(".data", PROGBITS, DATA, bytes(4 * n), 0, 4), btf(types, names)],
               [("v%d" % i, GLOBAL | OBJECT, 1, 4 * i, 4) for i in range(n)])


@shape(500)
def variables_of_one_place(dir, n):
    names, types = Strings(), [INT]
    types += [[names("v%d" % i), VAR, 1, 0] for i in range(n)]
    types.append([names(".data"), DATASEC | n, 4] + [w for i in range(n) for w in (i + 2, 0, 4)])
    return obj(dir, [(".data", PROGBITS, DATA, bytes(4), 0, 4), btf(types, names)],
               [("v%d" % i, OBJECT, 1, 0, 4) for i in range(n)])


@shape(500)
def datasecs(dir, n):
    names, types = Strings(), [INT]
    types += [[names("v%d" % i), VAR, 1, 1] for i in range(n)]
    types += [[names(".data.%d" % i), DATASEC | 1, 4, i + 2, 0, 4] for i in range(n)]
    return obj(dir, [(".data.%d" % i, PROGBITS, DATA, bytes(4), 0, 4) for i in range(n)] +
               [btf(types, names)],
               [("v%d" % i, GLOBAL | OBJECT, i + 1, 0, 4) for i in range(n)])


@shape(300)
def maps(dir, n):
    names, types = Strings(), [INT, [0, ARRAY, 0, 1, 1, 2], [0, PTR, 2]]
    types.append([names("map"), STRUCT | 1, 8, names("type"), 3, 0])
    types += [[names("m"), VAR, 4, 0] for _ in range(n)]
    types.append([names(".maps"), DATASEC | n, 8 * n] + [w for i in range(n)
                                                        for w in (i + 5, 8 * i, 8)])
    return obj(dir, [(".maps", PROGBITS, DATA, bytes(8 * n), 0, 8), btf(types, names)],
               [("m", OBJECT, 1, 8 * i, 8) for i in range(n)], "--report=r.json")


def tagged(dir, n, tag, *args):
    """Functions f0, f1, ... of which each has a decl tag."""
    names, types = Strings(), [INT, [0, PROTO, 1]]
    types += [[names("f%d" % i), FUNC_KIND | 1, 2] for i in range(n)]
    types += [[names(tag(i)), 17 << 24, i + 3, 0xffffffff] for i in range(n)]
    return obj(dir, [text(n), ("socket", PROGBITS, CODE, CALL + EXIT, 0, 8),
                     relocs(".relsocket", 1, 8, R_CALL, 2, lambda i: n), btf(types, names)],
               functions(n) + [("p", GLOBAL | FUNC, 2, 0, 16)], *args)


@shape(500)
def exception_callbacks(dir, n):
    """Only one after the other shows that the next is needed, from the last to the first."""
    return tagged(dir, n, lambda i: "exception_callback:f%d" % max(i - 1, 0), "--gc-sections")


@shape(500)
def tags_of_one_function(dir, n):
    names, types = Strings(), [INT, [0, PROTO, 1]]
    types.append([names("f0"), FUNC_KIND | 1, 2])
    types += [[names("tag%d" % i), 17 << 24, 3, 0xffffffff] for i in range(n)]
    return obj(dir, [text(1), btf(types, names)], functions(1), "--icf=all")


@shape(300)
def contains_tags(dir, n):
    """Struct i is needed as the tag on i - 1 names it."""
    names, types = Strings(), [INT]
    types += [[names("s%d" % i), STRUCT | 1, 4, names("m"), 1, 0] for i in range(n)]
    types += [[names("contains:s%d:m" % (i + 1)), 17 << 24, i + 2, 0xffffffff]
              for i in reversed(range(n))]
    return typed(dir, types, names, 2)


def ext_table(record_size, sections):
    table = struct.pack("<I", record_size)
    for name, records in sections:
        table += struct.pack("<II", name, len(records)) + b"".join(records)
    return table


def ext_section(func=b"", line=b"", core=b""):
    return (".BTF.ext", PROGBITS, 0,
            struct.pack("<HBBIIIIIII", 0xeb9f, 1, 0, 32, 0, len(func), len(func), len(line),
                        len(func) + len(line), len(core)) + func + line + core, 0, 4)


@shape(1000)
def function_records(dir, n):
    names, types = Strings(), [INT, [0, PROTO, 1]]
    types += [[names("f%d" % i), FUNC_KIND | 1, 2] for i in range(n)]
    table = ext_table(8, [(names(".text"), [struct.pack("<II", 8 * i, i + 3) for i in range(n)])])
    return obj(dir, [text(n), btf(types, names), ext_section(table)], functions(n))


@shape(1000)
def line_records(dir, n):
    names, types = Strings(), [INT, [0, PROTO, 1]]
    types += [[names("f%d" % i), FUNC_KIND | 1, 2] for i in range(n)]
    func = ext_table(8, [(names(".text"), [struct.pack("<II", 8 * i, i + 3) for i in range(n)])])
    line = ext_table(16, [(names(".text"), [
        struct.pack("<IIII", 8 * i, names("f%d.c" % (i % 7)), names("line %d" % i), i << 10)
        for i in range(n)])])
    return obj(dir, [text(n), btf(types, names), ext_section(func, line)], functions(n),
               "--report=r.json")


@shape(1000)
def core_records(dir, n):
    names, types = Strings(), [INT, [0, PROTO, 1]]
    types += [[names("f0"), FUNC_KIND | 1, 2], [names("s"), STRUCT | 1, 4, names("m"), 1, 0]]
    func = ext_table(8, [(names(".text"), [struct.pack("<II", 0, 3)])])
    core = ext_table(16, [(names(".text"), [struct.pack("<IIII", 8 * i, 4, names("0:0"), 0)
                                            for i in range(n)])])
    code = bytes.fromhex("b700000004000000") * n + EXIT
    return obj(dir, [(".text", PROGBITS, CODE, code, 0, 8), btf(types, names),
                     ext_section(func, core=core)], [("f0", GLOBAL | FUNC, 1, 0, len(code))])


@shape(200)
def conflicting_types(dir, n):
    """Declarations of functions that another file defines with other types."""
    for which in range(2):
        names, types = Strings(), [INT, [0, PROTO | (1 if which else 0), 1] + [0, 1] * which]
        types += [[names("f%d" % i), FUNC_KIND | (1 if which else 2), 2] for i in range(n)]
        if which:
            write_object(dir + "b.o", [text(n), btf(types, names)], functions(n))
        else:
            write_object(dir + "a.o", [calls(n), relocs(".reltc", n, 8, R_CALL, 1, lambda i: i + 1),
                                       btf(types, names)],
                         [("f%d" % i, GLOBAL, 0, 0, 0) for i in range(n)] + [prog(n, 1)])
    return ["a.o", "b.o"]


@shape(300)
def declared_types_that_agree(dir, n):
    """Externs of deep types: each pair of types is compared once."""
    def types_of(names, which):
        types = [INT]
        for i in range(n):
            types.append([names("s%d" % i), STRUCT | 1, 8, names("p%d" % which if not i else "p"),
                          len(types), 0])
            types.append([0, PTR, len(types)])
        return types
    for which in range(2):
        names = Strings()
        types = types_of(names, which)
        last = len(types)
        types += [[names("v%d" % i), VAR, last - 2 * i, 1 if which else 2] for i in range(n)]
        types.append([names(".data"), DATASEC | n, 8 * n] + [
            w for i in range(n) for w in (last + 1 + i, 8 * i, 8)])
        if which:
            write_object(dir + "b.o", [(".data", PROGBITS, DATA, bytes(8 * n), 0, 8),
                                       btf(types, names)],
                         [("v%d" % i, GLOBAL | OBJECT, 1, 8 * i, 8) for i in range(n)])
        else:
            write_object(dir + "a.o", [("tc", PROGBITS, CODE, LOAD * n + EXIT, 0, 8),
                                       relocs(".reltc", n, 16, R_64, 1, lambda i: i + 1),
                                       btf(types, names)],
                         [("v%d" % i, GLOBAL, 0, 0, 0) for i in range(n)] +
                         [("prog", GLOBAL | FUNC, 1, 0, 16 * n + 8)])
    return ["a.o", "b.o"]


@shape(1000)
def kconfig(dir, n):
    names, types = Strings(), [INT]
    types += [[names("CONFIG_%d" % i), VAR, 1, 2] for i in range(n)]
    types.append([names(".kconfig"), DATASEC | n, 0] + [w for i in range(n)
                                                       for w in (i + 2, 0, 4)])
    return obj(dir, [("tc", PROGBITS, CODE, LOAD * n + EXIT, 0, 8),
                     relocs(".reltc", n, 16, R_64, 1, lambda i: i + 1), btf(types, names)],
               [("CONFIG_%d" % i, GLOBAL, 0, 0, 0) for i in range(n)] +
               [("prog", GLOBAL | FUNC, 1, 0, 16 * n + 8)])
