# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check_page.py PAGE REPORT.json MAP [large]: the page, in a browser, draws itself without complaint,
shows the figures of the facts and of the map, and answers to the keyboard."""
import json
import sys
import time

sys.dont_write_bytecode = True
from browser import Browser


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
    same([[row[0], number(row[1])] for row in table(b, "Sections of the output")], of_map[:50],
         "sections")
    same(len(table(b, "Maps")) if facts["maps"] else 0, min(50, len(facts["maps"])), "maps")
    rows = {row[0]: number(row[-1]) for row in table(b, "Bytes by input")}
    kinds = ("code", "data", "bss", "btf", "btf_ext", "debug")
    shown = sorted(facts["files"], key=lambda f: -sum(f["out"][k] for k in kinds))[:20]
    for f in shown:
        same(rows[f["name"]], sum(f["out"][k] for k in kinds), f["name"])
    if len(facts["files"]) < 50:
        same(sum(rows.values()), sum(facts["out"][k] for k in kinds), "bytes of all")
    tiles = dict(b.js("""[...document.querySelectorAll('.tile')].map(t =>
        [t.querySelector('.label').innerText, t.querySelector('.value').innerText])"""))
    same(number(tiles["Code"].split()[0]), facts["out"]["code"], "tile")
    same(number(tiles["BTF"].split()[0]), facts["out"]["btf"], "tile")
    same(number(tiles["Types"]), facts["out"]["types"], "tile")
    worst = max(p["stack"] for p in facts["programs"])
    same(number(tiles["Most stack"].split()[0]), worst, "tile")


def check_warnings(b, facts):
    """All of them, each with its lines; but the first ones only until one asks."""
    shown = b.js("""[...document.querySelectorAll('.diagnostic')].map(t => [t.classList[1],
        t.querySelector('code').textContent, t.querySelector('pre')?.textContent ?? ''])""")
    same(shown, [[d["severity"], d["id"], "\n".join(
        line[4:] for line in d["message"].split("\n")[1:])] for d in facts["diagnostics"]], "warnings")


def check_graph(b, facts):
    """The picture of the program on top: its functions and calls, with their stack."""
    p = sorted(facts["programs"], key=lambda p: (-p["stack"], -p["frames"]))[0]
    functions = facts["functions"]
    chain = [p["function"]]
    while "next" in functions[chain[-1]]:
        chain.append(functions[chain[-1]]["next"])
    shown = b.js("""[...document.querySelectorAll('details.program[open] .node')].map(n =>
        [n.querySelector('title').textContent, n.querySelector('.small').textContent,
         n.classList.contains('worst')])""")
    stack = {functions[f]["name"]: functions[f]["stack"] for f in range(len(functions))
             if "stack" in functions[f]}
    for name, text, _ in shown:
        assert text.startswith("%d byte" % stack[name]), (name, text, stack[name])
    same({n for n, _, worst in shown if worst}, {functions[f]["name"] for f in chain}, "chain")
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


def check_looks(b, page):
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            b.look(width, 900, scheme)
            b.open(page)
            same(b.complaints(), [], "%s, %d wide" % (scheme, width))
            assert b.js("document.documentElement.scrollWidth <= innerWidth"), "too wide at %d" % width
        back = luminance(b.js("getComputedStyle(document.body).backgroundColor"))
        assert (back < 0.5) == (scheme == "dark"), scheme
        for what in ("body", ".note", "nav a", "td", ".figures", "a:not(.skip)"):
            front = luminance(b.js("getComputedStyle(document.querySelector('%s')).color" % what))
            contrast = (max(front, back) + 0.05) / (min(front, back) + 0.05)
            assert contrast >= 4.5, "%s: contrast of %s is %.1f" % (scheme, what, contrast)
    b.look(1280, 900, "light")


def main():
    page, facts_path, map_path = sys.argv[1:4]
    with open(facts_path, encoding="utf-8") as f:
        facts = json.load(f)
    with Browser() as b:
        check_looks(b, page)
        begin = time.monotonic()
        b.open(page)
        took = time.monotonic() - begin
        same(b.complaints(), [], "console and network")
        same(b.js("document.title"), facts["output"] + " – link report", "title")
        check_figures(b, facts, map_path)
        check_warnings(b, facts)
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
