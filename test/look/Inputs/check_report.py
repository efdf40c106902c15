# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check_report.py BPFTOOL OBJECT REPORT.json MAP INPUT...: the report's figures are those that
llvm-readelf and bpftool see in the files, and those of the map and of each other."""
import json
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
import check_stats

KINDS = ("code", "data", "bss", "debug", "btf", "btf_ext")


def same(found, expected, what):
    assert found == expected, "%s: %s, expected %s" % (what, found, expected)


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def readelf(path):
    out = json.loads(run("llvm-readelf", "--elf-output-style=JSON", "-S", "-s", path))[0]
    return ([s["Section"] for s in out["Sections"]][1:], [s["Symbol"] for s in out["Symbols"]][1:])


def by_kind(counts):
    """check_stats' names to the report's."""
    names = {k: k.replace("_", ".").replace("btf", "BTF") + " bytes" for k in KINDS}
    found = {k: counts[name] for k, name in names.items()}
    found["types"] = counts["BTF types"]
    return found


def check_totals(report, bpftool, output, inputs):
    before = [check_stats.facts(bpftool, path) for path in inputs]
    same(len(report["files"]), len(inputs), "files")
    for entry, counts, path in zip(report["files"], before, inputs):
        same(entry["name"], path, "file")
        same(entry["bytes"], os.path.getsize(path), "bytes of " + path)
        same(entry["in"], by_kind(counts), path)
    after = check_stats.facts(bpftool, output)
    for side, all_counts in (("in", sum(before[1:], before[0])), ("out", after)):
        expected = {**by_kind(all_counts), **{k: all_counts[k] for k in (
            "files", "bytes", "sections", "symbols", "functions", "relocations")}}
        found = dict(report[side])
        del found["pieces"]
        same(found, expected, side)
    # What no input has is the linker's own: never less than nothing.
    for kind in KINDS:
        shares = sum(f["out"][kind] for f in report["files"])
        assert shares <= report["out"][kind], (kind, shares, report["out"][kind])
        assert shares or not report["out"][kind], kind


def check_functions(report, symbols, sections):
    names = {s["Name"]["Name"]: s["Size"] for s in sections}
    kept = sorted((f["name"], f["size"]) for f in report["functions"] if "dropped" not in f)
    functions = {(s["Section"]["Name"], s["Value"]): (s["Name"]["Name"], s["Size"])
                 for s in symbols if s["Type"]["Name"] == "Function"
                 and s["Section"]["Name"] in names}
    same(kept, sorted(functions.values()), "functions")
    code = [f for f in report["functions"] if "dropped" not in f]
    same(sum(f["size"] for f in code), report["out"]["code"], "bytes of functions")
    same(sum(f["size"] for f in report["functions"]), report["in"]["code"], "the same before")
    records = sum(f.get("btf_ext_in", 0) for f in report["functions"])
    assert records < report["in"]["btf_ext"], "records before"
    same(sum(f.get("btf_ext_out", 0) for f in code), sum(f["out"]["btf_ext"] for f in report["files"]),
         "records after")


def check_map_file(report, path):
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    end = lines.index("Discarded")
    sections = [(line[49:], int(line[34:42], 16)) for line in lines[1:end - 1] if line[49] != " "]
    same([(s["name"], s["size"]) for s in report["sections"]], sections, "sections of the map")
    dropped = [re.match(r" *([0-9a-f]+) (\w+(?: use)?) +(\S+):\(([^)+]+)", line).groups()
               for line in lines[end + 3:] if line]
    found = [("%x" % d["size"], d["reason"], d["file"], d["section"]) for d in report["dropped"]]
    same(found, dropped, "what the map says was dropped")


def btf_maps(bpftool, path):
    """Name to attributes, as BTF has them."""
    types = json.loads(run(bpftool, "-j", "btf", "dump", "file", path))["types"]
    by_id = {t["id"]: t for t in types}
    maps = {}
    for section in types:
        if section["kind"] != "DATASEC" or section["name"] != ".maps":
            continue
        for member in section["vars"]:
            var = by_id[member["type_id"]]
            maps[var["name"]] = attributes = {}
            definition = by_id[var["type_id"]]
            while definition["kind"] in ("TYPEDEF", "CONST"):
                definition = by_id[definition["type_id"]]
            for m in definition["members"]:
                to = by_id[m["type_id"]]
                to = by_id[to["type_id"]] if to["kind"] == "PTR" else to
                number = to["kind"] == "ARRAY" and m["name"] not in ("key", "value", "values")
                attributes[m["name"]] = to["nr_elems"] if number else to["name"] if "name" in to else None
    return maps


def check_maps(report, bpftool, path):
    expected = btf_maps(bpftool, path)
    found = {m["name"]: m["attributes"] for m in report["maps"] if "section" not in m}
    same(sorted(found), sorted(expected), "maps")
    for name, attributes in expected.items():
        same(list(found[name]), list(attributes), name)
        for key, value in attributes.items():
            if isinstance(value, int):
                same(found[name][key], value, "%s of %s" % (key, name))
            elif value and key in ("key", "value"):
                assert found[name][key].endswith(value), (name, key, found[name][key], value)


def check_calls(report):
    functions = report["functions"]
    for call in report["calls"]:
        assert call["kind"] in ("call", "callback", "later")
        assert "dropped" not in functions[call["from"]] and "dropped" not in functions[call["to"]]
    for p in report["programs"]:
        chain = [p["function"]]
        while "next" in functions[chain[-1]]:
            chain.append(functions[chain[-1]]["next"])
        same(sum((functions[f]["stack"] + 15) // 16 * 16 for f in chain), p["stack"], "stack of a chain")
        for a, b in zip(chain, chain[1:]):
            assert any(c["from"] == a and c["to"] == b for c in report["calls"]), "chain without a call"


def main():
    bpftool, output, path, map_file, inputs = *sys.argv[1:5], sys.argv[5:]
    with open(path, encoding="utf-8") as f:
        report = json.load(f)
    sections, symbols = readelf(output)
    same(report["output"], output, "output")
    same([(s["name"], s["size"], s["align"]) for s in report["sections"]],
         [(s["Name"]["Name"], s["Size"], s["AddressAlignment"]) for s in sections], "sections")
    check_totals(report, bpftool, output, inputs)
    check_functions(report, symbols, sections)
    check_map_file(report, map_file)
    check_maps(report, bpftool, output)
    check_calls(report)
    undefined = sorted(s["Name"]["Name"] for s in symbols if s["Section"]["Name"] == "Undefined")
    same(sorted(e["name"] for e in report["externs"]), undefined, "externs")


if __name__ == "__main__":
    main()
