# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""skeleton-names.py CLANG LD: names that would become code in a skeleton are refused, each kind of name
with each character that this takes; others are not. Names of types and their parts are replaced instead."""
import os
import re
import subprocess
import sys

clang, ld = sys.argv[1:3]
TYPES = "0123456"  # with members and enumerators
SOURCE = """
#define SEC(x) __attribute__((section(x), used))
struct struct_Q0 { int member_Q1; struct { int inner_Q2; }; };
union union_Q3 { int x; };
enum enum_Q4 { value_Q5 };
typedef int typedef_Q6;
struct { int (*type)[1]; int (*max_entries)[1]; int *key; typedef_Q6 *value; } map_Q7 SEC(".maps");
struct struct_Q0 variable_Q8;
union union_Q3 other;
enum enum_Q4 third;
int (*pointer)(int);
int in_section SEC(".data.section_QD") = 1;
static volatile int local_QA = 1;
__attribute__((noinline)) int function_QB(int x) { return x + local_QA; }
SEC("raw_tp/sys_enter") int program_QC(void *ctx)
{
	return function_QB(variable_Q8.member_Q1) + other.x + third + (pointer != 0) + (map_Q7.key != 0);
}
char gpl[] SEC("license") = "GPL";
"""
with open("q.c", "w", encoding="utf-8") as f:
    f.write(SOURCE)
subprocess.run([clang, "-target", "bpf", "-g", "-O2", "-c", "q.c", "-o", "q.o"], check=True)
with open("q.o", "rb") as f:
    plain = f.read()


def link(data, *options):
    with open("in.o", "wb") as f:
        f.write(data)
    if os.path.exists("out.h"):
        os.remove("out.h")
    return subprocess.run([ld, "in.o", "-o", "out.o", *options], capture_output=True, text=True, check=False)


def put(place, text):
    """The object with two characters of a name replaced, in ELF's and BTF's strings."""
    assert plain.count(b"_Q" + place.encode()) >= 1, place
    return plain.replace(b"_Q" + place.encode() + b"\0", b"_" + text + b"\0")


done = link(plain, "--skeleton=out.h")
assert not done.returncode and os.path.exists("out.h"), done.stderr
for place in sorted(set(re.findall("_Q([0-9A-F])", SOURCE))):
    for c in b';{}="\'\\#/%?\n\r\x01\x7f':
        for kind in ("skeleton", "subskeleton"):
            if kind == "subskeleton" and c != ord(";"):
                continue
            done = link(put(place, bytes([c]) + b"x"), "--%s=out.h" % kind)
            if place in TYPES and not done.returncode:
                with open("out.h", "rb") as f:
                    assert b"_" + bytes([c]) + b"x" not in f.read(), (place, c)
                continue
            assert done.returncode == 1 and "[unsafe-name]" in done.stderr, (place, c, done.stderr)
            assert not os.path.exists("out.h"), (place, c)
    # Without a header they are names as others.
    done = link(put(place, b";x"))
    assert not done.returncode, (place, done.stderr)
# What C++ makes.
done = link(put("6", b"()"), "--skeleton=out.h")
assert "unsafe-name" not in done.stderr, done.stderr
print("done")
