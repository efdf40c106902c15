#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Says what lit's results (its -o file) come to: what was skipped and why, then the counts."""
import json
import re
import sys

PASSED = ("PASS", "FLAKYPASS")
SKIPPED = ("UNSUPPORTED", "XFAIL", "SKIPPED", "EXCLUDED")


def reason(test):
    if test["code"] != "UNSUPPORTED":
        return test["code"].lower()
    missing = re.search(r"unavailable features: (.*)", test["output"])
    return "needs " + missing.group(1) if missing else test["output"].strip().split("\n")[0]


def main():
    try:
        with open(sys.argv[1], encoding="utf-8") as f:
            tests = json.load(f)["tests"]
    except (OSError, ValueError) as e:
        print("no results: %s" % e)
        print("0 passed, 1 failed")
        return 1
    skipped = [t for t in tests if t["code"] in SKIPPED]
    passed = [t for t in tests if t["code"] in PASSED]
    failed = [t for t in tests if t not in skipped and t not in passed]
    for t in sorted(skipped, key=lambda t: t["name"]):
        print("skipped: %s (%s)" % (t["name"].replace("bpfld :: ", ""), reason(t)))
    for t in sorted(failed, key=lambda t: t["name"]):
        print("failed: %s" % t["name"].replace("bpfld :: ", ""))
    line = "%d passed, %d failed" % (len(passed), len(failed))
    print(line + (", %d skipped" % len(skipped) if skipped else ""))
    return 1 if failed or not passed else 0


sys.exit(main())
