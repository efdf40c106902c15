# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Links objects whose names are any bytes: no name becomes code in a header or structure in a report.

names.py --ld LD.BPF --cc CC [--number N] [--from N] [--seconds S] [--seed S] [--keep DIR] OBJECT

OBJECT is what clang makes of Inputs/names.c: each name in it that ends in _QX is replaced by one as long,
in ELF and BTF. --skeleton or --subskeleton is refused with an error, or the header has as many of each
character that C needs as with the plain names; if all names are identifiers it compiles. --report has the
shape that it has with the plain names. Cases follow from the seed, as those of combine.py do.
"""
import argparse
import collections
import json
import os
import random
import re
import shutil
import string
import subprocess
import sys
import time

import mutants

PLACE = re.compile(rb"[a-z]+_Q[0-9A-Z]")
TYPES = (b"structure_Q0", b"onion_Q3", b"enumeration_Q4")
WORD = string.ascii_letters + string.digits + "_"
PIECES = ("*/", "/*", "//", '"', "'", "\\", "\n", "\r", ";", "{}", "()", "#", "??/", "<%", "%:", "\t", "\x1b[", "\x7f", "\x01",
          "</s", "<!--", "&lt;", "\u00e9", "\u202e", "\u2028", "<int>", "::", "=", ",", " ", ".", "$", "@", "-", "~", "`", "|")


def new_name(r, size, harmless):
    """Bytes as long as the old name, no NUL among them."""
    name = b""
    while len(name) < size:
        kind = 0 if harmless else r.randrange(8)
        if kind == 7:
            name += bytes([r.randrange(1, 256)])
        elif kind > 4:
            name += r.choice(PIECES).encode()
        else:
            name += r.choice(WORD).encode()
    name = name[:size]
    return b"x" + name[1:] if harmless else name


def shape(value):
    """What of JSON is no text and no number."""
    if isinstance(value, dict):
        return [shape(v) for v in value.values()], len(value)
    if isinstance(value, list):
        return [shape(v) for v in value]
    return type(value).__name__


def code(header):
    """How often a header has what no code can do without; what bpftool embeds as text is left out."""
    text = re.sub(rb'"(?:\\.|\\\n|[^"\\])*"', b'""', header, flags=re.S)
    return collections.Counter(c for c in text if c in b";{}=\"'\\#/%?\n")


class Link:
    def __init__(self, a, plain):
        self.a, self.plain = a, plain
        self.wanted = {kind: self.link(plain, kind)[2] for kind in ("skeleton", "subskeleton", "json", "html")}
        for kind, made in self.wanted.items():
            assert made, "the object with its own names makes no " + kind

    def link(self, data, kind):
        """How the link ended, its message, and the text that it wrote."""
        out = "out." + ("h" if "skel" in kind else kind)
        if os.path.exists(out):
            os.remove(out)
        with open("names.o", "wb") as f:
            f.write(data)
        option = "--%s=%s" % ("report" if out != "out.h" else kind, out)
        how, said = mutants.run([self.a.ld, "names.o", "-o", "out.o", "--verify", "--skeleton-name=plain", option], False)
        if not os.path.exists(out):
            return how, said, None
        with open(out, "rb") as f:
            return how, said, f.read()

    def judge_header(self, kind, made, chosen, harmless):
        if code(made) != code(self.wanted[kind]):
            return "the header has other code than with plain names: %s" % {
                chr(c): (code(self.wanted[kind])[c], code(made)[c]) for c in b";{}=\"'\\#/%?\n"}
        if not harmless:
            return None
        # Types of variables come from the program that includes the header.
        use = "struct %s { int a[2]; }; union %s { int a; }; enum %s { ZERO };\n#include \"out.h\"\n" % tuple(
            chosen.get(t, t).decode() for t in TYPES)
        done = subprocess.run([self.a.cc, "-fsyntax-only", "-I.", "-x", "c", "-"], input=use, capture_output=True, text=True,
                              check=False)
        return "the header does not compile: " + done.stderr[:2000] if done.returncode else None

    def judge(self, data, kind, chosen, harmless):
        how, said, made = self.link(data, kind)
        fault = mutants.judge(how, said)
        if fault or how == "refuses":
            if not fault and made is not None:
                fault = "refuses, and leaves a file"
            if not fault and harmless:
                fault = "refuses identifiers"
            return how, said, fault
        if made is None:
            return how, said, "links, and writes no file"
        if kind == "json":
            fault = None if shape(json.loads(made)) == shape(json.loads(self.wanted[kind])) else "the report has another shape"
        elif kind == "html":
            fault = None if made.count(b"<") == self.wanted[kind].count(b"<") else "the page has other tags"
        else:
            fault = self.judge_header(kind, made, chosen, harmless)
        return how, said, fault


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--ld", required=True)
    p.add_argument("--cc", required=True)
    p.add_argument("--number", type=int, default=1 << 60)
    p.add_argument("--from", type=int, default=0, dest="first")
    p.add_argument("--seconds", type=float, default=1e9)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--keep", default="found")
    p.add_argument("object")
    a = p.parse_args()
    print("seed %d" % a.seed, flush=True)
    with open(a.object, "rb") as f:
        plain = f.read()
    places = sorted(set(PLACE.findall(plain)))
    assert len(places) > 8, places
    link, ends, wrong, end = Link(a, plain), collections.Counter(), 0, time.monotonic() + a.seconds
    for n in range(a.first, a.first + a.number):
        if time.monotonic() > end:
            break
        r = random.Random("names %d %d" % (a.seed, n))
        data, harmless, chosen = plain, not r.randrange(4), {}
        for old in r.sample(places, r.choice((1, 1, 2, len(places)))):
            chosen[old] = new_name(r, len(old), harmless)
            data = data.replace(old + b"\0", chosen[old] + b"\0")
        kind = r.choice(sorted(link.wanted))
        how, said, fault = link.judge(data, kind, chosen, harmless)
        ends[how + " for " + kind] += 1
        if fault:
            wrong += 1
            print("case %d, --%s of %s: %s\n%s" % (n, kind, chosen, fault, said[:2000]), flush=True)
            os.makedirs(a.keep, exist_ok=True)
            shutil.copy("names.o", "%s/names-%d-%d.o" % (a.keep, a.seed, n))
    print(", ".join("%s %d" % e for e in sorted(ends.items())))
    print("%d cases, %d wrong" % (sum(ends.values()), wrong))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
