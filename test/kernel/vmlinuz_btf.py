#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
vmlinuz_btf.py VMLINUZ OUTPUT: writes the BTF of a compressed kernel image for x86 to OUTPUT. Without the program that
decompresses the image, prints "skipped: REASON" and exits with status 77.
"""
import shutil
import struct
import subprocess
import sys

PROGRAMS = {b"\x02\x21\x4c\x18": "lz4", b"\x1f\x8b": "gzip", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


def skip(why):
    print("skipped: " + why, file=sys.stderr)
    sys.exit(77)


def unpack(image):
    """The ELF file in the image: the Linux x86 boot protocol says where it is."""
    setup = image[0x1f1] or 4
    offset, length = struct.unpack_from("<2I", image, 0x248)
    payload = image[(setup + 1) * 512 + offset:][:length]
    for magic, program in PROGRAMS.items():
        if not payload.startswith(magic):
            continue
        if not shutil.which(program):
            skip("no " + program)
        # The size of the result follows the compressed data, and is no part of it.
        return subprocess.run([program, "-dc"], input=payload[:-4], stdout=subprocess.PIPE, check=True).stdout
    skip("the image has an unknown compression")


def section(elf, wanted):
    headers, = struct.unpack_from("<Q", elf, 40)
    size, count, names = struct.unpack_from("<3H", elf, 58)
    table = [struct.unpack_from("<2I4Q", elf, headers + size * i) for i in range(count)]
    strings = table[names][4]
    for header in table:
        name = elf[strings + header[0]:elf.index(b"\0", strings + header[0])].decode()
        if name == wanted:
            return elf[header[4]:header[4] + header[5]]
    skip("the kernel has no " + wanted)


with open(sys.argv[1], "rb") as f:
    btf = section(unpack(f.read()), ".BTF")
with open(sys.argv[2], "wb") as f:
    f.write(btf)
