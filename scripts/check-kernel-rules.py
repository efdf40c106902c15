#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares what runtime/kernel/ has of kernels with the sources of these kernels.

Each SOURCE of rules.def, forms.def and helper_sections.def must be in its file, each WITHOUT must not, and the tables of
helpers, types of maps and sections must be what the kernel and its libbpf have. Prints what differs, and exits with 1.
Exits with 77 if there are no sources."""

import argparse
import ast
import os
import re
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
KERNELS = ("6.1", "6.12", "6.18", "7.2")  # columns of the tables
SERIES = ("6.1", "6.12", "7.2")  # those whose sources Debian has
NOT_FOUND = 77


def squeeze(text):
    """Without comments, and with single spaces, so that only a change of code is a difference."""
    return " ".join(re.sub(r"/\*.*?\*/", " ", text, flags=re.S).split())


def rows(path, *macros):
    """The rows of a table: (macro, arguments), with strings as strings and the rest as text."""
    with open(path, encoding="utf-8") as f:
        text = re.sub(r"^/\*.*?^ \*/", "", f.read(), flags=re.S | re.M)
    for line in text.splitlines():
        m = re.match(r"(\w+)\((.*)\)$", line.strip())
        if not m or m.group(1) not in macros:
            continue
        args = re.findall(r'"(?:[^"\\]|\\.)*"|[^,\s][^,]*', m.group(2))
        yield m.group(1), [ast.literal_eval(a) if a.startswith('"') else a.strip() for a in args]


class Source:
    """The sources of one series: a directory, or a tarball of which the files needed are unpacked."""

    def __init__(self, series, path, cache, wanted):
        self.series, self.dir = series, path
        if os.path.isfile(path):
            stamp = "%d-%d" % (os.path.getmtime(path), os.path.getsize(path))
            self.dir = os.path.join(cache, "linux-%s-%s" % (series, stamp))
            missing = [f for f in wanted if not os.path.exists(os.path.join(self.dir, f))]
            if missing:
                self.unpack(path, missing)

    def unpack(self, path, files):
        """Files that the series does not have are not an error here."""
        os.makedirs(self.dir, exist_ok=True)
        subprocess.run(["tar", "xf", path, "-C", self.dir, "--strip-components=1", "--wildcards"]
                       + ["*/" + f for f in files], stderr=subprocess.DEVNULL, check=False)

    def read(self, file):
        """The text of a file; None if the series does not have it."""
        try:
            with open(os.path.join(self.dir, file), encoding="utf-8", errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return None


UAPI = "include/uapi/linux/bpf.h"
TYPES = "include/linux/bpf_types.h"
VERIFIER = "kernel/bpf/verifier.c"
LIBBPF = "tools/lib/bpf/libbpf.c"
# Where helpers are given to types of programs.
HELPERS = ["kernel/bpf/bpf_lsm.c", "kernel/bpf/cgroup.c", "kernel/bpf/helpers.c", "kernel/bpf/syscall.c",
           "kernel/trace/bpf_trace.c", "net/core/filter.c", "drivers/media/rc/bpf-lirc.c",
           "net/netfilter/nf_bpf_link.c"]


def enum(text, name):
    """The names of an enum, in order of their values: those that are aliases have the same."""
    body = re.search(r"enum %s \{(.*?)\};" % name, re.sub(r"/\*.*?\*/", "", text, flags=re.S), re.S)
    values = {}
    for item in body.group(1).split(","):
        word, _, alias = (part.strip() for part in item.partition("="))
        if word and not word.startswith("__"):
            values[word] = values.get(alias, int(alias, 0) if alias.isdigit() else len(set(values.values())))
    return values


def helper_numbers(text):
    """The numbers of helpers by name; the macro had no numbers before Linux 6.2."""
    macro = re.search(r"#define ___?BPF_FUNC_MAPPER\(FN.*?\n\n", text, re.S).group(0)
    rows_ = re.findall(r"^\s*FN\((\w+)(?:, (\d+), ##ctx)?\)", macro, re.M)
    return {name: int(number) if number else i for i, (name, number) in enumerate(rows_)}


def functions(source):
    """The functions that give helpers to types of programs, by name, and that of each set of operations."""
    bodies, ops = {}, {}
    for file in HELPERS:
        text = re.sub(r"/\*.*?\*/", "", source.read(file) or "", flags=re.S)
        for m in re.finditer(r"^(?:static |__weak )*const struct bpf_func_proto \*\s*(\w+)\([^;{]*\)\s*\n\{(.*?)\n\}",
                             text, re.M | re.S):
            bodies[m.group(1)] = m.group(2)
        for m in re.finditer(r"const struct bpf_verifier_ops (\w+) = \{(.*?)\};", text, re.S):
            get = re.search(r"\.get_func_proto\s*=\s*(\w+)", m.group(2))
            if get:
                ops[m.group(1)] = get.group(1)
    return bodies, ops


def allowed(bodies, name, seen):
    """All helpers that a function may give: whatever the conditions are, no other is allowed."""
    if name in seen or name not in bodies:
        return set()
    seen.add(name)
    found = set(re.findall(r"(?:case |func_id == )BPF_FUNC_(\w+)", bodies[name]))
    for callee in re.findall(r"\b(\w*func_proto\w*)\(", bodies[name]):
        found |= allowed(bodies, callee, seen)
    return found


def helper_types(source):
    """By number of a helper: a mask of the types of programs that may call it."""
    numbers = helper_numbers(source.read(UAPI))
    types = enum(source.read(UAPI), "bpf_prog_type")
    bodies, ops = functions(source)
    masks = dict.fromkeys(numbers.values(), 0)
    for name, prefix in re.findall(r"BPF_PROG_TYPE\((\w+),\s*(\w+)", source.read(TYPES)):
        get = ops.get(prefix + "_verifier_ops")
        # Others choose at run time: any helper.
        found = set(numbers) if get is None else allowed(bodies, get, set())
        if name == "BPF_PROG_TYPE_TRACING":
            found |= {"setsockopt", "getsockopt"}  # of iterators: bpf_iter_get_func_proto()
        for helper in found:
            masks[numbers[helper]] |= 1 << types[name]
    masks[0] = 0
    return numbers, masks


def helper_rows(sources):
    numbers = helper_numbers(sources["7.2"].read(UAPI))
    masks = {series: helper_types(sources[series])[1] for series in SERIES}
    for name, number in sorted(numbers.items(), key=lambda item: item[1]):
        if number:
            yield [str(number), name] + ["0x%xULL" % masks[series].get(number, 0) for series in SERIES]


class Checker:
    def __init__(self, sources, lines):
        self.sources, self.lines = sources, lines
        self.failed = self.checked = 0

    def fail(self, fmt, *args):
        print("differs: " + fmt % args)
        self.failed += 1

    def check_text(self, macro, rule, series, file, line, text):
        if series not in self.sources:
            return
        self.checked += 1
        have = self.sources[series].read(file)
        found = have is not None and squeeze(text) in squeeze(have)
        if macro == "WITHOUT":
            if found:
                self.fail("%s: %s of Linux %s has '%s'", rule, file, series, text)
        elif not found:
            self.fail("%s: %s of Linux %s%s has no '%s'", rule, file, series,
                      "" if have is not None else ", which does not exist,", text)
        elif self.lines:
            start = re.split(r"(?<=[:;{]) ", squeeze(text))[0][:30]
            at = [i for i, t in enumerate(have.splitlines(), 1) if start in squeeze(t)]
            if int(line) not in at:
                print("moved: %s: %s of Linux %s, line %s is now %s" % (rule, file, series, line, at))

    def check_helpers(self, path):
        """The numbers of helpers, and which types of programs may call them."""
        table = {args[0]: args for _, args in rows(path, "HELPER")}
        for i, series in enumerate(SERIES):
            if series not in self.sources:
                continue
            numbers, masks = helper_types(self.sources[series])
            self.checked += len(masks) - 1
            for name, number in numbers.items():
                have = table.get(str(number), ["", "none"] + ["0"] * len(SERIES))
                mask = int(have[2 + i].replace("ULL", ""), 16)
                if number and (have[1], mask) != (name, masks[number]):
                    self.fail("helper %d: Linux %s has %s 0x%x, the table %s 0x%x", number, series, name,
                              masks[number], have[1], mask)

    def check_sleep(self):
        """The helpers that may sleep in all series."""
        with open(os.path.join(ROOT, "runtime/kernel/helpers.c"), encoding="utf-8") as f:
            table = set(re.findall(r'\{"(\w+)", [^}]*\bSLEEPS\}', f.read()))
        for series, source in self.sources.items():
            text = "".join(source.read(file) or "" for file in HELPERS)
            real = set(re.findall(r"bpf_func_proto bpf_(\w+)_proto = \{[^}]*\.might_sleep\s*= true", text))
            if series != "6.1":  # newer ones are for programs of type SYSCALL, which may sleep
                real -= {"sys_bpf", "sys_close"}
            self.check_rows("helper that may sleep", series, dict.fromkeys(table), dict.fromkeys(real))

    def check_rows(self, what, series, table, real):
        """A table and what a series has: both by name."""
        self.checked += len(real)
        for name in sorted(table.keys() | real.keys()):
            if table.get(name) != real.get(name):
                self.fail("%s %s: Linux %s has %s, the table %s", what, name, series, real.get(name), table.get(name))

    def check_map_types(self, path):
        """Which types of maps a series has, and with which programs may sleep."""
        table = [args for _, args in rows(path, "MAP_TYPE")]
        for series, source in self.sources.items():
            column = 2 + KERNELS.index(series)
            types = enum(source.read(UAPI), "bpf_map_type")
            body = source.read(VERIFIER).split("static int check_map_prog_compatibility(", 1)[1]
            usable = re.search(r"sleepable\)\s*switch \(map->map_type\) \{(.*?)break;", body, re.S).group(1)
            real = {name: (number, int(name in re.findall(r"case (\w+):", usable))) for name, number in types.items()
                    if number and not name.endswith("_DEPRECATED")}
            self.check_rows("map type", series, {a[1]: (int(a[0]), int(a[column + 4])) for a in table if a[column] == "1"}, real)

    def check_sections(self, path):
        """The sections of the newest libbpf, in its order, and which series lack their type of program."""
        table = [args for _, args in rows(path, "SECTION")]
        for series, source in self.sources.items():
            types = enum(source.read(UAPI), "bpf_prog_type")
            for name, kind, *columns in table:
                if "BPF_PROG_TYPE_" + kind not in types and columns[1 + KERNELS.index(series)] != "0":
                    self.fail("section %s: Linux %s has no type %s", name, series, kind)
        if KERNELS[-1] not in self.sources:
            return
        text = self.sources[KERNELS[-1]].read(LIBBPF).split("section_defs[] = {", 1)[1].split("};", 1)[0]
        real = {"%d: %s" % (i, name): (kind, int("SEC_SLEEPABLE" in flags)) for i, (name, kind, flags)
                in enumerate(re.findall(r'SEC_DEF\("([^"]+)",\s*(\w+),[^,]*,\s*([\w |]+)', text))}
        self.check_rows("section", KERNELS[-1], {"%d: %s" % (i, a[0]): (a[1], int(a[2])) for i, a in enumerate(table)}, real)

    def check_rules(self, path):
        """Each rule has a source or a measurement, and each source a rule."""
        known, read = set(), set()
        for macro, args in rows(path, "SAME", "RULE", "FORM", "NOT_IN", "SOURCE", "WITHOUT", "MEASURED"):
            if macro in ("SAME", "RULE", "FORM", "NOT_IN"):
                known.add(args[0])
                continue
            read.add(args[0])
            if macro == "SOURCE":
                self.check_text(macro, *args)
            elif macro == "WITHOUT":
                self.check_text(macro, args[0], args[1], args[2], 0, args[3])
            elif not os.path.exists(os.path.join(ROOT, args[1])):
                self.fail("%s: no test %s", args[0], args[1])
        for rule in sorted(known ^ read):
            self.fail("%s: %s", rule, "no source" if rule in known else "no such rule")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", action="append", default=[], metavar="SERIES=PATH",
                        help="a directory or tarball (default: /usr/src/linux-source-SERIES.tar.xz)")
    parser.add_argument("--tables", default=os.path.join(ROOT, "runtime/kernel"), metavar="DIR",
                        help="the tables (default: runtime/kernel)")
    parser.add_argument("--cache", default=os.path.join(ROOT, "build-cache"), metavar="DIR",
                        help="where files from tarballs are kept (default: build-cache)")
    parser.add_argument("--print", choices=["helpers"], help="print the rows of a table instead")
    parser.add_argument("--lines", action="store_true", help="also print lines that have moved")
    args = parser.parse_args()

    paths = {s: "/usr/src/linux-source-%s.tar.xz" % s for s in SERIES}
    paths.update(s.split("=", 1) for s in args.source)
    tables = {name: os.path.join(args.tables, name + ".def")
              for name in ("rules", "forms", "helper_sections", "helpers", "map_types", "sections")}
    wanted = {a[2] for name in ("rules", "forms", "helper_sections") if os.path.exists(tables[name])
              for _, a in rows(tables[name], "SOURCE", "WITHOUT")}
    wanted |= {UAPI, TYPES, VERIFIER, LIBBPF, *HELPERS}
    sources = {s: Source(s, p, args.cache, wanted) for s, p in paths.items() if os.path.exists(p)}
    if not sources:
        print("skipped: no kernel sources (Debian: linux-source-6.1)", file=sys.stderr)
        return NOT_FOUND
    if args.print:
        for row in helper_rows(sources):
            print('HELPER(%s, "%s", %s, %s, %s)' % tuple(row))
        return 0
    checker = Checker(sources, args.lines)
    checks = {"rules": checker.check_rules, "forms": checker.check_rules,
              "helper_sections": checker.check_rules, "helpers": checker.check_helpers,
              "map_types": checker.check_map_types, "sections": checker.check_sections}
    for name, check in checks.items():
        if os.path.exists(tables[name]):
            check(tables[name])
    checker.check_sleep()
    print("%d facts compared with Linux %s, %d differ" %
          (checker.checked, ", ".join(sources), checker.failed))
    return 1 if checker.failed else 0


if __name__ == "__main__":
    sys.exit(main())
