# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lit formats and probes. A module of its own, as lit hands formats to its worker processes."""
import ctypes
import glob
import os
import platform
import re
import shutil
import subprocess

import lit.Test
import lit.TestRunner
from lit.formats.base import FileBasedTest


def fresh_dir(test):
    """Removes what an earlier run of the test left; makes the empty folder that it runs in."""
    _, base = lit.TestRunner.getTempPaths(test)
    for old in glob.glob(glob.escape(base) + ".*"):
        if os.path.isdir(old) and not os.path.islink(old):
            shutil.rmtree(old)
        else:
            os.remove(old)
    os.makedirs(base + ".dir")
    return base + ".dir"


def watch_sanitizers(test):
    """Sends the reports of sanitizers to files: a test may well expect a failure, but not theirs."""
    env, path = test.config.environment, lit.TestRunner.getTempPaths(test)[1] + ".sanitizer"
    if test.config.valgrind:
        env["VALGRIND_OPTS"] = "--leak-check=no --log-file=%s.%%p --suppressions=%s" % (
            path, os.path.join(test.config.test_source_root, "valgrind.supp"))
    if test.config.sanitize:
        options = "log_path=%s:abort_on_error=1" % path
        env["ASAN_OPTIONS"] = env["TSAN_OPTIONS"] = options
        env["UBSAN_OPTIONS"] = options + ":print_stacktrace=1"


def under_valgrind(program, folder):
    """A program that runs another under valgrind: tests may take it for one word."""
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, os.path.basename(program))
    with open(path, "w", encoding="utf-8") as f:
        f.write("#!/bin/sh\nexec valgrind -q '%s' \"$@\"\n" % program)
    os.chmod(path, 0o755)
    return path


def with_sanitizers(test, result):
    """The test's result, or a failure if a sanitizer had something to report."""
    reports = glob.glob(glob.escape(lit.TestRunner.getTempPaths(test)[1]) + ".sanitizer.*")
    reports = [r for r in reports if os.path.getsize(r)]
    if not reports:
        return result
    text = result.output
    for report in reports:
        with open(report, encoding="utf-8", errors="replace") as f:
            text += "\n" + f.read()
    return lit.Test.Result(lit.Test.FAIL, text)


def with_skips(result):
    """What ended with status 77 after "skipped: REASON" is unsupported, for that reason."""
    reason = re.search(r"^skipped: (.*)", result.output, re.M)
    if result.code.isFailure and reason and re.search(r"^Exit Code: 77$", result.output, re.M):
        return lit.Test.Result(lit.Test.UNSUPPORTED, reason.group(1))
    return result


class ShTest(FileBasedTest):
    """RUN lines, run by bash in an empty directory of the test's own; %t is a free name next to it."""

    def execute(self, test, lit_config):
        # lit itself does not miss the RUN lines once there is a preamble.
        with open(test.getSourcePath(), "rb") as f:
            if b"RUN:" not in f.read():
                return lit.Test.Result(lit.Test.UNRESOLVED, "no RUN: line")
        folder = fresh_dir(test)
        watch_sanitizers(test)
        result = lit.TestRunner.executeShTest(test, lit_config, True, [], ["cd '%s'" % folder])
        return with_sanitizers(test, with_skips(result))


class UnitTest(FileBasedTest):
    """Each .c file was built into a program; exit status 0 is a pass."""

    def __init__(self, programs):
        self.programs = programs

    def execute(self, test, lit_config):
        name = os.path.splitext(os.path.basename(test.getSourcePath()))[0]
        folder = fresh_dir(test)
        watch_sanitizers(test)
        run = subprocess.run([os.path.join(self.programs, name)], cwd=folder,
                             env=test.config.environment, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             timeout=test.config.time_limit)
        output = run.stdout.decode(errors="replace") + "exit status %d\n" % run.returncode
        return with_sanitizers(test, lit.Test.Result(
            lit.Test.FAIL if run.returncode else lit.Test.PASS, output))


def bpf_load_error():
    """Loads `r0 = 0; exit` as a socket filter. None if the kernel took it, else why not."""
    nr = {"x86_64": 321, "aarch64": 280, "riscv64": 280, "s390x": 351, "ppc64le": 361}
    if platform.machine() not in nr:
        return "no bpf() system call number known for " + platform.machine()
    insns = ctypes.create_string_buffer(bytes.fromhex("b700000000000000" "9500000000000000"))
    text = ctypes.create_string_buffer(b"GPL")

    class Attr(ctypes.Structure):
        _fields_ = [("prog_type", ctypes.c_uint32), ("insn_cnt", ctypes.c_uint32),
                    ("insns", ctypes.c_uint64), ("license", ctypes.c_uint64),
                    ("rest", ctypes.c_uint8 * 104)]

    attr = Attr(1, 2, ctypes.addressof(insns), ctypes.addressof(text))
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.syscall(nr[platform.machine()], 5, ctypes.byref(attr), ctypes.sizeof(attr))
    if fd < 0:
        return os.strerror(ctypes.get_errno())
    os.close(fd)
    return None
