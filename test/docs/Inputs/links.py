# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""links.py FOLDER PAGE...: prints each link of the folder's HTML that leads nowhere, and each of the pages
that another one does not list. Exit status 1 if there is one."""
import html.parser
import os
import sys


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.ids, self.links = set(), []
        with open(path, encoding="utf-8") as f:
            self.feed(f.read())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids.add(attrs["id"])
        if tag in ("a", "link") and "href" in attrs:
            self.links.append(attrs["href"])
        if tag == "img":
            self.links.append(attrs["src"])


def main():
    folder, wanted = sys.argv[1], sys.argv[2:]
    files = set(os.listdir(folder))
    pages = {f: Page(os.path.join(folder, f)) for f in sorted(files) if f.endswith(".html")}
    found = []
    for name, page in pages.items():
        for link in page.links:
            target, _, place = link.partition("#")
            target = target or name
            if ":" in link or target in files and (not place or place in pages[target].ids):
                continue
            found.append("%s: %s leads nowhere" % (name, link))
        # Manual pages have no list.
        if name in wanted:
            found += ["%s does not list %s" % (name, w) for w in wanted if w not in page.links]
    print("\n".join(found))
    return 1 if found else 0


sys.exit(main())
