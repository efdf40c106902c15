# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs links in which one call after the other fails.

faults.py LD --shim GROUP SHIM CASE...    the calls of a group of shim.c
faults.py LD --strace CASE...             system calls, as strace lets them fail: stdio's, too

A link whose N-th call fails either does not need it, and makes just what it makes otherwise, or it
ends with status 1 and a message, what was there is as it was, and there is no file that wasn't.
"""
import os
import shutil
import signal
import subprocess
import sys

LINK = ["a.o", "b.o", "-o", "out.o"]
# name: (arguments, files that it writes)
CASES = {
    "link": (LINK + ["--verify"], ["out.o"]),
    "archive": (["a.o", "-L.", "-lb", "-o", "out.o"], ["out.o"]),
    "response-file": (["@response"], ["out.o"]),
    "map": (LINK + ["-Map=out.map", "--cref", "--dependency-file=out.d"],
            ["out.o", "out.map", "out.d"]),
    "report": (LINK + ["--report=out.html", "--report=out.json"], ["out.o", "out.html", "out.json"]),
    "texts": (LINK + ["--localize=globs", "--print-stats", "--why-extract=out.why", "-t"],
              ["out.o", "out.why"]),
    "reproduce": (LINK + ["--reproduce=out.tar"], ["out.o", "out.tar"]),
    "threads": (["big.o", "a.o", "b.o", "-o", "out.o", "--threads=4"], ["out.o"]),
    "zlib": (["zlib.o", "b.o", "--compress-debug-sections=zlib", "-o", "out.o"], ["out.o"]),
    "zstd": (["zstd.o", "b.o", "--compress-debug-sections=zstd", "-o", "out.o"], ["out.o"]),
    "lto": (["bitcode.o", "a.o", "-o", "out.o"], ["out.o"]),
}
# Written before the link, on purpose: it is for links that crash.
BEFORE = {"out.tar"}
SYSTEM_CALLS = {
    "open": "EACCES", "openat": "EACCES", "read": "EIO", "pread64": "EIO", "write": "ENOSPC",
    "writev": "ENOSPC",
    # Not brk: it fails by returning the old break, which strace cannot imitate.
    "mmap": "ENOMEM", "munmap": "ENOMEM", "rename": "EIO", "renameat2": "EIO",
    "fchmod": "EPERM", "fstat": "EIO", "newfstatat": "EIO", "close": "EIO", "access": "EIO",
    "faccessat2": "EIO", "readlink": "EIO", "getcwd": "ENOMEM", "madvise": "ENOMEM", "clone": "EAGAIN",
    "clone3": "EAGAIN", "fork": "EAGAIN", "wait4": "EINTR", "memfd_create": "EMFILE",
    "lseek": "EIO", "ioctl": "EIO", "rt_sigaction": "EINVAL", "rt_sigprocmask": "EINVAL",
    "prlimit64": "EPERM",
}


def read(path):
    with open(path, "rb") as f:
        return f.read()


def listing():
    return sorted(os.listdir("."))


class Case:
    def __init__(self, name, ld):
        self.name = name
        self.args, self.files = CASES[name]
        self.command = [ld, "--no-warn=renamed-static-map"] + self.args
        self.folder = "in-" + name
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree("inputs", self.folder)
        os.chdir(self.folder)
        subprocess.run(self.command, check=True, stdout=subprocess.PIPE)
        self.good = {f: read(f) for f in self.files}
        for f in self.files:
            os.remove(f)
        os.chdir("..")
        self.runs = self.failures = 0

    def run(self, prefix, env, old, log):
        """One link; what is wrong with it, or None. old: files that are there before."""
        os.chdir(self.folder)
        for f in self.files:
            if f in old:
                with open(f, "w") as out:
                    out.write("old\n")
        before = listing()
        run = subprocess.run(prefix + self.command, env=env, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        wrong = self.judge(run, old, before)
        for f in listing():
            if f not in before or f in self.files:
                os.remove(f)
        os.chdir("..")
        self.runs += 1
        self.failures += run.returncode == 1
        if wrong:
            print("%s, %s, %s: %s; status %d\n%s" % (
                self.name, " ".join(log), "old files" if old else "no files", wrong, run.returncode,
                run.stderr.decode(errors="replace")[:2000]))
        return bool(wrong)

    def judge(self, run, old, before):
        said, after = run.stderr.decode(errors="replace"), listing()
        if run.returncode == 0:
            for f in self.files:
                if f not in after or not self.is_good(f):
                    return f + " is not what it is to be"
            extra = set(after) - set(before) - set(self.files)
            return "left " + " ".join(extra) if extra else None
        if run.returncode != 1 and self.starting:
            return None
        if run.returncode != 1:
            return "neither 0 nor 1"
        if "error: " not in said and not self.mute:
            return "no message"
        for f in self.files:
            if f in BEFORE:
                if f in after and not read(f).endswith((b"old\n", bytes(1024))):
                    return f + " is cut off"
            elif f in old and (f not in after or read(f) != b"old\n"):
                # Where no call works any more nothing can be taken back.
                if f == "out.o" or not self.for_good:
                    return f + " is not as it was"
        extra = set(after) - set(before) - BEFORE
        return "left " + " ".join(extra) if extra else None

    def is_good(self, f):
        if f in BEFORE and self.lenient:  # its folders' names, for example, can't be looked up
            return read(f).endswith(bytes(1024))
        return read(f) == self.good[f]

    mute = False  # standard error itself is what fails
    for_good = False  # all later calls fail, too
    lenient = False
    starting = False  # the dynamic loader is at work, or the C library before main()


def with_shim(case, group, shim):
    """Lets each call of a group fail until there is none to fail."""
    bad, n, done = 0, 0, False
    while not done and bad < 5:
        n += 1
        for old, stays in ((), False), (case.files, False), (case.files, True):
            log = os.path.abspath("fault-log")
            if os.path.exists(log):
                os.remove(log)
            env = dict(os.environ, LD_PRELOAD=os.path.abspath(shim), FAULT_GROUP=group,
                       FAULT_AT=str(n), FAULT_LOG=log)
            if stays:
                env["FAULT_STAYS"] = "1"
            if os.environ.get("ASAN_OPTIONS") is not None:
                env["ASAN_OPTIONS"] += ":verify_asan_link_order=0:allocator_may_return_null=1"
            case.mute = case.for_good = stays and group == "files"
            case.lenient = group == "files"
            wrong = case.run([], env, old, [group, "from" if stays else "at", str(n)])
            if not os.path.exists(log):
                done = True
                break
            if wrong:
                print(">>> the call that failed: " + read(log).decode().strip())
            bad += wrong
    return bad, n - 1


def count_at_start(ld, call, log):
    subprocess.run(["strace", "-qq", "-o", log, "-e", "trace=" + call, ld, "--version"], check=True,
                   stdout=subprocess.DEVNULL)
    return len(read(log).splitlines())


def with_strace(case):
    """The same with each system call, by its number among those of its kind."""
    bad, faults = 0, 0
    log = os.path.abspath("strace-log")
    known = [c for c in SYSTEM_CALLS if subprocess.run(
        ["strace", "-qq", "-o", "/dev/null", "-e", "trace=" + c, "true"],
        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode == 0]
    for call in known:
        n, at_start = 0, count_at_start(case.command[0], call, log)
        while bad < 5:
            n += 1
            prefix = ["strace", "-f", "-qq", "-o", log, "-e", "trace=" + call,
                      "-e", "inject=%s:error=%s:when=%d" % (call, SYSTEM_CALLS[call], n)]
            case.mute = call == "write"
            case.lenient, case.starting = True, n <= at_start
            # What scripts/coverage.sh counts would be cut off by a failing write, too.
            env = dict(os.environ, GCOV_PREFIX=os.path.abspath("counted"))
            bad += case.run(prefix, env, case.files, [call, str(n)])
            if b"(INJECTED)" not in read(log):
                break
            faults += 1
    return bad, faults


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    ld, how = sys.argv[1:3]
    names = sys.argv[5:] if how == "--shim" else sys.argv[3:]
    failed = 0
    for name in names:
        case = Case(name, ld)
        bad, faults = with_shim(case, *sys.argv[3:5]) if how == "--shim" else with_strace(case)
        print("%s: %d faults, %d runs, %d of them failed" % (name, faults, case.runs, case.failures),
              flush=True)
        failed |= bad
    return bool(failed)


sys.exit(main())
