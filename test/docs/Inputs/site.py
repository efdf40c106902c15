# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""site.py SITE SOURCES: prints what is wrong with the manual in SITE: links and results of search that lead
nowhere, ids that are not unique, pages that are not in the navigation, diagnostics and options without an
anchor, and what is loaded from elsewhere. Exit status 1 if there is anything."""
import glob
import html.parser
import json
import os
import re
import sys


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.loaded, self.nav, self.current = [], [], [], [], []
        self.in_nav = False
        with open(path, encoding="utf-8") as f:
            self.feed(f.read())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "nav":
            self.in_nav = attrs.get("id") == "nav"
        if tag == "a" and "href" in attrs:
            self.links.append(attrs["href"])
            if self.in_nav:
                self.nav.append(attrs["href"])
                if "aria-current" in attrs:
                    self.current.append(attrs["href"])
        for name in ("src", "data", "srcset", "poster"):
            if name in attrs:
                self.loaded.append(attrs[name])
        if tag == "link":
            self.loaded.append(attrs["href"])

    def handle_endtag(self, tag):
        self.in_nav = self.in_nav and tag != "nav"


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as f:
        return f.read()


def check_links(pages, files):
    for name, page in pages.items():
        for link in page.links:
            target, _, place = link.partition("#")
            target = target or name
            if re.match(r"[a-z]+:", link) or target in files and (not place or place in pages[target].ids):
                continue
            yield "%s: %s leads nowhere" % (name, link)
        for file in page.loaded:
            if file not in files:
                yield "%s: loads %s" % (name, file)
        for i in sorted(i for i in set(page.ids) if page.ids.count(i) > 1):
            yield "%s: id %s is not unique" % (name, i)


def check_navigation(pages):
    for name, page in pages.items():
        if sorted(page.nav) != sorted(pages):
            yield "%s: navigation differs: %s" % (name, " ".join(sorted(set(page.nav) ^ set(pages))) or "twice")
        if page.current != [name]:
            yield "%s: the current page is %s" % (name, page.current)
        if len(re.findall(r'href="#', page.text)) > 1 and "toc" not in page.ids:
            yield "%s: no contents" % name


def check_search(pages, site):
    entries = json.loads(re.fullmatch(r"searchIndex\((\[.*)\]\)\n", read(site, "search-index.js"), re.S)
                         .group(1).rstrip(",\n") + "]")
    for page, place, title, _ in entries:
        if page not in pages or place and place not in pages[page].ids or not title:
            yield "search-index.js: %s#%s leads nowhere" % (page, place)
    for name in sorted(set(pages) - {e[0] for e in entries}):
        yield "search-index.js: has nothing of %s" % name


def check_anchors(pages, sources):
    for i in re.findall(r"^## `(.+)`$", read(sources, "docs/diagnostics.md"), re.M):
        if i not in pages["diagnostics.html"].ids:
            yield "diagnostics.html: no anchor for %s" % i
    for page, table in (("ld.bpf.1.html", "ld/options.def"), ("bpfld.1.html", "bpfld/options.def")):
        text = read(sources, "llvm-plugin", table)
        names = re.findall(r'^(?:OPT|NOOP)\((?:\w+, )?(?:0|\'.\'), "([^"]+)"', text, re.M)
        names += re.findall(r"^(?:OPT|NOOP)\((?:\w+, )?'(.)'", text, re.M)
        ids = {re.sub("^-*", "", i) for i in pages[page].ids if i.startswith("-")}
        for option in sorted(o for o in set(names) if o not in ids):
            yield "%s: no anchor for option %s" % (page, option)
        if len(names) < 10:
            yield "%s: no options in %s" % (page, table)


def main():
    site, sources = sys.argv[1:]
    files = set(os.listdir(site))
    pages = {}
    for path in sorted(glob.glob(os.path.join(site, "*.html"))):
        name = os.path.basename(path)
        pages[name] = Page(path)
        pages[name].text = read(path)
    found = [*check_links(pages, files), *check_navigation(pages), *check_search(pages, site),
             *check_anchors(pages, sources)]
    print("\n".join(found) or "%d pages" % len(pages))
    return 1 if found else 0


sys.exit(main())
