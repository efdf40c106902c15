# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lto_files.py REPORT.json STATS: the code of each file; the sums are those of --print-stats."""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as f:
    report = json.load(f)
with open(sys.argv[2], encoding="utf-8") as f:
    rows = {line[:20].strip(): [int(n) for n in line[20:].split()] for line in list(f)[1:]}
for name, key in (("files", "files"), ("code bytes", "code"), ("BTF bytes", "btf"), ("BTF types", "types")):
    found = [report["in"][key], report["out"][key]]
    assert found == rows[name], (name, found, rows[name])
for file in report["files"]:
    print("%s%s: code %d, then %d" % (file["name"], ", compiled" if file.get("compiled") else "",
                                      file["in"]["code"], file["out"]["code"]))
assert sum(f["in"]["code"] for f in report["files"]) == report["in"]["code"]
assert sum(f["out"]["code"] for f in report["files"]) == report["out"]["code"]
