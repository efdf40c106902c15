# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""input_memory.py LD: links inputs that are many, empty, tiny or named often, and looks at the memory taken.

main.o, tiny.o and large.o lie in the working directory. Each shape gives the words of a command; the
files that they name, read once, are its input.
"""
import os
import sys

BASE, FACTOR = 64 << 20, 20


def archive(path, members, thin=False):
    """members: names and contents; of a thin archive, names."""
    with open(path, "wb") as out:
        out.write(b"!<thin>\n" if thin else b"!<arch>\n")
        for name, data in members:
            out.write(b"%-16s%-12d%-6d%-6d%-8d%-10d`\n" % ((name + "/").encode(), 0, 0, 0, 644, len(data)))
            if not thin:
                out.write(data + b"\n" * (len(data) & 1))
    return path


def text(path, words):
    with open(path, "w", encoding="ascii") as out:
        out.write(words)
    return "@" + path


def read(path):
    with open(path, "rb") as f:
        return f.read()


def shapes():
    tiny = read("tiny.o")
    padded = tiny + bytes(2300)  # over what counts as tiny
    yield "empty members", ["main.o", archive("empty.a", [("e%d" % i, b"") for i in range(16000)])]
    yield "tiny members", ["main.o", archive("tiny.a", [("t%d" % i, tiny) for i in range(8000)])]
    yield "small members", ["main.o", archive("small.a", [("s%d" % i, padded) for i in range(20000)])]
    yield "text members", ["main.o", archive("text.a", [("x%d" % i, b"no object\n") for i in range(16000)])]
    often = archive("often.a", [("large.o", b"")] * 400, True)
    yield "one file often", ["main.o", often]
    yield "one file often, whole", ["main.o", "--whole-archive", often]
    for i in range(200):
        os.symlink("large.o", "l%d" % i)
    yield "one file by many names", ["main.o", archive("links.a", [("l%d" % i, b"") for i in range(200)], True)]
    yield "one file by many archives", ["main.o"] + [archive("a%d.a" % i, [("large.o", b"")], True)
                                                     for i in range(100)]
    yield "one response file often", ["main.o"] + [text("flags", "-s " * 66000)] * 50
    yield "one response file of inputs often", ["main.o"] + [text("names", "a " * 100000)] * 50
    yield "a long response file", ["main.o", text("long", "-s " * 1000000)]
    yield "many inputs that are not there", ["main.o", text("missing", "a " * 1000000)]


def size_of(words):
    files = {w.lstrip("@") for w in words if not w.startswith("-")} | {"large.o"}
    return sum(os.path.getsize(f) for f in files)


def main():
    ld, bad = sys.argv[1], 0
    for name, words in shapes():
        pid = os.fork()
        if not pid:
            null = os.open("/dev/null", os.O_WRONLY)
            os.dup2(null, 2)
            os.execv(ld, [ld] + words + ["-o", "out.o"])
        _, status, usage = os.wait4(pid, 0)
        taken, limit = usage.ru_maxrss << 10, BASE + FACTOR * size_of(words)
        print("%-36s %4d MB of %4d" % (name, taken >> 20, limit >> 20))
        if taken > limit or os.waitstatus_to_exitcode(status) not in (0, 1):
            print("    too much, or ended by a signal: %s" % status)
            bad += 1
    return bad != 0


sys.exit(main())
