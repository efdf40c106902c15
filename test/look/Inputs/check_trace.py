# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check_trace.py TRACE PASSES_H INPUT...: the trace has each pass in order, and each input."""
import json
import re
import sys

with open(sys.argv[1], encoding="utf-8") as f:
    trace = json.load(f)
with open(sys.argv[2], encoding="utf-8") as f:
    passes = re.findall(r"^(?:void|(?:const )?struct \w+) \*?ld_(\w+)\(const struct ld_link", f.read(), re.M)
events = [e for e in trace["traceEvents"] if e["ph"] == "X"]
assert len({e["pid"] for e in events}) == 1
assert min(e["ts"] for e in events) == 0 and all(e["dur"] >= 0 for e in events)

# --verify and --target-btf were not given; all other passes ran, one after the other.
ran = [e for e in events if e["name"] in passes]
expected = [p for p in passes if p not in ("verify", "check_targets")]
assert [e["name"] for e in ran] == expected, ran
for one, next_one in zip(ran, ran[1:]):
    assert one["ts"] + one["dur"] <= next_one["ts"] + 0.001

parsing = next(e for e in ran if e["name"] == "parse_files")
files = [e for e in events if e["name"] == "parse_file"]
assert [e["args"]["detail"] for e in files] == sys.argv[3:]
for e in files:
    assert parsing["ts"] <= e["ts"] and e["ts"] + e["dur"] <= parsing["ts"] + parsing["dur"] + 0.001
assert [e["name"] for e in events if e not in ran + files] == [
    "pull_members", "add_dependent_libraries", "write_file"]
