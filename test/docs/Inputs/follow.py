# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""follow.py [--root] [--marked] PAGE...: does what pages tell their reader to do, in the current folder.

The info string of a fenced block says what it is for:

    ```c NAME       a file of that name (any language, any name with a dot); above it stands `NAME`:
                    as the info string is not shown
    ```sh run       commands, which succeed; variables that they export stay
    ```sh fails     commands, of which the last fails
    ```sh root      commands that load programs or install something: done with --root only
    ```sh in FILE   commands that the repository's FILE tries (test/tidy holds it to that)
    ```text prints  what the commands before it print, with `...` for any number of lines

A block of shell without one of these words is an error, or with --marked passed over; a page
without any commands is an error always. Exit status 1 at the first thing that is not as the page
says.
"""
import os
import re
import subprocess
import sys

FENCE = re.compile(r"^```(.*)$")


def blocks(path):
    """Each fenced block: its line, the words of its info string, its text, the line above it."""
    start, info, text, above = 0, None, [], ""
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            fence = FENCE.match(line)
            if fence and info is None:
                start, info, text = number, fence.group(1).split(), []
            elif fence:
                yield start, info, "".join(text), above
                info = None
            elif info is None:
                above = line.strip() or above
            else:
                text.append(line)


def matches(wanted, printed):
    """Whether lines are as wanted, where a line of `...` stands for any."""
    pattern = "".join("(?:.*\n)*?" if line == "..." else re.escape(line) + "\n"
                      for line in wanted.splitlines())
    return re.fullmatch(pattern, printed) is not None


class Failure(Exception):
    pass


def run(text, mode):
    script = "[ ! -e .exports ] || . ./.exports\nset -e\n%s\n" % text
    if mode == "run":
        script += "export -p >.exports\n"
    done = subprocess.run(["bash", "-c", script], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    printed = done.stdout.decode(errors="replace")
    if (done.returncode != 0) != (mode == "fails"):
        raise Failure("exit status %d of\n%s%s" % (done.returncode, text, printed))
    return printed


def follow(path, root, marked):
    commands, printed = 0, None
    for line, info, text, above in blocks(path):
        language, word = (info + ["", ""])[:2]
        try:
            if language == "sh" and (word or not marked):
                if word not in ("run", "fails", "root", "in"):
                    raise Failure("commands that nobody runs")
                done = word in ("run", "fails") or root and word == "root"
                commands += word != "in"
                printed = run(text, word) if done else None
            elif word == "prints":
                if printed is not None and not matches(text, printed):
                    raise Failure("printed was\n" + printed)
            elif "." in word or word == "Makefile":
                if above != "`%s`:" % word:
                    raise Failure("nothing tells the reader that this is " + word)
                os.makedirs(os.path.dirname(word) or ".", exist_ok=True)
                with open(word, "w", encoding="utf-8") as f:
                    f.write(text)
        except Failure as failure:
            sys.exit("%s:%d: %s" % (path, line, failure))
    if not commands:
        sys.exit("%s: no commands" % path)


def main():
    options = [arg for arg in sys.argv[1:] if arg.startswith("--")]
    for page in sys.argv[1:]:
        if page not in options:
            follow(page, "--root" in options, "--marked" in options)


main()
