#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
Compares the results of `bpfld core` with libbpf's log of the same relocations: compare.py --bpfld BPFLD --relocate TOOL
--btf BTF... OBJECT... Each object is linked first (bpfld link), as libbpf's order of relocations is that of the file.

Externs are compared, too: libbpf finds the kernel's function or variable, does not, or finds it of another type.

A relocation agrees if both give the instruction the same value, make it invalid, or give up. libbpf ends at the first
relocation at which it gives up; those after it are not compared.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

CORE = {"byte_off", "byte_sz", "field_exists", "signed", "lshift_u64", "rshift_u64", "local_type_id", "target_type_id",
        "type_exists", "type_size", "enumval_exists", "enumval_value", "type_matches"}
SECTION = re.compile(r"libbpf: sec '(.*)': found (\d+) CO-RE relocations")
RELO = re.compile(r"libbpf: prog '.*?': relo #(\d+): (.*)")
PATCHED = re.compile(r"patched insn #\d+ \((.*)\) (?:imm|off|imm64) (\d+) -> (\d+)")


FOUND = re.compile(r"libbpf: extern \((var|func) ksym\) '(.*?)': (resolved to (?:vmlinux )?\[|incompatible types|func_proto)")
NOT_FOUND = re.compile(r"libbpf: extern '(.*?)' \(weak\): not resolved")


def their_externs(log):
    """name -> "found", "other" or "missing"."""
    results = {}
    for line in log.splitlines():
        found = FOUND.match(line)
        if found:
            results[found.group(2)] = "found" if found.group(3).startswith("resolved") else "other"
        found = NOT_FOUND.match(line)
        if found:
            results.setdefault(found.group(1), "missing")
    return results


def our_externs(uses, kernel):
    results = {}
    for use in uses:
        for r in use["results"] if use["kind"] in ("kfunc", "ksym") else []:
            if kernel in r["kernels"] and r["result"] != "unknown":
                what = "other" if r.get("why") == "it has another type" else "found" if r["result"] == "exists" or \
                    "no kfunc" in r.get("why", "") else "missing"
                results[use["name"].removesuffix("()")] = what
    return results


def theirs(log):
    """(section, number) -> result: "poison", "refuse" or a value."""
    results, section = {}, None
    for line in log.splitlines():
        found = SECTION.match(line)
        if found:
            section = found.group(1)
            continue
        found = RELO.match(line)
        if not found or section is None:
            continue
        key, text = (section, int(found.group(1))), found.group(2)
        patched = PATCHED.match(text)
        if patched:
            results[key] = int(patched.group(3))
        elif text.startswith("substituting insn"):
            results[key] = "poison"
        elif text.startswith(("failed to relocate", "failed to patch")):
            results[key] = "refuse"
    return results


def ours(uses, kernel):
    numbers, results = {}, {}
    for use in uses:
        if use["kind"] not in CORE:
            continue
        number = numbers[use["section"]] = numbers.get(use["section"], -1) + 1
        for r in use["results"]:
            if kernel not in r["kernels"]:
                continue
            what = {"rejected": "refuse", "missing": "poison", "guarded": "poison",
                    "other kind": "poison"}.get(r["result"], r["value"])
            results[use["section"], number] = (what, use["name"] + " " + use["kind"])
    return results


def compare_externs(path, btf, them, us, counts):
    for name, mine in us.items():
        result = them.get(name)
        # Later releases of libbpf take a weak function of another type for missing; those before 1.3 know no flavors.
        if result == mine or (mine == "other" and result == "missing"):
            counts["externs agree"] += 1
        elif result and "___" not in name:
            counts["differ"] += 1
            print(f"{path}: {os.path.basename(btf)}: extern {name}: libbpf: {result}, bpfld: {mine}")


def compare(args, path, tmp, counts):
    linked = os.path.join(tmp, "linked.o")
    done = subprocess.run([args.bpfld, "link", linked, path], capture_output=True, text=True, check=False)
    if done.returncode:
        counts["not linked"] += 1
        return
    done = subprocess.run([args.bpfld, "core", "--json", *("--target-btf=" + b for b in args.btf), linked],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or not done.stdout:
        counts["failed"] += 1
        print(f"{path}: bpfld core: status {done.returncode}\n{done.stderr}")
        return
    report = json.loads(done.stdout)[0]
    for kernel, btf in enumerate(args.btf):
        log = subprocess.run([args.relocate, linked, btf], capture_output=True, text=True, errors="replace",
                             check=False).stdout
        compare_externs(path, btf, their_externs(log), our_externs(report["uses"], kernel), counts)
        them, us = theirs(log), ours(report["uses"], kernel)
        if not us:
            continue
        if not them:
            counts["libbpf does not get there"] += 1
            if args.verbose:
                print(f"{path}: {[l for l in log.splitlines()][-3:]}")
            continue
        counts["objects"] += 1
        for key, result in them.items():
            mine, name = us.get(key, ("none", "?"))
            if mine == result:
                counts["agree"] += 1
                if isinstance(result, str):
                    counts[result] += 1
            else:
                counts["differ"] += 1
                print(f"{path}: {os.path.basename(btf)}: {key}: {name}: libbpf: {result}, bpfld: {mine}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bpfld", required=True)
    parser.add_argument("--relocate", required=True)
    parser.add_argument("--btf", action="append", required=True)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("objects", nargs="+")
    args = parser.parse_args()
    counts = dict.fromkeys(("objects", "externs agree", "agree", "poison", "refuse", "differ", "failed", "not linked",
                            "libbpf does not get there"), 0)
    with tempfile.TemporaryDirectory() as tmp:
        for path in args.objects:
            compare(args, path, tmp, counts)
    print(", ".join(f"{key}: {value}" for key, value in counts.items()))
    return 1 if counts["differ"] or counts["failed"] or not counts["agree"] else 0


sys.exit(main())
