# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Links mutants of real objects: no crash, no hang, no output that fails --verify.

mutants.py --ld LD.BPF [--peer BPFTOOL [--peer-each N] [--load BPFRUN]] [--number N] [--from N]
           [--seconds S] [--seed S] [--keep DIR] OBJECT...

A mutant is one of the objects with some bits flipped, some fields of its ELF headers, symbols,
relocations, BTF or .BTF.ext set to a special value, or its end cut off. It is linked, as ld.bpf -r and
as a final link by turns, with another of the objects, as it is. With --peer, `bpftool gen object`
links the same two, for every N-th mutant, and how that ends is counted beside. With --load, where both
link (ours as ld.bpf -r), test/kernel/bpfrun.c says which programs of the two outputs the kernel takes:
what it takes of the peer's output it has to take of ours. What goes wrong is kept in DIR. The mutants
follow from the seed and the objects.
"""
import argparse
import collections
import os
import random
import re
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time

TIMEOUT = 10  # seconds for a link
MEMORY = 2 << 30  # bytes of address space for a link; not where sanitizers have their shadow
SPECIAL = (0, 1, 2, 4, 7, 8, 0x7f, 0xff, 0xfff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff8,
           0xffffffff, 1 << 32, 1 << 60, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
# The widths of the fields of what tables hold.
EHDR = (16, 2, 2, 4, 8, 8, 8, 4, 2, 2, 2, 2, 2, 2)
SHDR = (4, 4, 8, 8, 8, 8, 4, 4, 8, 8)
SYM = (4, 1, 1, 2, 8, 8)
REL = (8, 4, 4)
INSN = (1, 1, 2, 4)
SHT_SYMTAB, SHT_REL = 2, 9


class Object:
    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        self.path = path
        self.sections = []
        if len(self.data) < 64 or self.data[:6] != b"\x7fELF\2\1":
            return
        self.shoff, = struct.unpack_from("<Q", self.data, 40)
        number, names = struct.unpack_from("<HH", self.data, 60)
        rows = [struct.unpack_from("<IIQQQQIIQQ", self.data, self.shoff + 64 * i)
                for i in range(number)]
        for name, type_, flags, _, off, size, _, _, _, _ in rows:
            at = rows[names][4] + name
            text = self.data[at:self.data.index(b"\0", at)].decode(errors="replace")
            self.sections.append((text, type_, flags, off, 0 if type_ == 8 else size))


def special(r, old, width):
    value = r.choice((r.choice(SPECIAL), old + r.randint(1, 8), old - r.randint(1, 8),
                      old ^ 1 << r.randrange(8 * width), r.randrange(64)))
    return value & (1 << 8 * width) - 1


def set_field(r, data, at, widths):
    i = r.randrange(len(widths))
    at, width = at + sum(widths[:i]), widths[i]
    if width > 8:
        at, width = at + r.randrange(width), 1
    old = int.from_bytes(data[at:at + width], "little")
    data[at:at + width] = special(r, old, width).to_bytes(width, "little")
    return "field of %d bytes at %#x" % (width, at)


def flip(r, obj, data):
    at = r.randrange(len(data))
    data[at] ^= 1 << r.randrange(8)
    return "bit at %#x" % at


def change_header(r, obj, data):
    if not r.randrange(6) or not obj.sections:
        return set_field(r, data, 0, EHDR)
    return set_field(r, data, obj.shoff + 64 * r.randrange(len(obj.sections)), SHDR)


def change_table(r, obj, data):
    """An entry of what a section holds: a word of BTF, a symbol, a relocation, an instruction."""
    known = [s for s in obj.sections if s[4] and (s[1] in (SHT_SYMTAB, SHT_REL) or s[2] & 4 or
                                                  s[0] in (".BTF", ".BTF.ext"))]
    if not known:
        return flip(r, obj, data)
    _, type_, flags, off, size = r.choice(known)
    widths = {SHT_SYMTAB: SYM, SHT_REL: REL}.get(type_, INSN if flags & 4 else (4,))
    at = off + r.randrange(size // sum(widths) or 1) * sum(widths)
    if widths == (4,) and not r.randrange(3):  # a word that stands elsewhere
        other = off + r.randrange(size // 4 or 1) * 4
        data[at:at + 4] = data[other:other + 4]
        return "word at %#x is that at %#x" % (at, other)
    return set_field(r, data, at, widths)


def cut(r, obj, data):
    n = r.choice((r.randrange(len(data)), len(data) - 1 - r.randrange(64)))
    del data[max(n, 0):]
    return "cut to %d bytes" % len(data)


def mutate(r, obj):
    data = bytearray(obj.data)
    how = r.choices((flip, change_header, change_table, cut), (3, 4, 9, 1))[0]
    done = [how(r, obj, data)]
    while how is not cut and r.randrange(2):
        done.append(r.choice((flip, change_header, change_table))(r, obj, data))
    return bytes(data), "; ".join(done)


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(command, limited, env=None, strict=False):
    """How a command ended: "links", "refuses", "crashes ...", "hangs", ...; and its messages.

    Kills its children if it takes too long. strict: ignores standard output, and distinguishes exit statuses.
    """
    with tempfile.TemporaryFile() as out:
        p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL if strict else out,
                             stderr=out, env=env, start_new_session=True,
                             preexec_fn=limit_memory if limited else None)
        try:
            p.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            p.wait()
            return "hangs", ""
        out.seek(0)
        text = re.sub("\x1b\\[[0-9;]*[mK]", "", out.read().decode(errors="replace"))
    if p.returncode < 0:
        return "crashes (%s)" % signal.Signals(-p.returncode).name, text
    if strict and p.returncode > 1:
        return "ends with status %d" % p.returncode, text
    return "refuses" if p.returncode else "links", text


def judge(how, said):
    if how not in ("links", "refuses"):
        return how
    if "Sanitizer" in said or "runtime error" in said:
        return "has a sanitizer's report"
    if "[verify]" in said:
        return "makes what --verify refuses"
    if "[out-of-memory]" in said:
        return "takes more than %d MB" % (MEMORY >> 20)
    return "refuses without a message" if how == "refuses" and "error: " not in said else None


def keep(a, n, path):
    os.makedirs(a.keep, exist_ok=True)
    os.replace(path, "%s/%d-%d.o" % (a.keep, a.seed, n))


def loads(bpfrun, path):
    """What the kernel says of each program: {name: "ok" or "fail"}; of the object, if that is not opened.
    None where it takes a minute: a mutant may ask for that."""
    try:
        done = subprocess.run([bpfrun, "--each", path], stdin=subprocess.DEVNULL, text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return None
    rows = [line.split() for line in done.stdout.splitlines()]
    return {row[0]: row[1] for row in rows if len(row) > 1 and row[0] != "load"} or {"": "fail"}


def compare_loads(bpfrun):
    """How the outputs compare; and the programs that make the difference."""
    one, two = loads(bpfrun, "mutant-out.o"), loads(bpfrun, "mutant-peer.o")
    if one is None or two is None:
        return "one takes too long", []
    ours = sorted(p for p, how in one.items() if how == "ok" and two.get(p) != "ok")
    theirs = sorted(p for p, how in two.items() if how == "ok" and one.get(p) != "ok")
    if theirs:
        return "the peer's loads, ours does not", theirs
    if ours:
        return "ours loads, the peer's does not", ours
    return ("alike, some programs load" if "ok" in one.values() else "alike, no program loads"), []


def arguments(number, peer_each, keep):
    """Parses the command line, with these defaults."""
    p = argparse.ArgumentParser()
    p.add_argument("--ld", required=True)
    p.add_argument("--peer")
    p.add_argument("--peer-each", type=int, default=peer_each)
    p.add_argument("--load")
    p.add_argument("--number", type=int, default=number)
    p.add_argument("--from", type=int, default=0, dest="first")
    p.add_argument("--seconds", type=float, default=1e9)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--keep", default=keep)
    p.add_argument("--no-memory-limit", action="store_true")
    p.add_argument("objects", nargs="+")
    return p.parse_args()


def print_counts(**counters):
    for name, counts in counters.items():
        if counts:
            print("%s: %s" % (name.replace("_", "."), ", ".join("%s %d" % c for c in sorted(counts.items()))))


def main():
    a = arguments(1000, 1, "mutants")
    objects, wrong = [Object(o) for o in a.objects], 0
    ours, theirs, loaded = collections.Counter(), collections.Counter(), collections.Counter()
    end = time.monotonic() + a.seconds
    for n in range(a.first, a.first + a.number):
        if time.monotonic() > end:
            break
        r = random.Random("%d %d" % (a.seed, n))
        obj, other = r.choice(objects), r.choice(objects)
        data, what = mutate(r, obj)
        with open("mutant.o", "wb") as f:
            f.write(data)
        flags = ["-r"] if n % 2 else ["--unresolved-symbols=ignore-all", "--gc-sections"]
        inputs = ["mutant.o"] + ([other.path] if r.randrange(2) else [])
        how, said = run([a.ld, "--verify", "-o", "mutant-out.o"] + flags + inputs,
                        not a.no_memory_limit)
        ours[how] += 1
        fault = judge(how, said)
        if fault:
            wrong += 1
            keep(a, n, "mutant.o")
            print("mutant %d of %s (%s), linked as %s: %s\n%s" % (
                n, obj.path, what, " ".join(flags + inputs), fault, said[:2000]), flush=True)
        elif a.peer and (n + 1) % a.peer_each == 0:
            peer = run([a.peer, "gen", "object", "mutant-peer.o"] + inputs, True)[0]
            theirs[peer] += 1
            if a.load and how == peer == "links" and flags == ["-r"]:
                what_of, programs = compare_loads(a.load)
                loaded[what_of] += 1
                wrong += what_of.startswith("the peer's")
                if programs:
                    keep(a, n, "mutant.o")
                    print("mutant %d of %s (%s), linked as %s: %s: %s" % (
                        n, obj.path, what, " ".join(flags + inputs), what_of, " ".join(programs)), flush=True)
    print_counts(ld_bpf=ours, peer=theirs, loads=loaded)
    print("%d mutants, %d wrong" % (sum(ours.values()), wrong))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
