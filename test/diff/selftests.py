# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The kernel's BPF selftests as a corpus: fetch the sources, compile them, remember the result.

The sources come from Debian's linux-source packages and are never committed. What is compiled
is kept under the build directory by content: compiler, flags, source and headers.
"""

import glob
import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SELFTESTS = "tools/testing/selftests/bpf"
WANTED = (SELFTESTS + "/", "tools/include/", "tools/lib/bpf/", "scripts/bpf_doc.py",
          "include/uapi/", "tools/testing/selftests/")

# What the selftests' Makefile links from several objects, in both kernels.
SETS = {
    "test_static_linked": ["test_static_linked1", "test_static_linked2"],
    "linked_funcs": ["linked_funcs1", "linked_funcs2"],
    "linked_vars": ["linked_vars1", "linked_vars2"],
    "linked_maps": ["linked_maps1", "linked_maps2"],
    "test_subskeleton": ["test_subskeleton_lib2", "test_subskeleton_lib", "test_subskeleton"],
    "test_subskeleton_lib": ["test_subskeleton_lib2", "test_subskeleton_lib"],
    "test_usdt": ["test_usdt", "test_usdt_multispec"],
    "xsk_xdp_progs": ["xsk_xdp_progs"],
    "xdp_hw_metadata": ["xdp_hw_metadata"],
    "xdp_features": ["xdp_features"],
}


def clangs():
    """The clangs that are here, from release 14 on, oldest first."""
    return [c for c in (f"clang-{n}" for n in range(14, 100)) if shutil.which(c)]


def run(argv, timeout=120, **kw):
    return subprocess.run(argv, capture_output=True, text=True, timeout=timeout, check=False, **kw)


def sha(*parts):
    h = hashlib.sha256()
    for p in parts:
        h.update(p if isinstance(p, bytes) else str(p).encode())
        h.update(b"\0")
    return h.hexdigest()[:32]


def file_bytes(path):
    with open(path, "rb") as f:
        return f.read()


def write_atomic(path, data):
    """Several jobs may make the same file: each writes its own and renames it into place."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    fd, tmp = tempfile.mkstemp(dir=os.path.dirname(path))
    with os.fdopen(fd, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    os.replace(tmp, path)


def clean_tar(member, path):
    return tarfile.data_filter(member, path) if hasattr(tarfile, "data_filter") else member


class Kernel:
    """One kernel's selftests, unpacked and ready to compile."""

    def __init__(self, version, cache, bpftool):
        self.version, self.bpftool = version, bpftool
        self.root = os.path.join(cache, f"linux-source-{version}")
        self.dir = os.path.join(self.root, SELFTESTS)
        self.include = os.path.join(cache, "include", version)
        self.kernels = os.path.join(cache, "kernels")

    @staticmethod
    def versions():
        """Those whose sources are here, oldest first."""
        found = re.findall(r"linux-source-([0-9.]+)\.tar", " ".join(glob.glob("/usr/src/linux-source-*.tar.xz")))
        return sorted(found, key=lambda v: [int(n) for n in v.split(".")])

    @staticmethod
    def tarball(version):
        path = os.path.join("/usr/src", f"linux-source-{version}.tar.xz")
        return path if os.path.exists(path) else None

    def unpack(self):
        if os.path.exists(os.path.join(self.root, ".complete")):
            return
        parent = os.path.dirname(self.root)
        os.makedirs(parent, exist_ok=True)
        shutil.rmtree(self.root, ignore_errors=True)
        with tarfile.open(self.tarball(self.version)) as tar:
            for member in tar:
                inside = member.name.split("/", 1)[-1]
                if inside.startswith(WANTED) and (member.isfile() or member.issym()):
                    if "/testing/selftests/" in inside and not inside.startswith(SELFTESTS) \
                            and not inside.endswith((".h", ".mk")):
                        continue
                    tar.extract(clean_tar(member, parent), parent)
        open(os.path.join(self.root, ".complete"), "w").close()

    def prepare(self):
        """Headers that the selftests' Makefile generates or installs."""
        self.unpack()
        bpf = os.path.join(self.include, "bpf")
        os.makedirs(bpf, exist_ok=True)
        for header in glob.glob(os.path.join(self.root, "tools/lib/bpf/*.h")):
            shutil.copy(header, bpf)
        defs = run(["python3", os.path.join(self.root, "scripts/bpf_doc.py"), "--header",
                    "--file", os.path.join(self.root, "tools/include/uapi/linux/bpf.h")])
        write_atomic(os.path.join(bpf, "bpf_helper_defs.h"), defs.stdout)
        # gcc 12 calls a helper by an attribute only; for it the definitions are rewritten.
        for header in glob.glob(os.path.join(bpf, "*.h")):
            text = file_bytes(header).decode()
            if header.endswith("bpf_helper_defs.h"):
                text = re.sub(r"^static (.*)\(\* ?(?:const )?(\w+)\)\((.*)\) = \(void \*\) (\d+);",
                              r"\1 \2(\3) __attribute__((kernel_helper(\4)));", text, flags=re.M)
            write_atomic(os.path.join(self.include, "gcc", "bpf", os.path.basename(header)), text)
        write_atomic(os.path.join(self.include, "vmlinux.h"), self._vmlinux())
        self._read_makefile()
        self.headers = self._hash_headers()

    def _vmlinux(self):
        """The kernel's types; where no guest runs, those of the kernel that does."""
        script = os.path.join(os.path.dirname(HERE), "kernel", "vmlinux.sh")
        res = run(["bash", script, self.kernels, self.version], timeout=600)
        if res.returncode == 0:
            return file_bytes(res.stdout.strip())
        print(f"vmlinux.h of Linux {os.uname().release}, not {self.version}: {res.stderr.strip()}", flush=True)
        return run([self.bpftool, "btf", "dump", "file", "/sys/kernel/btf/vmlinux", "format", "c"]).stdout

    def _read_makefile(self):
        """Flags for single programs: lines such as `progs/NAME.c-CFLAGS := FLAGS`."""
        text = file_bytes(os.path.join(self.dir, "Makefile")).decode()
        self.flags = {m.group(1): m.group(2).split() for m in re.finditer(
            r"^progs/(\w+)\.c-CFLAGS\s*:?=\s*(.*)$", text, re.M)}

    def _hash_headers(self):
        h = hashlib.sha256()
        for top in (self.include, self.dir):
            for root, dirs, files in os.walk(top):
                dirs.sort()
                for f in sorted(files):
                    if not os.path.exists(os.path.join(root, f)):
                        continue  # a link to a file of the kernel proper
                    if f.endswith(".h") or (root.endswith("progs") and f.endswith(".c")):
                        # Some programs include other programs.
                        h.update(f.encode() + file_bytes(os.path.join(root, f)))
        return h.hexdigest()

    def programs(self):
        return sorted(os.path.basename(p)[:-2]
                      for p in glob.glob(os.path.join(self.dir, "progs", "*.c")))


class Compiler:
    """A clang, or Debian's gcc for BPF."""

    def __init__(self, path):
        self.path = path
        self.version = run([path, "--version"]).stdout.splitlines()[0]
        self.gcc = "clang" not in self.version
        self.name = ("gcc" if self.gcc else "clang") + re.search(
            r"(\d+)\.\d+\.\d+", self.version).group(1)
        self.system_includes = self._system_includes("cc" if self.gcc else path)

    @staticmethod
    def _system_includes(cc):
        """Headers of the host, after all others: asm/, gnu/stubs.h."""
        text = run([cc, "-v", "-E", "-x", "c", "/dev/null"]).stderr
        part = re.search(r"<\.\.\.> search starts here:\n(.*?)End of search list", text, re.S)
        return [a for d in part.group(1).split() if cc != "cc" or "/gcc/" not in d
                for a in ("-idirafter", d)]


class Corpus:
    def __init__(self, cache):
        self.cache = cache

    def flags(self, kernel, compiler, name, cpu, target):
        big = target == "bpfeb"
        flags = ["-w", "-O2", "-D__TARGET_ARCH_x86",
                 "-mbig-endian" if big else "-mlittle-endian",
                 "-std=gnu11", "-fno-strict-aliasing", "-fms-extensions",
                 "-I" + os.path.join(kernel.dir, "libarena/include"),
                 "-I" + kernel.include, "-I" + kernel.dir,
                 "-I" + os.path.join(kernel.root, "tools/include/uapi"),
                 "-I" + os.path.join(kernel.root, "tools/include")]
        if compiler.gcc:
            flags = ["-gbtf", f"-mcpu={cpu}", "-DBPF_NO_PRESERVE_ACCESS_INDEX",
                     "-I" + os.path.join(kernel.include, "gcc")] + flags
        else:
            flags = ["-g", f"--target={target}", f"-mcpu={cpu}"] + flags
        if cpu != "v2":
            flags.append("-DENABLE_ATOMICS_TESTS")
        return flags + kernel.flags.get(name, []) + compiler.system_includes

    def compile(self, kernel, compiler, name, cpu="v3", target="bpf"):
        """The object's path, or None and the first error of the compiler."""
        source = os.path.join(kernel.dir, "progs", name + ".c")
        flags = self.flags(kernel, compiler, name, cpu, target)
        key = sha(compiler.version, " ".join(flags).replace(self.cache, ""), kernel.headers,
                  file_bytes(source))
        base = os.path.join(self.cache, "obj", f"{kernel.version}-{compiler.name}", key[:2],
                            f"{name}-{key[:16]}")
        if os.path.exists(base + ".o"):
            return base + ".o", None
        if os.path.exists(base + ".err"):
            return None, file_bytes(base + ".err").decode()
        with tempfile.TemporaryDirectory() as tmp:
            out = os.path.join(tmp, name + ".o")
            # In progs/, so that line info has the same file names wherever the cache is.
            res = run([compiler.path] + flags + ["-c", source, "-o", out])
            if res.returncode == 0:
                write_atomic(base + ".o", file_bytes(out))
                return base + ".o", None
        lines = [line for line in res.stderr.splitlines() if "error:" in line]
        error = (lines or ["exit status %d" % res.returncode])[0]
        write_atomic(base + ".err", error)
        return None, error
