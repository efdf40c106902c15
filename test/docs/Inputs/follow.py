# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""follow.py [--root] [--marked] PAGE...: runs the commands of pages, in the current directory.

The info string of a fenced block is its purpose:

    ```c NAME         a file of that name (any language, any name with a dot), under the line `NAME`:
                      since the info string is not shown
    ```sh run         commands that succeed; variables that they export are kept
    ```sh fails       commands, of which the last fails
    ```sh root        commands that load programs or install something: only run with --root
    ```sh in FILE     commands that FILE of the repository runs (test/tidy checks this)
    ```text prints    what the commands before it print, with `...` for any number of lines
    ```console run    a terminal: each command after `$ `, followed by what it prints
    ```console fails  the same; the last command fails
    ```console root   the same as run, with --root only

With the word `roughly` at the end, numbers and the width of gaps may differ from those on the page.

A block of shell without such a purpose is an error, or ignored with --marked; a page without any commands is
always an error. Exits with status 1 at the first difference from the page.
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


def rough(text):
    """The text without its numbers, and with single spaces."""
    return re.sub(r"[ \t]+", " ", re.sub(r"\b([0-9][\w.,+~-]*|[0-9a-f]{16})", "0", text))


def matches(wanted, printed, roughly):
    """Whether lines are as wanted, where a line of `...` matches any number of lines."""
    if roughly:
        wanted, printed = rough(wanted), rough(printed)
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


def run_console(text, word, roughly):
    """Runs the commands of a terminal, and compares what each prints. Returns how many there are."""
    steps = [step.partition("\n") for step in re.split(r"^\$ ", text, flags=re.M)]
    if steps.pop(0)[0] or not steps:
        raise Failure("a terminal begins with '$ '")
    for number, (command, _, wanted) in enumerate(steps, 1):
        while command.endswith("\\"):
            more, _, wanted = wanted.partition("\n")
            command += "\n" + more
        printed = run(command, "fails" if word == "fails" and number == len(steps) else "run")
        if not matches(wanted, printed, roughly):
            raise Failure("%s\nprinted\n%s" % (command, printed))
    return len(steps)


def follow(path, root, marked):
    commands, printed = 0, None
    for line, info, text, above in blocks(path):
        language, word = (info + ["", ""])[:2]
        roughly = info[-1:] == ["roughly"]
        try:
            if language == "console":
                if word not in ("run", "fails", "root"):
                    raise Failure("commands that nobody runs")
                if word != "root" or root:
                    commands += run_console(text, word, roughly)
            elif language == "sh" and (word or not marked):
                if word not in ("run", "fails", "root", "in"):
                    raise Failure("commands that nobody runs")
                done = word in ("run", "fails") or root and word == "root"
                commands += word != "in"
                printed = run(text, word) if done else None
            elif word == "prints":
                if printed is not None and not matches(text, printed, roughly):
                    raise Failure("printed was\n" + printed)
            elif "." in word or word == "Makefile":
                if above != "`%s`:" % word:
                    raise Failure("the page does not show the name of this file: " + word)
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
