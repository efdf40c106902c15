# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check_map.py OBJECT MAP: the map's figures are those that llvm-readelf sees in the object."""
import json
import re
import subprocess
import sys


def readelf(path):
    out = subprocess.run(["llvm-readelf", "--elf-output-style=JSON", "-S", "-s", path],
                         check=True, stdout=subprocess.PIPE).stdout
    return json.loads(out)[0]


def parse_map(path):
    """(sections, discarded): [(name, size, align, parts)], a part is (off, size, symbols)."""
    with open(path) as f:
        lines = f.read().split("\n")
    assert lines[0].split() == ["VMA", "LMA", "Size", "Align", "Out", "In", "Symbol"], lines[0]
    sections = []
    end = lines.index("Discarded")
    for line in lines[1:end - 1]:
        vma, lma, size = (int(line[a:b], 16) for a, b in ((0, 16), (17, 33), (34, 42)))
        assert vma == lma, line
        rest = line[49:]
        indent = len(rest) - len(rest.lstrip())
        if indent == 0:
            sections.append((rest, size, int(line[43:48]), []))
        elif indent == 8:
            sections[-1][3].append((vma, size, []))
        else:
            assert indent == 16, line
            sections[-1][3][-1][2].append((rest[16:].split(" (")[0], vma, size))
    return sections, lines[end:]


elf = readelf(sys.argv[1])
headers = [h["Section"] for h in elf["Sections"]][1:]
symbols = [s["Symbol"] for s in elf["Symbols"]][1:]
sections, _ = parse_map(sys.argv[2])

expected = [(h["Name"]["Name"], h["Size"], h["AddressAlignment"]) for h in headers]
found = [(name, size, align) for name, size, align, _ in sections]
assert found == expected, "%s\n%s" % (found, expected)

defined = sorted((s["Section"]["Name"], s["Name"]["Name"], s["Value"], s["Size"])
                 for s in symbols if s["Type"]["Name"] in ("None", "Function", "Object")
                 and s["Section"]["Name"] not in ("Undefined", "Absolute")
                 and not re.match(r"LBB\d", s["Name"]["Name"]))
listed = sorted((name, symbol, value, size) for name, _, _, parts in sections
                for _, _, symbols in parts for symbol, value, size in symbols)
assert listed == defined, "%s\n%s" % (listed, defined)

for name, size, _, parts in sections:
    at = 0
    for off, length, symbols in parts:
        assert off >= at, "parts of %s overlap at %x" % (name, off)
        assert all(off <= value and value + n <= off + length for _, value, n in symbols), name
        at = off + length
    assert at == size or not parts, "parts of %s end at %x, not %x" % (name, at, size)
print("%d sections, %d symbols" % (len(sections), len(listed)))
