#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Splits a BPF program of one C file into several, as its author would: a header and parts.

The recipe names what goes to which part. The header gets all else: types, macros, small static
functions; and declarations of what is in the parts. Functions that move lose `static inline`, and are
__hidden, so that the verifier goes on looking at them for each caller; variables and maps are extern
but in the part that has them.
"""

import os
import re
import sys

TOKEN = re.compile(r"""
    (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
  | (?P<directive>^[ \t]*\#(?:[^\n\\]|\\.)*\n)
  | (?P<other>.)
""", re.S | re.M | re.X)

PLAIN = ("static", "inline", "__inline", "__noinline")
QUALIFIERS = PLAIN + ("__always_inline",)
OPEN, CLOSE = "([{", ")]}"


class Chunk:
    """What stands at the top level of a file, with the comments before it."""

    def __init__(self, text, code, functions):
        self.text = text
        self.code = code.strip()  # without comments and directives
        self.kind, self.name = self._classify(functions)

    def _head(self):
        """The code up to the first brace outside of parentheses."""
        depth = 0
        for i, c in enumerate(self.code):
            if c == "{" and not depth:
                return self.code[:i].rstrip()
            depth += c in "([" or -(c in ")]")
        return self.code

    def _classify(self, functions):
        code, head = self.code, self._head()
        if not code:
            return "text", None
        if functions and head != code and head.endswith(")"):
            # BPF_PROG(name, ...) and the like name a program in their first argument.
            call = re.search(r"\b(?:BPF_\w+)\s*\(\s*(\w+)", head) or re.search(
                r"(\w+)\s*\((?!.*\bSEC\()", re.sub(r"SEC\(.*?\)|__attribute__\s*\(\(.*?\)\)", "", head))
            return ("program" if "SEC(" in head else "function"), call.group(1)
        if re.match(r"(extern|typedef|_Static_assert)\b", code) or not code.endswith(";"):
            return "text", None
        if re.match(r"(?:static\s+)?(?:const\s+)?(?:struct|union|enum)\s*\w*\s*(?:__\w+\s*)*\{", code) \
                and "SEC(" not in code and re.search(r"\}[^{}=]*;$", code) and not re.search(
                    r"\}\s*\w+[^()]*;$", re.sub(r"__attribute__\s*\(\(.*?\)\)|__\w+(?=\s*;)", "", code)):
            return "text", None  # a type
        bare = self.declarator()
        if re.search(r"\)\s*;?$", bare) or re.match(r"(struct|union|enum)\s+\w+$", bare):
            return "text", None  # a prototype, or a forward declaration
        name = re.search(r"(\w+)\s*(?:\[[^\]]*\]\s*)*$", bare)
        return ("variable", name.group(1)) if name else ("text", None)

    def is_static(self):
        return bool(re.search(r"\bstatic\b", self._head()))

    def declarator(self):
        """A variable without its initial value and section."""
        depth, code = 0, self.code.rstrip(";").rstrip()
        for i, c in enumerate(code):
            if c == "=" and not depth:
                code = code[:i]
                break
            depth += (c in OPEN) - (c in CLOSE)
        return re.sub(r"\s*(SEC\(.*?\)|__attribute__\s*\(\(.*?\)\))\s*$", "", code.strip())

    def declaration(self, strip):
        if self.kind == "variable":
            section = ' SEC(".maps")' if 'SEC(".maps")' in self.code else ""
            return f"extern {without(self.declarator(), ['static'])}{section};\n"
        return "__hidden " + without(self._head(), strip).strip() + ";\n"

    def definition(self, strip):
        """As it was, but visible to other files. What was to be inlined still is where it can be:
        in its own file, and by link-time optimisation."""
        if self.kind == "program":
            return self.text
        at = self._start()
        head, body = self.text[at:], ""
        brace = re.search(r"\)\s*(?:/\*.*?\*/\s*)*\{" if self.kind == "function" else r"=", head, re.S)
        if brace:
            head, body = head[:brace.end()], head[brace.end():]
        if self.kind == "variable":
            return self.text[:at] + without(head, ["static"]) + body
        inlined = "" if without(head, [w for w in strip if w not in PLAIN]) == head else \
            "__attribute__((always_inline)) "
        return self.text[:at] + inlined + without(head, strip) + body

    def _start(self):
        """Where the code begins, behind comments."""
        for m in TOKEN.finditer(self.text):
            if m.lastgroup in ("string", "other") and not m.group().isspace():
                return m.start()
        return len(self.text)


def without(text, words):
    return re.sub(r"\b(?:%s)\b\s*" % "|".join(words), "", text)


def chunks(source):
    out, text, code, depth, first_brace = [], "", "", 0, True

    def end():
        nonlocal text, code
        if text:
            out.append(Chunk(text, code, True))
        text, code = "", ""

    for m in TOKEN.finditer(source):
        kind, s = m.lastgroup, m.group()
        if kind == "directive" and not depth and not code.strip():
            end()
        text += s
        if kind in ("comment", "directive"):
            if kind == "directive" and not depth and not code.strip():
                code = ""
                out.append(Chunk(text, "", False))
                text = ""
            continue
        code += s
        if kind == "string":
            continue
        depth += (s in OPEN) - (s in CLOSE)
        if depth:
            continue
        if s == ";":
            end()
        elif s == "}":
            body = Chunk(text, code, True)
            if body.kind in ("function", "program"):
                end()
    end()
    return out


def split(source, name, parts, strip=(), main="main"):
    """{file: text}. parts: {part: [names]}; what a part does not name stays in the main one."""
    strip = QUALIFIERS + tuple(strip)
    place = {n: part for part, names in parts.items() for n in names}
    header, bodies = "", {part: "" for part in [main, *parts]}
    seen = set()
    for c in chunks(source):
        part = place.get(c.name)
        if c.kind == "text" or (not part and c.is_static()):
            header += c.text
            continue
        seen.add(c.name)
        part = part or main
        if c.kind == "variable":
            header += (f"\n#ifdef SPLIT_{part.upper()}\n{c.definition(strip).strip()}\n"
                       f"#else\n{c.declaration(strip)}#endif\n")
            continue
        if c.kind == "function":
            header += "\n" + c.declaration(strip)
        bodies[part] += c.definition(strip)
    missing = sorted(set(place) - seen)
    if missing:
        raise SystemExit(f"split.py: {name}: nothing is called {', '.join(missing)}")
    files = {f"{name}.split.h": header + "\n"}
    for part, body in bodies.items():
        files[f"{name}.{part}.bpf.c"] = (f"#define SPLIT_{part.upper()}\n#include \"{name}.split.h\"\n"
                                         f"{body}\n")
    return files


if __name__ == "__main__":
    # To try a recipe: split.py FILE.c FOLDER part=name,name ...
    base = re.sub(r"(\.bpf)?\.[ch]$", "", os.path.basename(sys.argv[1]))
    wanted = dict(a.split("=", 1) for a in sys.argv[3:])
    with open(sys.argv[1], encoding="utf-8") as f:
        result = split(f.read(), base, {p: n.split(",") for p, n in wanted.items()})
    for file, contents in result.items():
        with open(os.path.join(sys.argv[2], file), "w", encoding="utf-8") as f:
            f.write(contents)
