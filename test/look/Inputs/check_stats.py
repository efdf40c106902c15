# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check_stats.py BPFTOOL OUTPUT STATS INPUT...: the rows are what llvm-readelf and bpftool see."""
import collections
import json
import os
import subprocess
import sys


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def kind_of(section):
    name, flags = section["Name"]["Name"], section["Flags"]["Value"]
    if name.startswith(".debug_"):
        return "debug bytes"
    if name in (".BTF", ".BTF.ext"):
        return name[1:] + " bytes"
    if section["Type"]["Name"] == "SHT_NOBITS":
        return "bss bytes"
    if section["Type"]["Name"] != "SHT_PROGBITS" or not flags & 2:
        return None
    return "code bytes" if flags & 4 else "data bytes"


def facts(bpftool, path):
    counts = collections.Counter()
    elf = json.loads(run("llvm-readelf", "--elf-output-style=JSON", "-S", "-s", path))[0]
    sections = [s["Section"] for s in elf["Sections"]]
    symbols = [s["Symbol"] for s in elf["Symbols"]]
    counts["files"] = 1
    counts["bytes"] = os.path.getsize(path)
    counts["sections"] = len(sections) - 1
    counts["symbols"] = len(symbols) - 1
    for section in sections:
        counts[kind_of(section)] += section["Size"]
        target = sections[section["Info"]]["Name"]["Name"] if section["Info"] < len(sections) else ""
        if section["Type"]["Name"] == "SHT_REL" and not target.startswith((".debug_", ".BTF")):
            counts["relocations"] += section["Size"] // section["EntrySize"]
    counts["functions"] = sum(s["Type"]["Name"] == "Function" and s["Section"]["Name"] != "Undefined"
                              for s in symbols)
    types = json.loads(run(bpftool, "-j", "btf", "dump", "file", path))["types"]
    counts["BTF types"] = len(types)
    return counts


def main():
    bpftool, output, stats, inputs = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    before = sum((facts(bpftool, path) for path in inputs), collections.Counter())
    after = facts(bpftool, output)
    with open(stats) as f:
        rows = [(line[:20].strip(), line[20:].split()) for line in f][1:]
    for name, values in rows:
        if name != "pieces":
            expected = [str(before[name]), str(after[name])]
            assert values == expected, "%s: %s, expected %s" % (name, values, expected)
    assert len(rows) == 14


if __name__ == "__main__":
    main()
