# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check.py ROOT RULE: prints each breach of a house rule; exit status 1 if there is one.

ROOT may be a made-up tree: the tests use that to see that a rule does find its breach.
"""
import os
import re
import sys

SPDX = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"
SOURCE = re.compile(r".*(\.(c|h|cpp|ll|s|py|sh|cmake|cfg|def|in|test)|CMakeLists\.txt|\.ci/run)$")
FORMATTED = re.compile(r"(runtime|llvm-plugin|examples|test)/.*\.[ch]$")
MAX_LINES = 1000
MAX_FUNCTION = 80
MAX_WIDTH = 160


def files(root):
    """Every source file, by its path from root; not what builds, git or tests' inputs hold."""
    found = []
    for folder, names, leaves in os.walk(root):
        names[:] = sorted(n for n in names if n != ".git" and not n.startswith("build"))
        found += [os.path.relpath(os.path.join(folder, leaf), root) for leaf in sorted(leaves)]
    return found


def lines(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as f:
        return f.read().split("\n")


def has_shebang(root, path):
    with open(os.path.join(root, path), "rb") as f:
        return f.read(2) == b"#!"


def spdx(root):
    """The license is named within a source file's first lines."""
    for path in files(root):
        # A test's own text may be what is tested: only its programs and scripts count.
        if not SOURCE.match(path) and not has_shebang(root, path):
            continue
        if re.match(r"test/.*(\.(test|s|ll|in)|/Inputs/.*)$", path) or path.endswith(".pc.in"):
            continue
        if not any(SPDX in line for line in lines(root, path)[:3]):
            yield "%s: no line '%s' on top" % (path, SPDX)


def length(root):
    """No source file is over MAX_LINES; the list of mutants grows with the rules."""
    for path in files(root):
        if path == "test/mutants.def":
            continue
        if re.search(r"\.([ch]|py|sh|def)$", path) or has_shebang(root, path):
            n = len(lines(root, path)) - 1
            if n > MAX_LINES:
                yield "%s: %d lines, %d allowed" % (path, n, MAX_LINES)


def width(root):
    """No line of a test or a script is over MAX_WIDTH characters; tables of pages may be, and binary inputs."""
    for path in files(root):
        if not path.startswith(("test/", "scripts/", ".ci/")):
            continue
        text = "\n".join(lines(root, path))
        if "\0" in text:
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > MAX_WIDTH and not (path.endswith(".md") and line.startswith("|")):
                yield "%s:%d: %d characters, %d allowed" % (path, number, len(line), MAX_WIDTH)


# A folder may include what has a smaller number, and itself; see docs/design.md.
LAYERS = [("runtime/base/", 0), ("runtime/btf/", 1), ("runtime/kernel/", 1), ("runtime/core/", 2), ("runtime/model/", 2),
          ("runtime/elf/", 3), ("runtime/passes/", 4), ("runtime/report/", 5), ("runtime/options.", 6),
          ("runtime/link.c", 6), ("runtime/inspect.c", 6), ("runtime/loader/", 7), ("runtime/compat/", 7)]

# Headers of runtime/ that the programs may use: they do not depend on a link.
SHARED = ["base/io.h", "base/json.h", "base/near.h", "base/opts.h", "base/output.h", "base/text.h", "loader/bpffs.h", "loader/shared_maps.h"]

# The directories of llvm-plugin/, each with those that it may include.
PROGRAMS = {"common": [], "hook": ["common"], "lto": ["common"], "ld": ["common", "hook", "lto"],
         "bpfld": ["common", "lto"], "static": ["common"]}


def layer(path):
    for prefix, number in LAYERS:
        if path.startswith(prefix):
            return number
    return None


def includes(root, path):
    for number, line in enumerate(lines(root, path), 1):
        m = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
        if m:
            yield number, m.group(1)


def layering(root):
    """Includes point down the numbers."""
    for path in files(root):
        if not path.endswith((".c", ".h")):
            continue
        if path.startswith("llvm-plugin/"):
            own = path.split("/")[1]
            if own not in PROGRAMS:
                yield "%s: not in a directory of llvm-plugin/ that check.py lists" % path
                continue
            for number, name in includes(root, path):
                other = name.split("/")[0]
                if other != own and os.path.exists(os.path.join(root, "llvm-plugin", name)) and (
                        other not in PROGRAMS[own]):
                    yield "%s:%d: includes %s; %s/ is not for %s/" % (path, number, name, other, own)
                if os.path.exists(os.path.join(root, "runtime", name)) and name not in SHARED:
                    yield "%s:%d: includes %s; only <bpfld/bpfld.h> is for it" % (
                        path, number, name)
        own = layer(path)
        if own is None:
            continue
        for number, name in includes(root, path):
            if path.startswith(("runtime/loader/", "runtime/compat/")) and layer("runtime/" + name) not in (None, 7) and name not in SHARED:
                yield "%s:%d: includes %s; only the public headers are for the loader" % (
                    path, number, name)
                continue
            other = layer("runtime/" + name)
            if other is None or other <= own:
                continue
            yield "%s:%d: includes %s, of a layer above" % (path, number, name)


# A pass takes the link as const, and returns what it makes or fills in one struct.
RETURNS = r"^(?:void|bool|int|(?:const )?struct \w+) \*?"
ROLE_NAME = re.compile(r'\bstrn?cmp\([^;]*"(license|version|\.(?:text|maps|data|rodata|bss|struct_ops|jumptables|'
                       r'ksyms|kconfig|deplibs|BTF|BTF\.ext|debug_))"')


def roles(root):
    """Only model/role.c compares names of sections that have a role."""
    for path in files(root):
        if re.match(r"runtime/(?!loader/|compat/).*\.[ch]$", path) and path != "runtime/model/role.c":
            for number, line in enumerate(lines(root, path), 1):
                m = ROLE_NAME.search(line)
                if m:
                    yield "%s:%d: compares with '%s': use its role" % (path, number, m.group(1))


PASS = RETURNS + r"ld_(\w+)\(const struct ld_link \*\w+(?:,\s[^;]*)?\);"


def passes_of(root):
    """The names that passes.h declares, without ld_, in its order."""
    path = "runtime/passes/passes.h"
    if not os.path.exists(os.path.join(root, path)):
        return []
    return re.findall(PASS, "\n".join(lines(root, path)), re.M)


def defines(text, name):
    return re.search(RETURNS + r"ld_%s\(" % name, text, re.M)


def passes(root):
    """No pass calls another file's; link.c and inspect.c do."""
    names = passes_of(root)
    for path in files(root):
        if not re.match(r"(runtime|llvm-plugin)/.*\.[ch]$", path) or path in (
                "runtime/link.c", "runtime/inspect.c", "runtime/passes/passes.h"):
            continue
        for number, name in includes(root, path):
            if not path.startswith("runtime/passes/") and name.startswith("passes/"):
                yield "%s:%d: includes %s; only link.c and inspect.c may" % (path, number, name)
        text = "\n".join(lines(root, path))
        for number, line in enumerate(lines(root, path), 1):
            for m in re.finditer(r"\bld_(\w+)\(", line):
                if m.group(1) in names and not defines(text, m.group(1)) and not re.match(
                        r"\s*(/?\*|//)", line):
                    yield "%s:%d: calls the pass ld_%s" % (path, number, m.group(1))


def diagnostics(root):
    """The ids that the code reports and the pages of docs/diagnostics.md are the same, and the pages have their parts."""
    page = "docs/diagnostics.md"
    pages = re.split(r"^## `", "\n".join(lines(root, page)), flags=re.M)[1:]
    heads = [re.match(r"([a-z0-9-]+)`\n\n(.+?): ", text) for text in pages]
    ids = [head.group(1) for head in heads if head]
    listed = set(ids)
    if ids != sorted(listed) or len(ids) != len(pages):
        yield "%s: pages are not sorted, not unique, or lack a severity" % page
    for name, text in zip(ids, pages):
        for part in (r"```text\n[a-z.]+: [^\n]*(error|warning|note): [^\n]* \[%s\]\n" % name, r"^Fix: "):
            if not re.search(part, text, re.M):
                yield "%s: the page of %s lacks %s" % (page, name, "a fix" if "Fix" in part else "an example")
    used = {}
    for path in files(root):
        if not re.match(r"(runtime|llvm-plugin)/.*\.c$", path):
            continue
        # What ld_info() says is no diagnostic, but what an option asked for.
        text = re.sub(r"ld_info\([^;]*;", "", "\n".join(lines(root, path)))
        # An id may reach the reporting function through another one: an argument in kebab-case,
        # or the value of something called id.
        for m in re.finditer(r'(?:ld_(?:error|warn|note|info)|report_error|fail)\([^,;"]*,\s*"([^"]+)"|'
                             r'(?:[(,]|\bid =)\s*"([a-z]+(?:-[a-z]+)+)"[,;]', text):
            used.setdefault(m.group(1) or m.group(2),
                            "%s:%d" % (path, text.count("\n", 0, m.start()) + 1))
    for name in sorted(set(used) - listed):
        yield "%s: '%s' is not in %s" % (used[name], name, page)
    # --no-warn knows those that can be silenced.
    table = "llvm-plugin/ld/warnings.def"
    if os.path.exists(os.path.join(root, table)):
        known = re.findall(r'^WARNING\("([^"]+)"\)', "\n".join(lines(root, table)), re.M)
        rows = [h.group(1) for h in heads if h and re.match(r"(error or )?(warning|note)$", h.group(2))]
        if known != sorted(rows):
            yield "%s: differs from %s: %s" % (
                table, page, " ".join(sorted(set(known) ^ set(rows))) or "order")
    for name in sorted(listed - set(used)):
        yield "%s: nothing reports '%s'" % (page, name)


def options(root):
    """The table of docs/options.md has each option with an effect, and no other."""
    page = "docs/options.md"
    text = "\n".join(lines(root, "llvm-plugin/ld/options.def"))
    known, wanted = set(), set()
    for m in re.finditer(r"""^(OPT\(\w+, |NOOP\()(0|'.'), (NULL|"[^"]+")""", text, re.M):
        letter, name = m.group(2).strip("'"), m.group(3).strip('"')
        forms = (["-" + letter] if letter != "0" else []) + (
            ["--" + name] if name != "NULL" else [])
        known.update(forms)
        if m.group(1).startswith("OPT"):
            wanted.update(forms)
    rows = [line for line in lines(root, page) if re.match(r"\| `-", line)]
    shown = {m.group(1) for row in rows
             for m in re.finditer(r"`(--?[A-Za-z][\w-]*)", row.split(" | ")[0])}
    for name in sorted(wanted - shown):
        yield "%s: no row for %s of llvm-plugin/ld/options.def" % (page, name)
    for name in sorted(shown - known):
        yield "%s: llvm-plugin/ld/options.def has no %s" % (page, name)


def design(root):
    """docs/design.md names each pass with its file, in running order."""
    order = passes_of(root)
    page = "\n".join(lines(root, "docs/design.md"))
    rows = [(name, m.group(2))
            for m in re.finditer(r"^\| (`ld_[^|]*) \| `(passes/[\w/]+\.c)`", page, re.M)
            for name in re.findall(r"`ld_(\w+)`", m.group(1))]
    if [name for name, _ in rows] != order:
        yield "docs/design.md: passes are %s; runtime/passes/passes.h has %s" % (
            ", ".join(name for name, _ in rows), ", ".join(order))
    for name, path in rows:
        full = os.path.join("runtime", path)
        if not os.path.exists(os.path.join(root, full)):
            yield "docs/design.md: %s is not there" % full
        elif not defines("\n".join(lines(root, full)), name):
            yield "docs/design.md: ld_%s is not in %s" % (name, full)
    for path in sorted(files(root)):
        if re.match(r"runtime/passes/.*\.c$", path) and path[len("runtime/"):] not in page:
            yield "%s: docs/design.md does not name it" % path


def names(root):
    """Functions, files and structs that the pages about the design name exist: where a page has
    `function()` in `file`, in that file. Directories, passes and structs of its picture exist, too."""
    sources = {f: "\n".join(lines(root, f)) for f in files(root) if re.match(r"(runtime|llvm-plugin)/.*\.[ch]$", f)}

    def find(name):
        return [f for f in sources if f == name or f.endswith("/" + name)]

    def has_function(name, where):
        pattern = r"^(?!return|else)[a-z][^;=\n]*\b%s\((?![^\n]*;$)|^#define %s\b" % (name, name)
        return any(re.search(pattern, sources[f], re.M) for f in where)

    texts = {f: "\n".join(lines(root, f)) for f in files(root) if re.match(r"docs/(design|how-[\w-]+)\.md$", f)}
    # Files that a page shows are not ours.
    shown = dict(re.findall(r"^```c ([\w.]+)\n(.*?)^```$", "\n".join(texts.values()), re.M | re.S))
    for page, text in texts.items():
        text = text.replace("\n", " ")
        for name in sorted(set(re.findall(r"`([\w/]+\.[ch])`", text))):
            if not find(name) and name not in shown:
                yield "%s: there is no %s" % (page, name)
        for name in sorted(set(re.findall(r"`(\w+)\(\)`", text))):
            if not has_function(name, sources) and not re.search(r"\b%s\(" % name, "".join(shown.values())):
                yield "%s: there is no %s()" % (page, name)
        for name, where in sorted(set(re.findall(r"`(\w+)\(\)` in `([\w/]+\.[ch])`", text))):
            if not has_function(name, find(where)):
                yield "%s: %s() is not in %s" % (page, name, where)
        for name in sorted(set(re.findall(r"`struct (ld_\w+)", text))):
            if not any(re.search(r"^struct %s \{" % name, t, re.M) for t in sources.values()):
                yield "%s: there is no struct %s" % (page, name)
    picture = "docs/design.svg"
    if os.path.exists(os.path.join(root, picture)):
        text = " ".join(re.findall(r">([^<]+)</text>", "\n".join(lines(root, picture))))
        for name in re.findall(r"(?<![\w/])([\w/]+)/(?!\w)", text):
            if not os.path.isdir(os.path.join(root, "runtime", name)) and not os.path.isdir(
                    os.path.join(root, "runtime/passes", name)):
                yield "%s: there is no runtime/%s" % (picture, name)
        for name in re.findall(r"(?<![\w.])([a-z]+_[a-z_]+)(?![\w.(])", text):
            if name not in passes_of(root) and not any(
                    re.search(r"^struct %s \{" % name, t, re.M) for t in sources.values()):
                yield "%s: there is no pass or struct %s" % (picture, name)


def links(root):
    """Relative links of the pages lead somewhere, and scripts that they name are there."""
    for path in files(root):
        if not path.endswith(".md"):
            continue
        text = "\n".join(lines(root, path))
        for target in re.findall(r"\]\(([^)#]+)", text):
            if "://" not in target and not os.path.exists(os.path.join(root, os.path.dirname(path), target)):
                yield "%s: %s is not there" % (path, target)
        for target in re.findall(r"(?<![\w/.])((?:scripts|\.ci|cmake|runtime|llvm-plugin|examples)"
                                 r"/[\w./-]*\w)", text):
            if not os.path.exists(os.path.join(root, target)):
                yield "%s: %s is not there" % (path, target)


def pages(root):
    """Each page of docs/ is in a group of the manual's navigation, once, and pages that are listed exist."""
    path = "docs/html/pages.txt"
    listed = re.findall(r"^\t(\S+)\t", "\n".join(lines(root, path)), re.M)
    there = [f for f in files(root) if re.match(r"docs/([^/]*\.md|man/[^/]*)$", f)]
    for page in sorted(set(there) - set(listed)):
        yield "%s: in no group of %s" % (page, path)
    for page in sorted(set(listed)):
        if not os.path.exists(os.path.join(root, page)):
            yield "%s: %s does not exist" % (path, page)
        if listed.count(page) > 1:
            yield "%s: %s is listed twice" % (path, page)


def promises(root):
    """Each promise of docs/security.md names tests, and these exist."""
    page = "docs/security.md"
    promised = "\n".join(lines(root, page)).split("## What is promised\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\|(.*)\|$", promised, re.M)
    for row in rows:
        promise, _, tests = row.rpartition("|")
        if re.fullmatch(r"[- |]*", row) or tests.strip() == "held by":
            continue
        named = re.findall(r"`((?:test|\.ci)/[\w./-]+)`", tests)
        if not any(name.startswith("test/") for name in named):
            yield "%s: no test holds: %s" % (page, promise.strip()[:60])
        for name in named:
            if not os.path.isfile(os.path.join(root, name)):
                yield "%s: %s does not exist" % (page, name)
    if len(rows) < 3:
        yield "%s: no promises" % page


def length_of_functions(root):
    """No function body is over MAX_FUNCTION lines."""
    for path in files(root):
        if not FORMATTED.match(path) or "/Inputs/" in path:
            continue
        start = None
        for number, line in enumerate(lines(root, path), 1):
            # clang-format puts a function's braces into the first column.
            if line == "{":
                start = number
            elif line == "}" and start:
                if number - start - 1 > MAX_FUNCTION:
                    yield "%s:%d: a function of %d lines, %d allowed" % (
                        path, start, number - start - 1, MAX_FUNCTION)
                start = None


def tools(root):
    """Each LLVM tool that a test calls by its plain name is one that test/CMakeLists.txt finds."""
    known = set(re.findall(r"llvm-[a-z]+", "\n".join(lines(root, "test/CMakeLists.txt"))))
    for path in files(root):
        if not re.match(r"test/(?!tidy/)", path) or path.endswith(".md"):
            continue
        for number, line in enumerate(lines(root, path), 1):
            for name in re.findall(r"(?<![\w/.=-])llvm-[a-z]+(?![\w/.-])", line):
                if name not in known:
                    yield "%s:%d: test/CMakeLists.txt does not find %s" % (path, number, name)


FENCE = r"^```(?:sh|console) *([^\n]*?)(?: roughly)?\n(.*?)^```$"


def commands(root):
    """Shell commands of the pages are done by a test: one runs follow.py on the page, or the block
    says `in FILE`, and that file does what it says."""
    tests = "\n".join("\n".join(lines(root, f)) for f in files(root) if re.match(r"test/.*\.test$", f))
    for path in files(root):
        if not re.match(r"(docs/|examples/.*)?[^/]*\.md$", path):
            continue
        followed = re.search(r"/follow\.py .*%src/" + re.escape(path), tests)
        for word, text in re.findall(FENCE, "\n".join(lines(root, path)), re.M | re.S):
            if word in ("run", "fails", "root"):
                if not followed:
                    yield "%s: no test follows it" % path
                continue
            other = re.sub("^in ", "", word)
            if other == word or not os.path.exists(os.path.join(root, other)):
                yield "%s: commands that nobody runs: %s" % (path, text.split("\n")[0])
                continue
            tried = "\n".join(lines(root, other))
            for line in text.splitlines():
                program = re.match(r"(?:sudo )?([^\s=]*)", line).group(1)
                if program not in tried:
                    yield "%s: %s does not run %s" % (path, other, program)


def version(root):
    """What repeats the version of CMakeLists.txt says the same."""
    places = [("CMakeLists.txt", r"^project\(bpfld VERSION ([0-9.]+)"),
              ("CHANGELOG.md", r"^## ([0-9.]+)"),
              ("packaging/debian/changelog", r"^bpfld \(([^)]+)\)"),
              ("packaging/rpm/bpfld.spec", r"^Version: *(\S+)")]
    found = [(path, re.search(pattern, "\n".join(lines(root, path)), re.M))
             for path, pattern in places]
    wanted = found[0][1].group(1)
    for path, m in found:
        if not m or m.group(1) != wanted:
            yield "%s: has version %s; CMakeLists.txt has %s" % (
                path, m.group(1) if m else "none", wanted)


# Directories whose English was rewritten, besides all pages; more are added as they are.
PLAIN = ("cmake/", "docs/man/", "examples/", "llvm-plugin/", "runtime/base/", "runtime/btf/btf.",
         "runtime/btf/format.", "runtime/btf/print.", "runtime/btf/write.", "runtime/compat/", "runtime/elf/",
         "runtime/include/", "runtime/inspect.c", "runtime/kernel/", "runtime/link.c", "runtime/loader/",
         "runtime/model/", "runtime/options.", "runtime/passes/", "runtime/report/", "scripts/")
# Words and phrases that are wrong more often than right. See CONTRIBUTING.md.
AWKWARD = re.compile(
    r"\b(anew|beside|folders?|parted|tells?|told|stands? (?:for|beside|where|in|there|behind)|by (?:it|them)sel(?:f|ves)|"
    r"held against|is wanted|can't be had|comes? of|what is (?:no|not|in|there|to)|has to say|of (?:its|their) own kind|"
    r"nobody|made-?up|an own|is no [a-z]+ of)\b|^\s*(?:/?\*|#|\.?\\\"|//) (?-i:Whose|Who|What)\b", re.I)


def words(root):
    """The rewritten directories have none of the words in AWKWARD, and no comment that clang-format broke."""
    for path in files(root):
        if not path.startswith(PLAIN) and not path.endswith(".md"):
            continue
        comment = False
        for number, line in enumerate(lines(root, path), 1):
            for m in AWKWARD.finditer(line):
                yield "%s:%d: says '%s'; see CONTRIBUTING.md" % (path, number, m.group(0).strip())
            if comment and re.match(r"\s*\*[A-Za-z(]", line):
                yield "%s:%d: no blank after '*'; wrap the comment at 98 columns" % (path, number)
            if path.endswith((".c", ".h")):
                comment = "/*" in line and "*/" not in line or comment and "*/" not in line


RULES = {"roles": roles, "spdx": spdx, "words": words, "length": length, "width": width, "layering": layering, "passes": passes,
         "diagnostics": diagnostics, "options": options, "design": design,
         "functions": length_of_functions, "links": links, "tools": tools,
         "version": version, "commands": commands, "promises": promises, "pages": pages, "names": names}


def main():
    root, rule = sys.argv[1:]
    breaches = list(RULES[rule](root))
    for breach in breaches:
        print(breach)
    return 1 if breaches else 0


sys.exit(main())
