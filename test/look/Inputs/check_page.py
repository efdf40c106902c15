# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check_page.py PAGE REPORT.json MAP [large] or check_page.py --looks PAGE: the page, in a browser, draws itself without complaint,
shows the figures of the facts and of the map, fits into wide and small windows, and answers to the keyboard."""
import json
import os
import struct
import sys
import time
import zlib

sys.dont_write_bytecode = True
from browser import Browser


ROWS = 20  # of a table, initially


def same(found, expected, what):
    assert found == expected, "%s: %s, expected %s" % (what, found, expected)


TABLE = """(label => [...document.querySelector(`table[aria-label="${label}"]`).tBodies[0].rows]
    .map(row => [...row.cells].map(cell => cell.innerText.trim())))(%s)"""


def table(b, label):
    return b.js(TABLE % json.dumps(label))


def number(text):
    return int(text.split(" → ")[-1].split("\n")[0].replace(",", ""))


def check_figures(b, facts, map_path):
    with open(map_path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    of_map = [[line[49:], int(line[34:42], 16)] for line in lines[1:lines.index("Discarded") - 1]
              if line[49] != " "]
    same([[row[0], number(row[1])] for row in table(b, "Sections of the output")], of_map[:ROWS],
         "sections")
    same(len(table(b, "Maps")) if facts["maps"] else 0, min(ROWS, len(facts["maps"])), "maps")
    rows = {row[0]: number(row[-1]) for row in table(b, "Bytes by input")}
    kinds = ("code", "data", "bss", "btf", "btf_ext", "debug")
    shown = sorted(facts["files"], key=lambda f: -sum(f["out"][k] for k in kinds))[:20]
    for f in shown:
        shown_as = f["name"] if f["name"] in rows else os.path.basename(f["name"])
        same(rows[shown_as], sum(f["out"][k] for k in kinds), f["name"])
    whole = sum(facts["out"][k] for k in kinds)
    if len(facts["files"]) < ROWS:
        same(sum(rows.values()), whole, "bytes of all")
    same(number(b.js("""document.querySelector('table[aria-label="Bytes by input"]').tFoot.rows[0]
        .lastElementChild.innerText""")), whole, "total")
    tiles = dict(b.js("""[...document.querySelectorAll('#overview .tile')].map(t =>
        [t.querySelector('.label').innerText, t.querySelector('.value').innerText])"""))
    same(number(tiles["Code"].split()[0]), facts["out"]["code"], "tile")
    same(number(tiles["BTF"].split()[0]), facts["out"]["btf"], "tile")
    same(number(tiles["Data"].split()[0]), facts["out"]["data"], "tile")
    by_kind = {title: sum(d["size"] for d in facts["dropped"] if d["kind"] == kind) for kind, title in (
        ("code", "Functions"), ("data", "Data"), ("debug", "Debug strings and sections"), ("other", "Other sections"))}
    same({k: n for k, n in b.js("""[...document.querySelectorAll('#dropped .tile')].map(t =>
        [t.querySelector('.label').innerText, +t.querySelector('.value').innerText.split(' ')[0].replace(/,/g, '')])""")},
         {k: n for k, n in by_kind.items() if n or any(d["kind"] == k for d in facts["dropped"])}, "dropped")
    same(number(tiles["Types"]), facts["out"]["types"], "tile")
    worst = max(p["stack"] for p in facts["programs"])
    same(number(tiles["Deepest stack"].split()[0]), worst, "tile")


def check_additions(b, facts):
    """What --report-against, --report-verdicts and --target-btf add."""
    for kind, title in (("functions", "Functions, by bytes of code"), ("maps", "Maps, by bytes of keys and values"),
                        ("types", "Types, by bytes of BTF")):
        changes = facts.get("against", {}).get(kind)
        if changes:
            same([[row[0].split("\n")[0], *row[1:]] for row in table(b, title)], [
                [c["name"], *("{:,}".format(c[k]) if k in c else "–" for k in ("before", "after")),
                 "{:+,}".format(c.get("after", 0) - c.get("before", 0)).replace("-", "−").replace("+0", "0")]
                for c in changes[:ROWS]], title)
    results = facts.get("verdicts", [])
    if results:
        names = [p["name"] for r in results for p in r["programs"]]
        expected = []
        for name in dict.fromkeys(names):
            found = [next((p for p in r["programs"] if p["name"] == name), {}) for r in results]
            expected.append([name] + ["{:,}".format(p["instructions"]) if p.get("verdict") == "loads" else
                                      p.get("verdict", "–") for p in found])
        same([[cell.split("\n")[0] for cell in row] for row in table(b, "Verdicts")], expected[:ROWS], "verdicts")
        refused = {p["name"] for r in results for p in r["programs"] if p["verdict"] != "loads"}
        shown = b.js("[...document.querySelectorAll('#verdicts .diagnostic')].map(e => e.textContent)")
        assert all(any(name in text for text in shown) for name in refused), (refused, shown)
        costs = {row[0].split(" ")[0]: row[6] for row in table(b, "Functions")}
        for name in set(names) & set(costs):
            loads = [p["instructions"] for r in results for p in r["programs"]
                     if p["name"] == name and p["verdict"] == "loads"]
            same(costs[name], "{:,}".format(max(loads)) if loads else "–", "cost of " + name)
    if "targets" in facts:
        same([row[0] for row in table(b, "Kernels")], [k["name"] for k in facts["targets"]["kernels"]], "kernels")


def check_warnings(b, facts):
    """All of them, warnings first, each with its lines; and links that lead to what they name."""
    shown = b.js("""[...document.querySelectorAll('#warnings .diagnostic')].map(t => [t.classList[2],
        t.querySelector('code').textContent, t.querySelector('.help')?.textContent ?? '',
        t.querySelector('pre')?.textContent ?? ''])""")
    expected = []
    for d in sorted(facts["diagnostics"], key=lambda d: d["severity"] != "warning"):
        lines = [line[4:] for line in d["message"].split("\n")[1:]]
        expected.append([d["severity"], d["id"], "\n".join(t[6:] for t in lines if t.startswith("help: ")),
                         "\n".join(t for t in lines if not t.startswith("help: "))])
    same(shown, expected, "warnings")
    links = b.js("""[...document.querySelectorAll('#warnings a, .program .links a, #maps a')].map(a => {
        for (let e = a; e; e = e.parentElement)
            if (e.tagName === 'DETAILS')
                e.open = true;
        const name = a.textContent;
        a.click();
        const to = document.querySelector('.visited');
        const box = to.getBoundingClientRect();
        return [name, to.textContent, box.top >= 0 && box.top < innerHeight, to.contains(document.activeElement)];
    })""")
    for name, text, visible, focused in links:
        assert name.split(" (")[0] in text, "the link %s leads to %s" % (name, text)
        assert visible and focused, "the link %s: %s %s" % (name, visible, focused)
    about = sum(bool(d.get("functions") or d.get("maps")) for d in facts["diagnostics"])
    assert len(links) >= about, "%d links for %d diagnostics" % (len(links), about)


def check_order(b, facts):
    """Programs that violate a limit or have a warning come first."""
    warned = {d["functions"][0] for d in facts["diagnostics"] if d["severity"] == "warning" and d.get("functions")}
    bad = {facts["functions"][p["function"]]["name"] for p in facts["programs"] if p["stack"] > 512 or p["frames"] > 8 or
           p["function"] in warned or "rejected_by" in facts["functions"][p["function"]]}
    shown = b.js("""[...document.querySelectorAll('.program .name')].map(e => e.firstChild.textContent)""")
    same(set(shown[:len(bad)]), bad if len(bad) <= len(shown) else set(shown), "violators first")


def check_graph(b, facts):
    """The picture of the program on top: its functions and calls, with their stack."""
    functions = facts["functions"]
    first = b.js("document.querySelector('details.program[open] .name').firstChild.textContent")
    p = next(p for p in facts["programs"] if functions[p["function"]]["name"] == first)
    chain = [p["function"]]
    while "next" in functions[chain[-1]]:
        chain.append(functions[chain[-1]]["next"])
    shown = b.js("""[...document.querySelectorAll('details.program[open] .node')].map(n =>
        [n.querySelector('title').textContent, n.querySelector('.small').textContent,
         n.classList.contains('worst'), n.querySelector('.of')?.textContent])""")
    stack = {(f["name"], f["stack"]) for f in functions if "stack" in f}
    alike = [f["name"] for f in functions]
    for name, text, _, file in shown:
        assert any(text.startswith("%d byte" % size) for n, size in stack if n == name), (name, text)
        assert (alike.count(name) > 1) == bool(file), "%s: %s" % (name, file)
    same({n for n, _, worst, _ in shown if worst}, {functions[f]["name"] for f in chain}, "chain")
    assert len(shown) <= 80, "%d functions in one picture" % len(shown)
    # Boxes don't overlap.
    overlaps = b.js("""(() => {
        const boxes = [...document.querySelectorAll('details.program[open] .node .box')].map(
            n => n.getBoundingClientRect());
        return boxes.filter((a, i) => boxes.some((o, k) => k > i && a.left < o.right &&
            o.left < a.right && a.top < o.bottom && o.top < a.bottom)).length; })()""")
    same(overlaps, 0, "overlapping boxes")
    return len(shown)


def check_keyboard(b):
    """Everything can be had without a mouse: along the calls, into a table's order, into a program."""
    current = "document.activeElement.querySelector('title')?.textContent"
    b.js("document.querySelector('details.program[open] .node[tabindex=\"0\"]').focus()")
    root = b.js(current)
    b.press("ArrowRight")
    assert b.js(current) not in (root, None), "ArrowRight leads nowhere"
    assert b.js("document.querySelectorAll('.edge.near').length"), "no call stands out"
    b.press("ArrowLeft")
    same(b.js(current), root, "back at")

    head = "document.querySelector('table[aria-label=\"Sections of the output\"] th:nth-child(2)')"
    b.js(head + ".querySelector('button').focus()")
    b.press("Enter")
    same(b.js(head + ".getAttribute('aria-sort')"), "descending", "order")
    sizes = [number(row[1]) for row in table(b, "Sections of the output")]
    same(sizes, sorted(sizes, reverse=True), "sizes")
    b.press(" ")
    same(b.js(head + ".getAttribute('aria-sort')"), "ascending", "order")

    b.js("document.querySelector('.program > summary').focus()")
    before = b.js("document.querySelector('.program').open")
    b.press("Enter")
    same(b.js("document.querySelector('.program').open"), not before, "program opens")
    b.press("Enter")
    outside = b.js("""[...document.querySelectorAll('a, button, input, summary')].filter(
        e => e.tabIndex < 0).length""")
    same(outside, 0, "elements that Tab can't reach")


def check_folding(b, nodes):
    """What is folded opens and closes on demand."""
    badge = "document.querySelector('details.program[open] .node.more:has(.badge)')"
    if not b.js("!!" + badge):
        return False
    b.js("""(n => { n.focus(); n.dispatchEvent(new MouseEvent('click', {bubbles: true})); })(%s)""" % badge)
    more = b.js("document.querySelectorAll('details.program[open] .node').length")
    assert more > nodes, "nothing has opened"
    assert more <= nodes + 40, "all at once"
    for _ in range(50):
        if b.js("document.activeElement.getAttribute('aria-expanded')") == "true":
            break
        b.press("Enter")
    more = b.js("document.querySelectorAll('details.program[open] .node').length")
    b.press("Enter")
    fewer = b.js("document.querySelectorAll('details.program[open] .node').length")
    assert fewer < more, "nothing has closed"
    return True


def luminance(text):
    parts = [int(p) / 255 for p in text[text.index("(") + 1:-1].split(",")[:3]]
    r, g, bl = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl


def pixels(path):
    """Width, height and number of different rows of a PNG."""
    with open(path, "rb") as f:
        data = f.read()
    width, height = struct.unpack(">II", data[16:24])
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        packed += data[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    raw = zlib.decompress(packed)
    line = len(raw) // height
    return width, height, len({raw[i * line:(i + 1) * line] for i in range(height)})


# Whatever has text and is not within a box that hides it, with the colors that it has.
TEXTS = """[...document.querySelectorAll('main *, nav *, header *')].filter(e => e.checkVisibility() &&
    [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && !e.closest('svg')).slice(0, 3000).map(e => {
        let back = e;
        while (back && getComputedStyle(back).backgroundColor === 'rgba(0, 0, 0, 0)')
            back = back.parentElement;
        return [e.className + ' ' + e.tagName, getComputedStyle(e).color, getComputedStyle(back).backgroundColor];
    })"""
# Elements that scroll by themselves, text that is cut, and cells or cards that cover each other.
MISPLACED = """(() => {
    const found = [];
    for (const e of document.querySelectorAll('main *, nav *')) {
        if (e.closest('svg') || !e.checkVisibility())
            continue;
        const style = getComputedStyle(e);
        if (/auto|scroll/.test(style.overflowX + style.overflowY) && (e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight))
            found.push(`scrolls: ${e.tagName}.${e.className}`);
        if (style.display !== 'inline' && e.scrollWidth > e.clientWidth + 1 && e.clientWidth && e.tagName !== 'INPUT')
            found.push(`cut: ${e.tagName}.${e.className} ${e.textContent.slice(0, 40)}`);
    }
    for (const group of ['.card:not(.card .card)', 'td, tbody th', 'nav li', '.program > summary > *', '.node .box']) {
        const boxes = [...document.querySelectorAll(group)].filter(e => e.checkVisibility()).slice(0, 1200)
            .map(e => e.getBoundingClientRect());
        boxes.forEach((a, i) => boxes.slice(i + 1, i + 60).forEach(o => {
            if (a.left + 1 < o.right && o.left + 1 < a.right && a.top + 1 < o.bottom && o.top + 1 < a.bottom)
                found.push(`overlap: ${group} at ${Math.round(a.left)} ${Math.round(a.top)}`);
        }));
    }
    return found.slice(0, 5);
})()"""


def check_looks(b, page, large):
    for width, height in ((360, 800), (768, 1024), (1280, 900), (1920, 1080))[::3 if large else 1]:
        for scheme in ("light", "dark"):
            where = "%s, %d wide" % (scheme, width)
            b.look(width, height, scheme)
            b.open(page)
            b.js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            same(b.complaints(), [], where)
            assert b.js("document.documentElement.scrollWidth <= innerWidth"), "too wide: " + where
            b.js("document.querySelectorAll('details.fold, .diagnostic details').forEach(e => { e.open = true; })")
            same(b.js(MISPLACED), [], where)
            for what, front, back in b.js(TEXTS):
                pair = sorted((luminance(front), luminance(back)))
                contrast = (pair[1] + 0.05) / (pair[0] + 0.05)
                assert contrast >= 4.5, "%s: contrast of %s is %.1f" % (where, what, contrast)
            back = luminance(b.js("getComputedStyle(document.body).backgroundColor"))
            assert (back < 0.5) == (scheme == "dark"), scheme
            b.screenshot("page.png")
            wide, high, rows = pixels("page.png")
            same((wide, high), (width, height), "screenshot")
            assert rows > height / 5, "%s: an empty page, %d different rows" % (where, rows)
            # The cards take the width that there is, and the graph that of its program.
            share = b.js("""Math.max(...[...document.querySelectorAll('main .card')].map(
                e => e.getBoundingClientRect().right)) / document.documentElement.clientWidth""")
            assert 0.9 < share <= 1, "%s: cards take %.2f of the width" % (where, share)
            # The line under a table's head goes from edge to edge, and a single verdict takes the width of its row.
            for cell in ("thead tr th:last-child", "tbody td:last-child"):
                ends = b.js("""Math.min(1, ...[...document.querySelectorAll('.verdicts %s')].map(
                    e => e.getBoundingClientRect().right / (e.parentElement.getBoundingClientRect().right - 8)))""" % cell)
                assert ends == 1, "%s: %s ends at %.2f of the row" % (where, cell, ends)
            graph = b.js("""(g => g ? g.querySelector('svg').getBoundingClientRect().width /
                g.getBoundingClientRect().width : 1)(document.querySelector('.graph'))""")
            assert abs(graph - 1) < 0.01, "%s: the graph takes %.2f of its place" % (where, graph)
    b.look(1280, 900, "light")


def main():
    if sys.argv[1] == "--looks":
        with Browser() as b:
            check_looks(b, sys.argv[2], False)
        return
    page, facts_path, map_path = sys.argv[1:4]
    with open(facts_path, encoding="utf-8") as f:
        facts = json.load(f)
    with Browser() as b:
        check_looks(b, page, sys.argv[4:] == ["large"])
        begin = time.monotonic()
        b.open(page)
        took = time.monotonic() - begin
        same(b.complaints(), [], "console and network")
        same(b.js("document.title"), facts["output"] + " – link report", "title")
        check_figures(b, facts, map_path)
        check_order(b, facts)
        check_additions(b, facts)
        check_warnings(b, facts)
        b.open(page)
        b.js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        nodes = check_graph(b, facts)
        check_keyboard(b)
        folded = check_folding(b, nodes)
        elements = b.js("document.getElementsByTagName('*').length")
        same(b.js("document.querySelectorAll('img, script, iframe, link, object').length"), 2,
             "elements that a page of ours doesn't have, and our two scripts")
        same(b.complaints(), [], "console and network at the end")
    if sys.argv[4:] == ["large"]:
        assert folded, "nothing is folded"
        assert elements < 20000, "%d elements" % elements
        assert took < 20, "%.1f s to load" % took
    print("%d functions in the picture, %d elements, %s" % (
        nodes, elements, "folded" if folded else "whole"))


if __name__ == "__main__":
    main()
