# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""interrupt.py BPFLD random N | calls SIGNAL load|unload

Ends `bpfld` by a signal, and looks at what is left on the BPF file system "fs". random: loads, each
ended by SIGINT or SIGTERM after a random part of the time that a load takes, N times. calls: at each
of the system calls from the first one that changes the file system on. What a signal other than
SIGKILL leaves is all of what was loaded or nothing, not even a directory; what SIGKILL leaves is no
obstacle to the next load or unload, and goes with it.
"""
import os
import random
import re
import signal
import subprocess
import sys
import time

# LeakSanitizer does not work under strace.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
bpfld, mode = sys.argv[1:3]
load = [bpfld, "load", "--root=fs/pins", "-a", "app.o"]
unload = [bpfld, "unload", "--root=fs/pins", "app"]
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def pins():
    return sorted(os.path.join(d, n) for d, dirs, files in os.walk("fs") for n in dirs + files)


def run(command):
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stderr.decode()


def must(command, what):
    status, errors = run(command)
    assert status == 0, (what, command, errors)


empty = pins()
must(load, "first")
whole = pins()
must(unload, "first")
assert pins() == empty and len(whole) > len(empty) + 6, (empty, whole)
seen = {"whole": 0, "nothing": 0, "half": 0}


def note():
    found = pins()
    what = "whole" if found == whole else "nothing" if found == empty else "half"
    seen[what] += 1
    return what


def after(what, killed, unloading):
    """Checks what is left, and removes it."""
    state = note()
    if not killed:
        assert state != "half", (what, pins())
    left = any(p.startswith("fs/pins/~/") for p in pins())
    listed = subprocess.run([bpfld, "ls", "--root=fs/pins"], capture_output=True, text=True, check=False)
    assert listed.returncode == 0 and ("[unfinished-change]" in listed.stderr) == left, (what, listed)
    # One of the two ways to go on, in turn.
    if state == "half" and (seen["half"] % 2 or unloading):
        # By a load that had published its pins, or an unload that had not begun.
        published = set(whole) <= set(pins())
        status, errors = run(load)
        assert (status != 0) == published, (what, status, errors)
        assert not published or "is already loaded" in errors, (what, errors)
        assert set(pins()) - {"fs/pins/~"} == set(whole), (what, pins())
        state = "whole"
    if state == "half":
        run(unload)
    elif state == "whole":
        must(unload, what)
    assert pins() == empty, (what, pins())


if mode == "random":
    start = time.monotonic()
    for _ in range(5):
        must(load, "timing")
        must(unload, "timing")
    took = (time.monotonic() - start) / 10
    random.seed(1)
    for i in range(int(sys.argv[3])):
        process = subprocess.Popen(load, **quiet)
        time.sleep(random.uniform(0, 1.5 * took))
        process.send_signal(random.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP]))
        process.wait()
        after("random %d" % i, False, False)
else:
    name, command = sys.argv[3], load if sys.argv[4] == "load" else unload
    if command is unload:
        must(load, "before")
    must(["strace", "-o", "log", "-qq"] + command, "trace")
    if command is load:
        must(unload, "after")
    calls = [re.split(r"[( ]", line)[0] for line in open("log") if re.match(r"[a-z0-9_]+\(", line)]
    first = calls.index("mkdirat")
    # All that change something, and as many of the others.
    changes = [i for i in range(first - 1, len(calls))
               if calls[i] in ("mkdirat", "unlinkat", "renameat2", "flock", "bpf", "rt_sigprocmask")]
    random.seed(1)
    others = random.sample(range(first - 1, len(calls)), min(len(changes), len(calls) - first))
    for i in sorted(set(changes + others)):
        if command is unload:
            must(load, "before")
        # strace counts the calls of each name.
        when = calls[:i + 1].count(calls[i])
        subprocess.run(["strace", "-o", "/dev/null", "-qq", "-e", "inject=%s:signal=%s:when=%d" % (
            calls[i], name, when)] + command, check=False, **quiet)
        after("%s at %s %d" % (name, calls[i], when), name == "SIGKILL", command is unload)
    assert name != "SIGKILL" or seen["half"] > 5, seen
assert seen["whole"] and seen["nothing"], seen
print(seen)
