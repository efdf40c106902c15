# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""json_lines.py COMMAND...: runs it twice, with --diagnostics=text and json, and compares what both print."""
import json
import subprocess
import sys

MEMBERS = {
    "diagnostic": {"kind", "severity", "id", "message", "details", "help", "locations"},
    "summary": {"kind", "program", "errors", "warnings", "notes", "status"},
    "step": {"kind", "text"}, "text": {"kind", "text"}, "libbpf": {"kind", "text"},
}
LOCATION = {"file": (str, type(None)), "line": int, "column": int, "object": (str, type(None)),
            "section": (str, type(None)), "offset": int}


def run(style):
    args = [arg.encode("utf-8", "surrogateescape") for arg in sys.argv[1:] + ["--diagnostics=" + style]]
    done = subprocess.run(args, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stderr.decode()


def as_text(item, program):
    if item["kind"] == "step":
        return "%s: %s" % (program, item["text"])
    if item["kind"] in ("text", "libbpf"):
        return item["text"].rstrip("\n")
    lines = ["%s: %s: %s [%s]" % (program, item["severity"], item["message"], item["id"])]
    lines += item["details"]
    if item["help"]:
        lines += ("help: " + item["help"].replace("\n", "\n      ")).split("\n")
    return "\n>>> ".join(lines)


def check(item):
    assert set(item) == MEMBERS[item["kind"]], item
    for at in item.get("locations", []):
        assert set(at) == set(LOCATION), at
        for name, kind in LOCATION.items():
            assert isinstance(at[name], kind), at


status, text = run("text")
status_json, lines = run("json")
items = [json.loads(line) for line in lines.splitlines()]
for one in items:
    check(one)
end = items.pop()
assert end["kind"] == "summary" and end["status"] == status == status_json, end
for word in ("error", "warning", "note"):
    assert end[word + "s"] == sum(i.get("severity") == word for i in items), end
expected = "".join(as_text(i, end["program"]) + "\n" for i in items)
if expected != text:
    sys.exit("text:\n%s\nfrom JSON:\n%s" % (text, expected))
print("%d objects, status %d" % (len(items), status))
