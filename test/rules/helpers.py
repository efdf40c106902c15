# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Does the table of helpers allow all that the running kernel allows?

usage: helpers.py HELPERS.DEF

Loads, for each type of programs and each helper, a program that only calls the helper, and looks whether the verifier
says that the program may not. Prints what it may call and the table does not have, and the number of both.
"""
import ctypes
import os
import re
import struct
import sys

# For 6.18, between two series that are known, the linker takes what one of these has.
COLUMNS = {"6.1": (0,), "6.12": (1,), "6.18": (1, 2), "7.2": (2,)}
PROG_LOAD, SYS_BPF, LOG_SIZE = 5, 321, 4096
# Types that need no more than a type and this type of attachment; the others are left out.
ATTACH = {1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0, 8: 0, 9: 2, 10: 0, 11: 0, 12: 0, 13: 3, 14: 4, 15: 6, 16: 7, 17: 0,
          18: 8, 19: 0, 20: 16, 21: 39, 22: 17, 23: 18, 24: 0, 25: 21, 30: 36, 32: 45}

libc = ctypes.CDLL(None, use_errno=True)


def load(kind, helper):
    """The verifier's log; '' if it had nothing to say, None if the program loads."""
    code = struct.pack("<BBhi", 0x85, 0, 0, helper) + struct.pack("<BBhi", 0x95, 0, 0, 0)
    insns, license_ = ctypes.create_string_buffer(code), ctypes.create_string_buffer(b"GPL")
    log = ctypes.create_string_buffer(LOG_SIZE)
    attr = struct.pack("<IIQQIIQII16sII", kind, 2, ctypes.addressof(insns), ctypes.addressof(license_), 1, LOG_SIZE,
                       ctypes.addressof(log), 0, 0, b"", 0, ATTACH[kind])
    buffer = ctypes.create_string_buffer(attr)
    fd = libc.syscall(SYS_BPF, PROG_LOAD, buffer, len(attr))
    if fd >= 0:
        os.close(fd)
        return None
    return log.value.decode(errors="replace")


def main(table):
    series = ".".join(os.uname().release.split(".")[:2])
    if series not in COLUMNS or os.uname().machine != "x86_64":
        sys.exit(f"skipped: there is no table of Linux {series}, or no system call here")
    with open(table, encoding="utf-8") as f:
        rows = re.findall(r'^HELPER\((\d+), "(\w+)", (\w+), (\w+), (\w+)\)', f.read(), re.M)
    both = neither = 0
    for kind in ATTACH:
        for number, name, *columns in rows:
            log = load(kind, int(number))
            if log == "":
                continue  # not for the helper: the type is not permitted or not there
            allowed = log is None or not re.search(r"cannot use helper|unknown func|invalid func", log)
            known = any(int(columns[c].rstrip("UL"), 16) >> kind & 1 for c in COLUMNS[series])
            both += allowed and known
            neither += not allowed and not known
            if allowed and not known:
                print(f"type {kind}: Linux {series} has bpf_{name}, the table does not")
    print(f"{both} in both, {neither} in neither")


main(sys.argv[1])
