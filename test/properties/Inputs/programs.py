# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random small programs, each linked in many ways that must come to the same.

programs.py COUNT SEED LD CLANG BPFTOOL [BPFRUN]

Each program has some files with statics of the same names, functions that others call, weak
functions, one shared map, variables and types; and some of EXTRAS: literals, tables, sections of data,
types that differ, callbacks, tags, and relocations for loaders. Whatever the order of its files and however they
are grouped by -r, the verdict, the functions, types and maps and (with BPFRUN) what it returns are
the same. For one order: the number of threads changes no byte, and neither does linking the output
again. With --gc-sections and --icf=all there is less code, and the same holds.
"""
import os
import random
import re
import subprocess
import sys

HEAD = """
#define SEC(x) __attribute__((section(x), used))
#define noinline __attribute__((noinline))
struct item { struct item *next; int value; enum { LOW, HIGH } level; };
struct counts { long calls; struct item *last; char name[8]; };
typedef int (*visit)(struct item *);
static long (*lookup)(void *map, const void *key) = (void *)1;
static long (*loop)(unsigned int nr, void *callback, void *ctx, unsigned long long flags) = (void *)181;
"""
MAP = """{
	int (*type)[2];
	int *key;
	struct counts *value;
	int (*max_entries)[4];
} shared %s;
"""


# Static functions that files have under equal names: text, a call, and the value that it returns.
EXTRAS = (
    # A string literal, which --icf and the linker merge with equal ones and their ends.
    ("""static noinline int letter(void)
{
	const char *text = "%(word)s";

	asm volatile("" : "+r"(text));
	return text[0] + text[%(at)d];
}
""", "letter()", lambda v: ord(v["word"][0]) + ord(v["word"][v["at"]])),
    # A table in .rodata, of a switch.
    ("""static noinline int choose(unsigned int x)
{
	switch (x %% 8) {
	case 0: return %(n)d;
	case 1: return 17;
	case 2: return 4000;
	case 3: return %(n)d + 5;
	case 4: return 3;
	case 5: return 99;
	case 6: return 2;
	default: return 1000;
	}
}
""", "choose(seed * 0 + 3)", lambda v: v["n"] + 5),
    # Sections of data, one of each file and one of all; a static variable of a function.
    ("""static volatile int own __attribute__((section(".data.own%(file)d"))) = %(n)d;
static volatile const int same __attribute__((section(".rodata.all"))) = 2;
static noinline int data(void)
{
	static volatile long calls __attribute__((aligned(32)));

	calls++;
	return own + same;
}
""", "data()", lambda v: v["n"] + 2),
    # A type that differs between files, with bit-fields and members without a name.
    ("""struct varying {
	unsigned int low : 3;
	int high : 7;
	union { int whole; struct { short half; unsigned short rest; }; };
	enum { FEW, MANY%(file)d = %(wide)s } count;
	char only%(file)d[%(n)d];
};
static noinline int look(struct varying *v)
{
	return v->low + v->half;
}
static noinline int make(int x)
{
	struct varying v = {.low = x, .whole = x};

	asm volatile("" : : "r"(&v) : "memory");
	return look(&v);
}
""", "make(seed * 0 + 5)", lambda v: 10),
    # A callback, and tags of functions and of types.
    ("""struct state { int sum; int __attribute__((btf_type_tag("tag%(n)d"))) *p; };
static __attribute__((btf_decl_tag("tag%(n)d"))) noinline int step(unsigned int i, struct state *s)
{
	s->sum += i * %(n)d;
	return 0;
}
static noinline int repeat(void)
{
	struct state s = {0};

	loop(4, step, &s, 0);
	return s.sum;
}
""", "repeat()", lambda v: 6 * v["n"]),
    # Relocations that loaders apply: CO-RE, and a setting of the kernel that does not exist.
    ("""struct task_struct___mine { int pid; int absent; } __attribute__((preserve_access_index));
extern _Bool CONFIG_ABSENT __attribute__((section(".kconfig"), weak));
static noinline int relocated(void)
{
	struct task_struct___mine *t = 0;

	return __builtin_preserve_field_info(t->pid, 2) + __builtin_preserve_field_info(t->absent, 2) +
	       (CONFIG_ABSENT ? 100 : 10);
}
""", "relocated()", lambda v: 11),
)


def write_extras(rng, i):
    """Text of some functions for file i, the calls of them, and the sum of what they return."""
    text, calls, result = "", "", 0
    for code, call, value in rng.sample(EXTRAS, rng.randint(0, 3)):
        word = rng.choice(["hello", "say hello", "lo", "own%d" % i])
        v = {"file": i, "n": rng.randint(1, 90), "word": word, "at": rng.randrange(len(word)),
             "wide": rng.choice(["7", "-7", "1ULL << 40"])}
        text += code % v
        calls += " + " + call
        result += value(v)
    return text, calls, result


def write_program(rng, folder):
    """Writes f0.c, f1.c, ...; returns their number and what each program returns."""
    nr = rng.randint(2, 6)
    values = [rng.randint(1, 99) for _ in range(nr)]
    callees = [[j for j in range(nr) if j > i and rng.random() < 0.6] for i in range(nr)]
    weak_in = [i for i in range(nr) if rng.random() < 0.5]
    strong_in = rng.randrange(nr) if rng.random() < 0.5 else None
    uses_weak = bool(weak_in) or strong_in is not None
    weak_value = 1000 if strong_in is None else 2000
    map_in = rng.randrange(nr)
    extras = [write_extras(rng, i) for i in range(nr)]
    results = {}
    for i in reversed(range(nr)):
        results[i] = extras[i][2] + 2 * values[i] + sum(results[j] for j in callees[i]) + uses_weak * weak_value
    for i in range(nr):
        text = HEAD + "".join("extern int f%d(void);\n" % j for j in callees[i])
        extern = i != map_in
        text += ("extern " if extern else "") + "struct " + MAP % (
            '__attribute__((section(".maps")))' if extern else 'SEC(".maps")')
        text += "static volatile int seed = %d;\n" % values[i]
        text += "static volatile const int table[2] = {%d, 0};\n" % values[i]
        if rng.random() < 0.5:
            text += "static volatile long hits;\nlong total%d;\n" % i
        if i == strong_in:
            text += "noinline int common(void)\n{\n\treturn 2000;\n}\n"
        elif i in weak_in:
            text += "__attribute__((weak)) noinline int common(void)\n{\n\treturn 1000;\n}\n"
        elif uses_weak:
            text += "extern int common(void);\n"
        text += "static noinline int helper(struct item *p)\n{\n\treturn p->value + table[0];\n}\n"
        # One for all by --icf, and what --gc-sections drops.
        text += "static noinline int twice(int x)\n{\n\tasm volatile(\"\" : \"+r\"(x));\n\treturn x * 2;\n}\n"
        text += "noinline int dead%d(void)\n{\n\treturn twice(seed);\n}\n" % i
        text += extras[i][0]
        text += "noinline int f%d(void)\n{\n\tstruct item it = {.value = seed};\n" % i
        text += "\tint key = 0;\n\n\tlookup(&shared, &key);\n\treturn helper(&it) + twice(5) - 10"
        text += "".join(" + f%d()" % j for j in callees[i])
        text += extras[i][1] + (" + common()" if uses_weak else "") + ";\n}\n"
        text += 'SEC("socket") int prog%d(void *ctx)\n{\n\treturn f%d();\n}\n' % (i, i)
        text += 'char _license[] SEC("license") = "GPL";\n'
        with open(os.path.join(folder, "f%d.c" % i), "w") as f:
            f.write(text)
    return nr, results


class Failed(Exception):
    pass


def run(*command, ok=True):
    r = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if ok and r.returncode:
        raise Failed("%s: exit status %d\n%s" % (" ".join(command), r.returncode, r.stdout))
    return r.returncode, r.stdout


def read(path):
    with open(path, "rb") as f:
        return f.read()


def types(bpftool, path):
    """The set of types, whatever their numbers: as C, and FUNCs and VARs by name and kind."""
    c = run(bpftool, "btf", "dump", "file", path, "format", "c")[1]
    raw = run(bpftool, "btf", "dump", "file", path)[1]
    named = re.findall(r"^\[\d+\] (FUNC|VAR|DATASEC) '([^']*)'.*?((?:linkage|vlen)=\w+)", raw, re.M)
    # What has no name in C stands in numbers that depend on the order.
    # Types of equal names have numbers, in this order.
    decls = sorted(re.split(r"\n\n+", re.sub(r"___\d+\b", "", c)))
    return decls, sorted(named)


def symbols(path):
    text = run("llvm-readelf", "-sW", path)[1]
    return sorted(tuple(line.split()[i] for i in (3, 4, 5, 7)) for line in text.splitlines()
                  if re.search(r" (FUNC|OBJECT) ", line))


def differences(got, expected):
    """Two nested lists, by the items that they don't share."""
    flat = []
    for side in (got, expected):
        (decls, named), syms = side
        flat.append([str(x) for x in decls + named + syms])
    return "more: %s\nless: %s" % (sorted(set(flat[0]) - set(flat[1])),
                                   sorted(set(flat[1]) - set(flat[0])))


def grouped(rng, ld, files, flags, tmp, depth=0):
    """Links the files by -r in random groups; returns what is left to link."""
    if len(files) < 2 or depth == 3 or rng.random() < 0.2:
        return files
    cut = rng.randint(1, len(files) - 1)
    parts = []
    for k, part in enumerate((files[:cut], files[cut:])):
        out = "%s-%d-%d.o" % (tmp, depth, k)
        part = grouped(rng, ld, part, flags, "%s-%d" % (tmp, k), depth + 1)
        run(ld, "-r", "--verify", *flags, *part, "-o", out)
        parts.append(out)
    return parts


def returns(bpfrun, path, results):
    args = []
    for i, value in sorted(results.items()):
        args += ["--run", "prog%d" % i, "--expect", str(value)]
    run(bpfrun, path, *args)


def code_size(path):
    text = run("llvm-readelf", "-SW", path)[1]
    return sum(int(line[line.index("]") + 1:].split()[4], 16) for line in text.splitlines()
               if re.search(r"\] \S+ +PROGBITS .* AX ", line))


def check_dropping(rng, ld, bpftool, bpfrun, files, results):
    """--gc-sections and --icf=all: less code, what runs returns the same, and grouping makes no
    difference."""
    for flags in (["--gc-sections"], ["--icf=all"], ["--gc-sections", "--icf=all"]):
        order = rng.sample(files, len(files))
        run(ld, "--verify", *order, "-o", "plain.o")
        run(ld, "--verify", *flags, *order, "-o", "direct.o")
        parts = grouped(rng, ld, order, [], "part")
        run(ld, "--verify", *flags, *parts, "-o", "grouped.o")
        direct = types(bpftool, "direct.o"), symbols("direct.o")
        got = types(bpftool, "grouped.o"), symbols("grouped.o")
        if got != direct:
            raise Failed("%s %s by way of %s:\n%s" % (flags, order, parts, differences(got, direct)))
        size, before = code_size("direct.o"), code_size("plain.o")
        if size >= before or code_size("grouped.o") != size or not size:
            raise Failed("%s: %d bytes of code, %d in groups, %d without" % (
                flags, size, code_size("grouped.o"), before))
        if bpfrun:
            returns(bpfrun, "direct.o", results)
            returns(bpfrun, "grouped.o", results)


def check_program(rng, ld, clang, bpftool, bpfrun):
    nr, results = write_program(rng, ".")
    files = []
    flags = [rng.choice(["-O2", "-Os"]), rng.choice(["-mcpu=v2", "-mcpu=v3"]),
             rng.choice(["-gdwarf-4", "-gdwarf-5"])]
    for i in range(nr):
        run(clang, "-target", "bpf", "-g", *flags, "-c", "f%d.c" % i, "-o", "f%d.o" % i)
        files.append("f%d.o" % i)
    run(ld, "--verify", *files, "-o", "first.o")
    expected = types(bpftool, "first.o"), symbols("first.o")
    if bpfrun:
        returns(bpfrun, "first.o", results)
    for threads in ("1", "2", "7"):
        run(ld, "--threads=" + threads, *files, "-o", "threads.o")
        if read("threads.o") != read("first.o"):
            raise Failed("--threads=%s: other bytes" % threads)
    run(ld, "--verify", "first.o", "-o", "again.o")
    if read("again.o") != read("first.o"):
        raise Failed("the output linked again: other bytes")
    for _ in range(4):
        order = rng.sample(files, nr)
        parts = grouped(rng, ld, order, [], "part")
        run(ld, "--verify", *parts, "-o", "other.o")
        got = types(bpftool, "other.o"), symbols("other.o")
        if got != expected:
            raise Failed("%s by way of %s:\n%s" % (order, parts, differences(got, expected)))
        if bpfrun:
            returns(bpfrun, "other.o", results)
    check_dropping(rng, ld, bpftool, bpfrun, files, results)
    # Without one of its files it is refused, in any order, for the same names.
    missing = rng.randrange(nr)
    rest = [f for f in files if f != "f%d.o" % missing]
    verdicts = set()
    for _ in range(3):
        order = rng.sample(rest, len(rest))
        status, said = run(ld, *order, "-o", "less.o", ok=False)
        verdicts.add((status, tuple(sorted(re.findall(r"undefined symbol '(\w+)'", said)))))
    if len(verdicts) != 1:
        raise Failed("without f%d.o: %s" % (missing, verdicts))


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    ld, clang, bpftool = sys.argv[3:6]
    bpfrun = sys.argv[6] if len(sys.argv) > 6 else None
    for n in range(count):
        rng = random.Random(seed * 1000003 + n)
        folder = "program-%d" % n
        os.mkdir(folder)
        os.chdir(folder)
        try:
            check_program(rng, ld, clang, bpftool, bpfrun)
        except Failed as e:
            print("program %d of seed %d (%s):\n%s" % (n, seed, os.getcwd(), e))
            return 1
        os.chdir("..")
    print("%d programs" % count)
    return 0


sys.exit(main())
