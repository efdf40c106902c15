# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""cycles.py DIRECTORY...: prints each cycle of calls between the object files of a directory.

Exit status 1 if there is one, or if a directory has no object files.
"""
import os
import subprocess
import sys


def symbols(path):
    """The global symbols that an object file defines, and those that it refers to."""
    lines = subprocess.run(["nm", "-g", path], check=True, capture_output=True, text=True).stdout.splitlines()
    words = [line.split()[-2:] for line in lines]
    return {w[1] for w in words if w[0] != "U"}, {w[1] for w in words if w[0] == "U"}


def find_cycle(graph):
    """The files of one cycle, or None."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        path.append(node)
        for other in sorted(graph[node]):
            cycle = visit(other)
            if cycle:
                return cycle
        done.add(path.pop())
        return None

    for node in sorted(graph):
        cycle = visit(node)
        if cycle:
            return cycle
    return None


def main():
    status = 0
    for directory in sys.argv[1:]:
        files = {name[:-len(".o")]: symbols(os.path.join(directory, name))
                 for name in os.listdir(directory) if name.endswith(".c.o")}
        graph = {name: {other for other in files if other != name and files[other][0] & uses}
                 for name, (_, uses) in files.items()}
        cycle = find_cycle(graph)
        if not files or cycle:
            status = 1
            print("%s: %s" % (directory, " -> ".join(cycle) if cycle else "no object files"))
    return status


sys.exit(main())
