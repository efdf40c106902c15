# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Links with random options: mutated objects, archives, bitcode and response files.

combine.py --ld LD.BPF [--peer BPFTOOL --load BPFRUN [--peer-each N]] [--number N] [--from N]
           [--seconds S] [--seed S] [--keep DIR] OBJECT...

Options come from options.def, so that a new one takes part. Each case runs in a directory of its own and
must keep what docs/security.md promises: it ends in time with status 0 or 1 and no signal; a failure has a
message, creates no file and changes none; a link changes only the outputs that it names, and the object
passes --verify and links to itself. Nothing outside of the directory changes. Every N-th case is a
plain -r link, which is compared with bpftool's as mutants.py --load does. A case follows from the seed, its
number and the objects; `--from N --number 1` repeats it. The directory of a failure is kept in DIR.
"""
import collections
import os
import random
import re
import shutil
import subprocess
import sys
import time

import mutants

Row = collections.namedtuple("Row", "macro letter name form value")
TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "llvm-plugin", "ld", "options.def")
ROW = re.compile(r'^(OPT|NOOP|REFUSE)\((?:\w+, )?(0|\'.\'), (NULL|"[^"]*"), (\w+), (NULL|"[^"]*"),', re.M)
# Rows that end the program before it links, and rows that name files to read.
ENDING = ("help", "version")
READS = ("localize", "plugin", "dynamic-linker", "version-script", "dynamic-list", "just-symbols")
# These print, or write files beside the object; the object is that of the same link without them.
NEUTRAL = ("Map", "cref", "trace", "print-stats", "report", "dependency-file", "why-extract", "threads",
           "time-trace", "verify", "print-gc-sections", "no-gc-sections", "verbose", "reproduce")
# A link of the output repeats these: by default types without users go, and what is undefined is an error.
IGNORE = ["--unresolved-symbols=ignore-all"]
REPEATED = ("relocatable", "no-btf-gc", "unique-statics", "unresolved-symbols", "z")
# --reproduce writes before the link, --time-trace after it; --save-temps writes OUTPUT.*.
EARLY = ("reproduce", "time-trace", "save-temps")
# --lto-cache creates a directory, and these in it, whether the link succeeds or not.
ENTRY = re.compile(r"[0-9a-f]{64}\.lto")


def rows():
    with open(TABLE, encoding="utf-8") as f:
        text = f.read()
    table = [Row(m, l.strip("'0"), n.strip('"').replace("NULL", ""), form, v.strip('"').replace("NULL", ""))
             for m, l, n, form, v in ROW.findall(text)]
    keys = re.findall(r'^Z(?:KEY\(\w+, |NOOP\()"([^"]*)"', text, re.M)
    assert len(table) > 100 and len(keys) > 10, "options.def has another form"
    return table, keys


TABLE_ROWS, Z_KEYS = rows()


class Case:
    """One command line and the files that it names, in the current directory."""

    def __init__(self, r, seeds, plain):
        self.r, self.seeds, self.plain = r, seeds, plain
        self.outputs, self.early, self.inputs, self.used = [], [], [], []
        self.words, self.again, self.output = [], [], r.choice(("out.o", "out.o", "out", "a.out", "x y.o"))

    # ---- files ----

    def write(self, name, data):
        with open(name, "wb") as f:
            f.write(data)
        return name

    def bytes(self):
        seed = self.r.choice(self.seeds)
        return mutants.mutate(self.r, seed)[0] if not self.r.randrange(3) else seed.data

    def new_object(self):
        return self.write("in%d.o" % len(os.listdir(".")), self.bytes())

    def new_archive(self):
        r, thin = self.r, not self.r.randrange(3)
        data = bytearray(b"!<thin>\n" if thin else b"!<arch>\n")
        for i in range(r.randrange(4)):
            body, name = self.bytes(), "m%d.o" % i
            if thin:
                self.write(name, body)
            data += b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name.encode() + b"/", 0, 0, 0, 0o644, len(body))
            data += b"" if thin else body + b"\n" * (len(body) % 2)
        if not r.randrange(3):
            at = r.randrange(len(data))
            data[at:at + r.choice((0, 1, 1, 1, 9))] = r.choice((b"/", b"9", b"\0", b"-1", b"//", b"\xff", b"`\n"))
        return self.write("lib%s.a" % r.choice("abc"), bytes(data))

    def response(self, words):
        """Half of the words move into a response file."""
        r, at = self.r, self.r.randrange(len(words) + 1)
        name, parts = "r%d" % len(os.listdir(".")), []
        for w in words[at:]:
            parts.append(r.choice(('"%s"' % re.sub(r'(["\\])', r"\\\1", w), re.sub(r"([\s\\'\"])", r"\\\1", w))))
        if not r.randrange(8):
            parts.append(r.choice(("@" + name, "@none", '"', "\\", "@.", "'\0'")))
        self.write(name, r.choice((" ", "\n", "\t\r\n")).join(parts).encode(errors="surrogateescape"))
        self.inputs.append(name)
        return words[:at] + ["@" + name]

    # ---- values ----

    def name(self):
        return self.r.choice(self.r.choice(self.seeds).names + ["", "none", "a=b"])

    def glob(self):
        name, at = self.name(), self.r.randrange(4)
        return self.r.choice((name, name[:at] + "*", "*" + name[at:], "?" * at + "*", "[a-m]*", "[!", "***", "\\"))

    def new_output(self, row):
        if self.r.randrange(20) == 0:
            return self.r.choice(self.inputs + [self.output, "-", ".", "none/x", ""])
        name = "t%d.%s" % (len(self.outputs), self.r.choice(("html", "json", "tar", "h", "txt")))
        (self.early if row.name in EARLY else self.outputs).append(name)
        return name

    def value(self, row):
        r = self.r
        kind = row.value
        if kind.startswith("FILE") and row.name not in READS:
            return self.new_output(row)
        if kind.startswith("FILE") or kind == "SCRIPT":
            return r.choice((self.write("list", "\n".join(self.glob() for _ in range(4)).encode(
                errors="surrogateescape")), "none", "."))
        values = {
            "N": lambda: r.choice(("0", "1", "2", "2", "4", "-1", "99999999999999999999")),
            "KEYWORD": lambda: r.choice(Z_KEYS) + r.choice(("", "", "1")),
            "DIR": lambda: r.choice((".", "cache" if row.name == "lto-cache" else "none", "")),
            "NAME": lambda: r.choice(("a", "b", "c", ":liba.a", "none", ":in2.o")),
            "GLOB": self.glob,
            "DIALECT": lambda: r.choice(("llvm", "gas")),
            "METHOD": lambda: r.choice(("ignore-all", "ignore-all", "report-all")),
            "WHICH": lambda: r.choice(("all", "all", "none")),
            "WHEN": lambda: r.choice(("auto", "always", "never")),
            "CPU": lambda: r.choice(("v1", "v2", "v3", "v4", "generic", "x")),
            "OPTION": lambda: r.choice(("-inline-threshold=5", "--no-such-option", "")),
            "ARG": lambda: r.choice(("O2", "O0", "mcpu=v3", "emit-asm", "emit-llvm", "-inline-threshold=5", "x")),
            "ID": lambda: r.choice(("kernel-limit", "undefined", "x")),
            "TEXT": lambda: r.choice(("GPL", "", "Dual BSD/GPL", "x" * 5000)),
            "A=B": lambda: self.name() + "=" + self.name(),
            "OLD=NEW": lambda: self.name() + "=" + self.name(),
            "A.o:f=B.o:g": lambda: "%s:%s=%s:%s" % (r.choice(self.inputs), self.name(), r.choice(self.inputs), self.name()),
        }
        if kind in values and r.randrange(30):
            return values[kind]()
        return r.choice((self.name(), self.glob(), "", "-", "=", "\xe4", "-r"))

    # ---- the command line ----

    def option(self):
        r, row = self.r, self.r.choice(TABLE_ROWS)
        if self.plain and row.name not in NEUTRAL:
            return []
        if row.macro == "REFUSE" and r.randrange(20) or row.name in ENDING + ("output",) and r.randrange(20):
            return []
        if row.macro == "NOOP" and r.randrange(3):
            return []
        self.used.append(row.name)
        letter = row.letter and (not row.name or r.randrange(2))
        flag = "-" + row.letter if letter else ("--" if r.randrange(3) or row.name[0] == "o" else "-") + row.name
        if row.form == "FLAG" or row.form == "OPTVALUE" and r.randrange(2):
            words = [flag]
        else:
            value = self.value(row)
            words = [flag, value]
            if row.form == "OPTVALUE" or not letter and r.randrange(2):
                words = [flag + "=" + value]
            elif letter and value and r.randrange(2):
                words = [flag + value]
        if row.name in REPEATED or row.letter == "z":
            self.again += words
        return words

    def make(self):
        r = self.r
        self.inputs = [self.new_object() for _ in range(r.choice((1, 1, 1, 1, 2, 3)))]
        if not self.plain and not r.randrange(3):
            self.inputs.append(self.new_archive())
        groups = [[i] for i in self.inputs]
        groups += [self.option() for _ in range(r.choice((0, 1, 2, 3, 5, 8)))]
        way = ["-r"] if self.plain else r.choice((["-r"], IGNORE, IGNORE, ["--lto"] + IGNORE, ["--dynamic"], []))
        self.again += [w for w in way if w in ["-r"] + IGNORE]
        self.used += [w[2:] for w in way]
        groups.append(way)
        r.shuffle(groups)
        self.words = [w for g in groups for w in g]
        if not self.plain and not r.randrange(3):
            self.words = self.response(self.words)
        self.words += ["--verify", "-o", self.output]
        if not r.randrange(40):  # without its value, if it takes one
            self.used.append(r.choice([row.name for row in TABLE_ROWS if row.name not in ENDING]))
            self.words.append("--" + self.used[-1])
        for name in self.outputs + [self.output]:
            if r.randrange(2):
                self.write(name, b"old\n")


def state(top, without=None):
    """{path: what shows that a file was written}."""
    found = {}
    for entry in os.scandir(top):
        if entry.is_dir(follow_symlinks=False):
            if entry.name != without:
                found.update(state(entry.path))
                found[entry.path] = "directory"
            continue
        s = entry.stat(follow_symlinks=False)
        found[entry.path] = (s.st_ino, s.st_size, s.st_mtime_ns, s.st_mode)
    return found


def judge_files(case, how, before, after):
    """Failures change nothing; links change the outputs that they name."""
    changed = {os.path.basename(p) for p in set(before) | set(after) if before.get(p) != after.get(p)}
    allowed = set(case.early)
    if how == "links":
        allowed |= set(case.outputs) | {case.output, "a.out"}
    for stem in (case.output, "a.out"):
        if set(EARLY) & set(case.used) or "plugin-opt" in case.used:
            allowed |= {name for name in changed if name.startswith(stem + ".")}
    if "lto-cache" in case.used:
        allowed |= {os.path.basename(p) for p in after if after[p] == "directory" or ENTRY.fullmatch(os.path.basename(p))}
    left = sorted(changed - allowed)
    return "%s, and changes %s" % (how, ", ".join(left)) if left else None


def judge_output(case, ld, limited, env):
    """An object links to itself. What else --lto-emit-* and the like write is none."""
    if not os.path.exists(case.output):
        return None
    with open(case.output, "rb") as f:
        data = f.read()
    if data[:4] != b"\x7fELF":
        return None
    how, said = mutants.run([ld, case.output, "-o", "again.o", "--verify"] + case.again, limited, env, strict=True)
    if how != "links":
        return "the output does not link: %s\n%s" % (how, said)
    if "dynamic" in case.used:  # the stubs are functions as others then, and the table goes
        return None
    with open("again.o", "rb") as f:
        return None if f.read() == data else "the output links to something else"


def fails_in_llvm(said):
    """LLVM promises nothing for what is no bitcode. Its process may end in any way, if that is reported."""
    ends = re.search(r"error: LLVM \d+ (ran out of memory|failed|was killed by signal)", said)
    return ends and ("Sanitizer" not in said or re.search(r"#[01] .*libLLVM", said))


def judge(case, a, env, outside):
    before = state(".")
    limited = not a.no_memory_limit
    how, said = mutants.run([a.ld] + case.words, limited, env, strict=True)
    fault = mutants.judge(how, said)
    if how == "refuses" and fails_in_llvm(said):
        fault = None
    fault = fault or judge_files(case, how, before, state("."))
    if not fault and state("..", without="case") != outside:
        fault = "changes a file outside of its directory"
    if not fault and how == "links":
        fault = judge_output(case, a.ld, limited, env)
    return how, said, fault


def compare(case, a):
    """What bpftool makes of the same objects, and what the kernel takes of both."""
    os.replace(case.output, "mutant-out.o")
    peer = mutants.run([a.peer, "gen", "object", "mutant-peer.o"] + case.inputs, True)[0]
    if peer != "links":
        return "the peer " + peer, None
    what, programs = mutants.compare_loads(a.load)
    return what, what + ": " + " ".join(programs) if what.startswith("the peer's") else None


def names(obj):
    """Words of an object's tables of strings."""
    found = set()
    for name, type_, _, off, size in obj.sections:
        if type_ == 3 or name == ".BTF":
            found.update(re.findall(rb"[A-Za-z_.][\w.]{1,30}(?=\0)", obj.data[off:off + size]))
    return sorted(n.decode() for n in found)


def main():
    a = mutants.arguments(1 << 60, 10, "found")
    print("seed %d" % a.seed, flush=True)
    a.ld, a.keep = os.path.abspath(a.ld), os.path.abspath(a.keep)
    a.load = a.load and os.path.abspath(a.load)
    seeds = [mutants.Object(o) for o in a.objects]
    for s in seeds:
        s.names = names(s) or ["main"]
    root = os.path.abspath("combine")
    shutil.rmtree(root, ignore_errors=True)
    for name in ("case", "tmp", "home"):
        os.makedirs(os.path.join(root, name))
    env = dict(os.environ, TMPDIR=root + "/tmp", HOME=root + "/home")
    ends, loaded, wrong, end = collections.Counter(), collections.Counter(), 0, time.monotonic() + a.seconds
    for n in range(a.first, a.first + a.number):
        if time.monotonic() > end:
            break
        shutil.rmtree(root + "/case")
        os.mkdir(root + "/case")
        os.chdir(root + "/case")
        plain = bool(a.peer and a.load) and n % a.peer_each == 0
        case = Case(random.Random("combine %d %d" % (a.seed, n)), seeds, plain)
        case.make()
        outside = state("..", without="case")
        how, said, fault = judge(case, a, env, outside)
        ends[how] += 1
        if not fault and plain and how == "links":
            what, fault = compare(case, a)
            loaded[what] += 1
        if fault:
            wrong += 1
            print("case %d: ld.bpf %s: %s\n%s" % (n, subprocess.list2cmdline(case.words), fault, said[:2000]), flush=True)
            kept = "%s/%d-%d" % (a.keep, a.seed, n)
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(".", kept, symlinks=True)
    mutants.print_counts(ld_bpf=ends, loads=loaded)
    print("%d cases, %d wrong" % (sum(ends.values()), wrong))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
