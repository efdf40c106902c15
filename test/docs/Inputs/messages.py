# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""messages.py PAGE CACHE: looks up each message that a page has as a heading in the sources of the program that prints it.

Under each heading there is a line such as `From: libbpf` or `From: kernel 6.1, 6.12`. Without versions, the message must be
in all sources that are there: those of kernels, with their libbpf, and the installed cilium/ebpf. Prints what is not found, and
exits with 1; with 77 if there are no sources."""
import glob
import importlib.util
import os
import re
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
FILES = {"libbpf": ["tools/lib/bpf/libbpf.c"],
         "kernel": ["kernel/bpf/verifier.c", "kernel/bpf/btf.c", "kernel/bpf/cfg.c", "kernel/bpf/check_btf.c",
                    "kernel/bpf/fixups.c"]}
# The series of the kernel whose sources have that libbpf.
LIBBPF = {"1.1": "6.1", "1.5": "6.12", "1.7": "7.2"}
# Words that a message has where its source has a conversion.
PLACEHOLDER = r"\b(?:NAME|SECTION|SYMBOL|REASON|TYPE|PATH|N|RN)\b"
CONVERSION = r"(?:R?%[0-9$zlh+-]*[a-z](?:\(%d\))?)"


def strings(text):
    """All text of string literals; adjacent ones are one."""
    return re.sub(r'"\s*\n\s*"', "", text).replace('\\"', '"')


def pattern(message):
    parts = re.split(PLACEHOLDER, message)
    return re.compile(CONVERSION.join(re.escape(part) for part in parts).replace("'" + CONVERSION + "'", "'?" + CONVERSION + "'?"))


def sources(cache):
    """Series to the text of libbpf and of the verifier."""
    path = os.path.join(ROOT, "scripts", "check-kernel-rules.py")
    spec = importlib.util.spec_from_file_location("rules", path)
    rules = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(rules)
    found = {}
    for series in rules.SERIES:
        tarball = "/usr/src/linux-source-%s.tar.xz" % series
        if os.path.exists(tarball):
            source = rules.Source(series, tarball, cache, sum(FILES.values(), []))
            found[series] = {who: strings("\n".join(source.read(f) or "" for f in files)) for who, files in FILES.items()}
    return found


def cilium():
    """The version of the installed package, and the text of its files."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "golang-github-cilium-ebpf-dev"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    texts = []
    for path in glob.glob("/usr/share/gocode/src/github.com/cilium/ebpf/**/*.go", recursive=True):
        with open(path, encoding="utf-8") as f:
            texts.append(f.read())
    return done.stdout.decode(), "\n".join(texts)


def places(who, versions, series, go):
    """Names and texts of the sources that have messages of that origin."""
    if who == "cilium/ebpf":
        version, text = go
        named = not versions or any(version.startswith(v + ".") for v in versions)
        return {version: text} if text and named else {}
    wanted = [LIBBPF[v] for v in versions] if who == "libbpf" else versions
    return {s: series[s][who] for s in wanted or series if s in series}


def main():
    page, cache = sys.argv[1:]
    with open(page, encoding="utf-8") as f:
        text = f.read()
    series, go, seen, missing = sources(cache), cilium(), 0, 0
    if not series:
        print("skipped: no sources of a kernel (Debian: linux-source-VERSION)")
        return 77
    for message, rest in re.findall(r"^### `(.*)`\n((?:(?!^##).*\n)*)", text, re.M):
        origin = re.search(r"^From: (libbpf|kernel|cilium/ebpf)((?:,? [0-9.]+)*)$", rest, re.M)
        if not origin:
            print("%s: no origin" % message)
            missing += 1
            continue
        who, versions = origin.group(1), re.findall(r"[0-9.]+", origin.group(2))
        # Go wraps errors: the parts between colons are in different places.
        parts = re.split(r": (?=[a-z])", message) if who == "cilium/ebpf" else [message]
        for name, source in places(who, versions, series, go).items():
            for part in parts:
                seen += 1
                if not pattern(part).search(source):
                    print("%s: not in %s %s" % (part, who, name))
                    missing += 1
    print("%d messages looked up in sources, %d missing" % (seen, missing))
    return 1 if missing or seen < 40 else 0


sys.exit(main())
