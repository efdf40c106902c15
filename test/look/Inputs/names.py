# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""names.py CLANG LD BPFLD: names with every control character, through everything that prints names.

Objects are compiled with a placeholder for each character, in names of functions, sections, maps,
types and files, which the character then replaces in the object's bytes. What comes out has to be
UTF-8 without hidden characters, and each line of standard error one that the programs begin.
"""
import json
import os
import re
import subprocess
import sys

clang, ld, bpfld = sys.argv[1:4]
# Control characters, C1 as bytes and as UTF-8, what changes the direction or the line, not UTF-8.
HIDDEN = [bytes([c]) for c in [*range(1, 0x20), 0x7f, *range(0x80, 0xa0), 0xff]]
HIDDEN += [chr(c).encode() for c in [*range(0x80, 0xa0), 0x61c, *range(0x200b, 0x2010),
                                     *range(0x2028, 0x202f), *range(0x2066, 0x206a), 0xfeff, 0xe0041]]
HIDDEN += [b"\xc0\x9b", b"\xed\xa0\x80", b"\xe2\x80", b"\n>>>", b"\n\x1b[m"]
SEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]")

SOURCE = """
#define NOINLINE __attribute__((noinline))
#define SEC(x) __attribute__((section(x), used))
struct type_Qnnn { int field_Qnnn; };
struct { int (*type)[1]; int (*max_entries)[1]; int *key; struct type_Qnnn *value; } map_Qnnn SEC(".maps");
static NOINLINE int twin_Qnnn(int x) { return x * 3 + %d; }
static NOINLINE int other_Qnnn(int x) { return x * 3 + %d; }
int dead_Qnnn(int x) { return x; }
int weak_Qnnn(int x) __attribute__((weak));
int missing_Qnnn(int x, struct type_Qnnn *p);
int variable_Qnnn = 1;
SEC("raw_tp/Qnnn") int prog_Qnnn(void *ctx)
{
	return twin_Qnnn(variable_Qnnn) + other_Qnnn(variable_Qnnn + 1)%s + (map_Qnnn.key != 0);
}
"""


def make(path, undefined):
    text = "".join(SOURCE.replace("Qnnn", "Q%03d" % i) % (
        i, i, " + missing_Q%03d(1, (void *)0)" % i if undefined else "") for i in range(len(HIDDEN)))
    with open("names.c", "w", encoding="utf-8") as f:
        f.write(text + 'char gpl[] SEC("license") = "GPL";\n')
    subprocess.run([clang, "-target", "bpf", "-g", "-O2", "-c", "names.c", "-o", "names.o"], check=True)
    with open("names.o", "rb") as f:
        data = f.read()
    for i, hidden in enumerate(HIDDEN):
        data = data.replace(b"Q%03d" % i, hidden.ljust(4, b"q")[:4] if len(hidden) < 4 else hidden[:4])
    with open(path, "wb") as f:
        f.write(data)


def check(what, data, start=None, tabs=False):
    text = data.decode("utf-8", errors="strict")
    found = SEEN.search(text)
    assert not found, (what, ascii(text[max(0, found.start() - 60):found.end() + 20]))
    assert tabs or "\t" not in text, what
    for line in text.split("\n")[:-1] if start else []:
        assert line.startswith(start), (what, ascii(line))
    return text


FILES = ("out.map", "out.why", "out.html", "out.trace")
seen = ""


def run(what, command, want, status=(0, 1)):
    """Runs it and looks at what it prints and writes, where "want" is to be found."""
    global seen
    for path in FILES:
        if os.path.exists(path):
            os.remove(path)
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode in status, (what, done.returncode, done.stderr)
    text = check(what + " on stdout", done.stdout)
    program = os.path.basename(command[0])
    text += check(what + " on stderr", done.stderr, (program + ": ", ">>> ", "libbpf: "))
    for path in FILES:
        if os.path.exists(path):
            with open(path, "rb") as f:
                text += check(what + " in " + path, f.read(), tabs=path in ("out.why", "out.html"))
    assert want in text, (what, want, text[:4000])
    seen += text


make("in.o", False)
make("undefined.o", True)
OUT = ["-o", "out.o"]
run("map", [ld, "in.o", "-M"] + OUT, "prog_\\x1b")
run("map file", [ld, "in.o", "-Map=out.map"] + OUT, "prog_\\x1b")
run("cref", [ld, "in.o", "--cref"] + OUT, "prog_\\n")
run("gc", [ld, "in.o", "--gc-sections", "--print-gc-sections", "--why-live=*"] + OUT, "removing unused section")
run("icf", [ld, "in.o", "--icf=all", "--print-icf-sections", "--print-stats", "-t"] + OUT, "removing identical section")
run("trace", [ld, "in.o", "-t"] + ["--trace-symbol=prog_\x1bqqq"] + OUT, "definition of prog_\\x1bqqq")
run("undefined", [ld, "undefined.o", "--error-limit=0"] + OUT, "undefined symbol 'missing_\\x1b")
# Another byte: an object that is linked twice is one error.
with open("in.o", "rb") as f, open("again.o", "wb") as to:
    to.write(f.read() + b"\0")
run("duplicate", [ld, "in.o", "again.o", "--error-limit=0"] + OUT, "duplicate symbol 'prog_\\x1b")
run("twice", [ld, "in.o", "in.o"] + OUT, "in.o is linked twice")
run("types", [ld, "in.o", "undefined.o", "--error-limit=0", "-z", "muldefs"] + OUT, "")
run("options", [ld, "in.o", "-u\x1b[31m", "--defsym=a\n=b\x9b", "--wrap=\u202e", "--keep=\u009b", "-lx\ny",
                "--bind=a\no:b=c:d", "gone\nerror: forged"] + OUT, "gone\\nerror: forged")
run("option", [ld, "in.o", "--no\x1bsuch\n"] + OUT, "unknown option '--no\\x1bsuch\\n'")
run("report", [ld, "in.o", "--report=out.html", "--verbose", "--time-trace=out.trace"] + OUT, "prog_\\u001b")
subprocess.run([ld, "in.o", "--report=out.json"] + OUT, check=True, stderr=subprocess.DEVNULL)
with open("out.json", "rb") as report:
    json.loads(check("report", report.read()))
# Names of files, also of an archive's members.
for i, hidden in enumerate([b"\x1b[31m", b"\n", b"\x9b", "\u009b".encode(), "\u202e".encode(), b"\xff"]):
    name = b"file" + hidden + b".o"
    with open("in.o", "rb") as f, open(name, "wb") as to:
        to.write(f.read())
    for option in ("-M", "--cref", "-t", "--print-gc-sections", "--why-live=*", "--print-stats", "-Map=out.map",
                   "--report=out.html", "--time-trace=out.trace", "--verbose"):
        run("file %d, %s" % (i, option), [ld, name, "--gc-sections", option] + OUT, "")
    run("file %d, undefined" % i, [ld, name, "undefined.o"] + OUT, "error: ")
    run("file %d, no object" % i, [ld, name + b"x", "names.c"] + OUT, "error: ")
    if os.path.exists("lib.a"):
        os.remove("lib.a")
    subprocess.run(["llvm-ar", "rc", "lib.a", name], check=True)
    run("member %d" % i, [ld, "lib.a", "--why-extract=out.why", "-u", "dead_\x1bqqq", "-M", "--cref", "-t"] + OUT, "file")
    run("bpfld %d" % i, [bpfld, "load", name], "", (1, 2))
    run("bpfld %d, dynamic" % i, [bpfld, "load", "--dynamic", name], "", (1, 2))
    os.remove(name)
run("bpfld", [bpfld, "load", "--root=/\x1b[31m", "-n", "\x9b", "in.o"], "error: ", (1, 2))
run("bpfld", [bpfld, "load", "--root=/\x1b[31m", "in.o"], "error: ", (1, 2))
run("bpfld ls", [bpfld, "ls", "a\nbpfld: error: forged"], "\\nbpfld: error: forged", (1,))
for expected in (r"\x1b", r"\x7f", r"\x9b", r"\u009b", r"\u202e", r"\u2066", r"\u200e", r"\u061c", r"\xff", r"\n"):
    assert expected in seen, expected
print("done")
