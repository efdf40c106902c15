# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""browse.py --browser=DIR SITE [PAGE...]: the manual in a browser. No page is wider than its window, all text can
be read in light and dark, all can be reached and seen by keyboard, search finds things, and nothing complains.
With names of pages, looks at those only."""
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1].split("=")[1])
from browser import Browser

WIDTHS = (360, 768, 1280, 1920)
# Elements that stick out, except in blocks that scroll.
TOO_WIDE = """(() => {
    const limit = document.documentElement.clientWidth, found = [];
    if (document.documentElement.scrollWidth > limit)
        found.push(`page: ${document.documentElement.scrollWidth} of ${limit}`);
    for (const e of document.querySelectorAll("main *, header *")) {
        const scrolls = "pre, .table, p:has(> img[src$='.svg'])";

        if (e.closest(scrolls) && !e.matches(scrolls) || e.closest("[hidden]"))
            continue;
        const r = e.getBoundingClientRect();
        if (r.width && r.height && (r.right > limit + 1 || r.left < -1) && !e.closest(".skip"))
            found.push(`${e.tagName} ${e.className}: ${r.right} ${e.textContent.slice(0, 40)}`);
    }
    return found.slice(0, 5); })()"""
# The number of texts, and those without a contrast of AA: of their color with the backgrounds under it.
CONTRAST = """(() => {
    const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const rgba = new Map();
    function parse(color) {
        if (!rgba.has(color)) {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = color;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
            rgba.set(color, [r, g, b, a / 255]);
        }
        return rgba.get(color);
    }
    function over([r, g, b, a], under) {
        return [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
    }
    function behind(e) {
        if (!e)
            return [255, 255, 255];
        const color = parse(getComputedStyle(e).backgroundColor);
        return color[3] === 1 ? color.slice(0, 3) : over(color, behind(e.parentElement));
    }
    function luminance(color) {
        const [r, g, b] = color.map(c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    }
    const seen = new Map(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let texts = 0;
    while (walker.nextNode()) {
        const e = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !e.checkVisibility())
            continue;
        texts++;
        const back = behind(e), front = over(parse(getComputedStyle(e).color), back);
        const [a, b] = [luminance(back), luminance(front)];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5)
            seen.set(`${contrast.toFixed(2)}: ${e.tagName} ${e.className} ${front} on ${back}`, walker.currentNode.data);
    }
    return [texts, [...seen].slice(0, 5)]; })()"""
FOCUSED = """(() => {
    const e = document.activeElement, r = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    return {name: e.tagName, text: (e.textContent || e.ariaLabel || "").trim().slice(0, 60), href: e.getAttribute("href"),
        seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && r.width > 0 &&
            r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth}; })()"""


class Failed(Exception):
    pass


def expect(true, what):
    if not true:
        raise Failed(what)


def wait(b, expression):
    for _ in range(100):
        if b.js(expression):
            return
        time.sleep(0.05)
    raise Failed("never true: " + expression)


def check_page(b, page):
    for scheme in ("light", "dark"):
        for width in WIDTHS:
            b.look(width, 800, scheme)
            if width == WIDTHS[0]:
                b.open(page)
            wide = b.js(TOO_WIDE)
            expect(not wide, "%d pixels, %s: too wide: %s" % (width, scheme, wide))
        texts, unreadable = b.js(CONTRAST)
        expect(texts > 20 and not unreadable, "%s: %d texts, contrast too low: %s" % (scheme, texts, unreadable))
        back = b.js("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0] < 128")
        expect(back == (scheme == "dark"), "background in " + scheme)
        expect(not b.complaints(), "complaints: %s" % b.complaints())
    missing = b.js("[...document.images].filter(i => !i.naturalWidth || !i.alt).map(i => i.src)")
    expect(not missing, "images without contents or text: %s" % missing)
    b.look(1280, 800, "light")
    wait(b, """[...document.querySelectorAll("pre, .table")].every(
        e => e.scrollWidth <= e.clientWidth || e.tabIndex === 0)""")


def check_tab(b, page):
    """Tab reaches the skip link, name, search, navigation; each shows its focus."""
    b.look(1280, 800, "light")
    b.open(page)
    b.press("Tab")
    first = b.js(FOCUSED)
    expect(first["href"] == "#main" and first["seen"], "skip link: %s" % first)
    b.press("Enter")
    expect(b.js("document.activeElement.id") == "main", "the skip link leads elsewhere")
    b.open(page)
    reached = []
    for _ in range(12):
        b.press("Tab")
        at = b.js(FOCUSED)
        expect(at["seen"], "focus is not visible: %s" % at)
        reached.append(at["name"])
    expect(reached[:3] == ["A", "A", "INPUT"], "order: %s" % reached)


def check_search(b, page):
    b.open(page)
    b.press("/")
    expect(b.js("document.activeElement.type") == "search", "/ does not lead to the field")
    for words, wanted in (("--gc-sections", "#--gc-sections"), ("type-mismatch", "diagnostics.html#type-mismatch"),
                          ("bpfld_add_buffer", "libbpfld.3.html#bpfld_add_file"), ("glossary", "glossary.html")):
        b.js("document.querySelector('.search input').value = ''")
        b.type(words)
        wait(b, "!document.querySelector('.results').hidden")
        found = b.js("[...document.querySelectorAll('.results a')].map(a => a.getAttribute('href'))")
        expect(any(f.endswith(wanted) for f in found[:3]), "%s finds %s" % (words, found[:5]))
        unreadable = b.js(CONTRAST)[1]
        expect(not unreadable, "results: %s" % unreadable)
    b.press("ArrowDown")
    at = b.js(FOCUSED)
    expect(at["href"] == "glossary.html" and at["seen"], "ArrowDown leads to %s" % at)
    b.press("ArrowUp")
    expect(b.js("document.activeElement.type") == "search", "ArrowUp does not lead back")
    b.press("Tab", "Tab")
    b.press("Escape")
    expect(b.js("document.querySelector('.results').hidden"), "Escape does not close")
    b.js("document.querySelector('.search input').value = ''")
    b.type("<img src=x> nothing")
    wait(b, "document.querySelector('.results p').textContent === 'No results'")
    b.js("document.querySelector('.search input').value = ''")
    b.type("glossary")
    b.press("ArrowDown", "Enter")
    wait(b, "location.pathname.endsWith('/glossary.html')")


def check_lists(b, page):
    """On a phone, buttons open both lists; Escape closes them, and so does an entry."""
    b.look(360, 800, "dark")
    b.open(page)
    for name in ("nav", "toc"):
        shown = "document.getElementById('%s').checkVisibility()" % name
        expect(not b.js(shown), name + " covers the page")
        b.js("document.querySelector('button[popovertarget=%s]').focus()" % name)
        b.press("Enter")
        expect(b.js(shown), name + " does not open")
        expect(not b.js(TOO_WIDE) and not b.js(CONTRAST)[1], "%s: %s" % (name, b.js(CONTRAST)[1]))
        b.press("Escape")
        expect(not b.js(shown), name + " does not close")
    b.press("Enter")
    b.js("document.querySelector('#toc a').click()")
    wait(b, "!document.getElementById('toc').checkVisibility()")
    # The list of a long page follows the reading.
    b.look(1280, 800, "light")
    b.open(page)
    b.js("location.hash = document.querySelector('#toc li:nth-child(3) a').hash")
    wait(b, "document.querySelector('#toc [aria-current]').closest('li') === document.querySelector('#toc li:nth-child(3)')")


def main():
    site, only = sys.argv[2], sys.argv[3:]
    pages = sorted(n for n in os.listdir(site) if n.endswith(".html") and (not only or n in only))
    failed = 0
    with Browser() as b:
        checks = [(check_page, p) for p in pages]
        checks += [(check_tab, "guide.html"), (check_search, "guide.html"), (check_lists, "guide.html")]
        for check, page in checks:
            try:
                check(b, os.path.join(site, page))
                expect(not b.complaints(), "complaints: %s" % b.complaints())
            except Failed as e:
                print("%s: %s" % (page, e))
                failed += 1
    print("%d pages" % len(pages))
    return 1 if failed else 0


sys.exit(main())
