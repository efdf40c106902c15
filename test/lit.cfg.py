# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What the tests may use; test/README.md explains it.
import glob
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bpfld_lit

config.name = "bpfld"
config.test_source_root = os.path.join(config.source_dir, "test")
config.test_exec_root = config.exec_dir
config.test_format = bpfld_lit.ShTest()
config.suffixes = [".test", ".s", ".c", ".ll"]
config.excludes = ["Inputs", "bpfrun.c", "dynrun.c", "open_linked.c"]


def tool(name, command):
    """%name stands for command."""
    config.substitutions.append((r"%%%s(?![\w-])" % re.escape(name), command))


programs = os.path.join(config.exec_dir, "bin")
# scripts/test.sh --valgrind: tests see no difference, but for the report that makes one fail.
config.valgrind = "BPFLD_VALGRIND" in os.environ
ld_bpf = config.ld_bpf or "ld.bpf-was-not-built"
if config.valgrind:
    ld_bpf = bpfld_lit.under_valgrind(ld_bpf, os.path.join(config.exec_dir, "valgrind"))
tool("ld.bpf", ld_bpf)
tool("ld.lib", ld_bpf + " --no-warn=no-program")
tool("hook", config.hook_dir)
tool("unit", os.path.join(programs, "unit"))
tool("fuzz", os.path.join(programs, "fuzz"))
tool("bpfrun", os.path.join(programs, "bpfrun"))
tool("linkrun", os.path.join(programs, "linkrun"))
tool("dynrun", os.path.join(programs, "dynrun"))
tool("bpftool", config.bpftool)
tool("src", config.source_dir)
tool("build", config.build_dir)
tool("version", config.version)
# For what is costly to make and the same for every build: kept, and shared by the build folders.
cache = os.environ.get("BPFLD_CACHE", os.path.join(config.source_dir, "build-cache"))
tool("cache", cache)
tool("bpfld", config.bpfld)
tool("guest", "%s/llvm-plugin/guest/guest --cache %s --tmp guest" % (
    config.source_dir, os.path.join(cache, "kernels")))
tool("static_lib", config.static_lib)
tool("static_libs", config.static_libs)
tool("shared_lib", config.shared_lib)
tool("compat_shared_lib", config.compat_shared_lib)
tool("loader_shared_lib", config.loader_shared_lib)
tool("clang-format", config.clang_format)
tool("cc", ("%s %s" % (config.cc, config.test_cflags)).strip())
tool("cxx", ("%s %s" % (config.cxx, config.test_cflags)).strip())
btf_inputs = os.path.join(config.test_source_root, "btf", "Inputs")
tool("mc", "llvm-mc -triple=bpfel -filetype=obj -I " + btf_inputs)
tool("dump", "%s %s" % (sys.executable, os.path.join(btf_inputs, "dump.py")))
tool("python", sys.executable)

# Each clang on the machine, from release 14 on; and those with a module for link-time optimisation.
clangs = {n: path for n in range(14, 100) for path in [shutil.which("clang-%d" % n)] if path}
if not clangs:
    lit_config.fatal("no clang of release 14 or later (Debian: clang-N)")


def compilers(prefix, feature, releases):
    """%clang, %clang-oldest, ...: the compilers of these releases; %newest, ...: the releases.

    Returns the newest compiler.
    """
    if not releases:
        return None
    tool(prefix + "clang", clangs[releases[-1]])
    tool(prefix + "clang-oldest", clangs[releases[0]])
    tool(prefix + "clangs", " ".join(clangs[n] for n in releases))
    tool(prefix + "newest", str(releases[-1]))
    tool(prefix + "oldest", str(releases[0]))
    tool(prefix + "each", " ".join(map(str, releases)))
    tool(prefix + "between", " ".join(map(str, releases[1:-1])))
    config.available_features.add(feature)
    config.available_features.update(prefix + str(n) for n in releases)
    if len(releases) > 1:
        config.available_features.add(feature + "s")
    if len(releases) > 2:
        config.available_features.add(prefix + "between")
    return clangs[releases[-1]]


config.newest_clang = compilers("", "clang", sorted(clangs))
config.lto_clang = compilers("lto-", "lto", sorted(set(clangs).intersection(config.lto_releases)))
# The sources of the kernel's selftests: Debian's package linux-source-VERSION, the newest that is there.
sources = [re.search(r"-([0-9]+)\.([0-9]+)\.tar", path).groups()
           for path in glob.glob("/usr/src/linux-source-[0-9]*.[0-9]*.tar.xz")]
if sources and os.path.exists("/sys/kernel/btf/vmlinux"):
    config.available_features.add("kernel-selftests")
    tool("linux", "%s.%s" % max(sources, key=lambda v: [int(n) for n in v]))

if os.path.exists(config.bpf_gcc):
    config.available_features.add("gcc-bpf")
    tool("bpf-gcc", config.bpf_gcc)
if os.path.exists(config.clang_format):
    config.available_features.add("clang-format")
for feature, names in (("pandoc", ["pandoc"]), ("mandoc", ["mandoc"]),
                       ("chromium", ["chromium-headless-shell", "chromium", "chromium-browser"])):
    if any(map(shutil.which, names)):
        config.available_features.add(feature)
config.available_features.update(set(config.codecs) & {"zlib", "zstd"})
if "address" in config.sanitize:
    config.available_features.add("asan")
if os.geteuid() == 0:
    config.available_features.add("root")
# private-mounts: mounts that nobody else sees; where a chroot's root is no mount, unshare refuses.
# pty: a terminal to write to; a container may have no /dev/pts.
for feature, probe in (("private-mounts", ["unshare", "-m", "true"]), ("pty", ["script", "-qec", "true", "/dev/null"])):
    if shutil.which(probe[0]) and subprocess.run(
            probe, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            check=False).returncode == 0:
        config.available_features.add(feature)
# kfuncs: the kernel has kernel functions for iterators (Linux 6.4 and later).
try:
    with open("/sys/kernel/btf/vmlinux", "rb") as f:
        if b"\0bpf_iter_num_new\0" in f.read():
            config.available_features.add("kfuncs")
except OSError:
    pass
reason = bpfld_lit.bpf_load_error()
if reason is None:
    config.available_features.add("bpf-load")
else:
    lit_config.note("no bpf-load: the kernel refuses a trivial program: %s" % reason)

config.time_limit = None
# Longer than any test takes; with it, a loop is a failure. lit needs psutil for that.
try:
    import psutil
    config.time_limit = 1800 if "BPFLD_FULL" in os.environ else 600
    # Since LLVM 23 it is of the configuration.
    owner = config if hasattr(config, "maxIndividualTestTime") else lit_config
    owner.maxIndividualTestTime = config.time_limit
except ImportError:
    pass

env = config.environment
env["PATH"] = os.pathsep.join([config.tools_dir, "/usr/local/sbin", "/usr/local/bin",
                               "/usr/sbin", "/usr/bin", "/sbin", "/bin"])
env["LC_ALL"] = "C.UTF-8"
env["TERM"] = "dumb"
for name in ("HOME", "TMPDIR", "BPFLD_FULL", "CI"):
    if name in os.environ:
        env[name] = os.environ[name]
if "BPFLD_FULL" in os.environ:
    config.available_features.add("full")
