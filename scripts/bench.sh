#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Builds bpfld and compares its performance with other linkers; see usage() and docs/performance.md.
set -eu

usage() {
	cat <<'END'
Usage: scripts/bench.sh [option...] [workload...]
Links generated programs with ld.bpf, bpftool, libbpf, GNU ld and ld.lld by turns, compares the types
of the outputs, and prints tables of time, memory and instructions.

Workloads (default: all): types mixed cold symbols small one dwarf lto

  --docs           also write the tables to docs/performance.md
  --quick          small inputs and one turn, to test the benchmark
  --pairs N        number of turns (5)
  --clang CLANG    compiler for the inputs (clang)
  --build-dir DIR  build directory (build-bench)
  --cache DIR      directory that keeps inputs for later runs (DIR/bench; 1.5 GB)
  --help           print this help
END
}

root=$(cd "$(dirname "$0")/.." && pwd)
build= cache= clang=clang docs= quick= pairs=5 names=
while [ $# -gt 0 ]; do
	case $1 in
	--docs) docs=$root/docs/performance.md ;;
	--quick) quick=--quick ;;
	--pairs) pairs=${2:?} && shift ;;
	--clang) clang=${2:?} && shift ;;
	--build-dir) build=${2:?} && shift ;;
	--cache) cache=${2:?} && shift ;;
	--help | -h) usage && exit ;;
	-*) echo "scripts/bench.sh: unknown option $1; --help lists them" >&2 && exit 2 ;;
	*) names="$names $1" ;;
	esac
	shift
done

# A separate build as users have it: optimized, without tests.
if [ -z "$build" ]; then
	build=$root/build-bench
	{
		cmake -S "$root" -B "$build" -DBPFLD_TESTS=OFF -DCMAKE_BUILD_TYPE=RelWithDebInfo
		cmake --build "$build" -j "$(nproc)"
	} >&2
fi
: "${cache:=$build/bench}"
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

variable() {
	sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"
}

# Builds the newest libbpf of packaged kernel sources, as a second peer.
tarball=/usr/src/linux-source-6.12.tar.xz
peer=$cache/libbpf_link
if [ -z "$quick" ] && [ ! -x "$peer" ] && [ -e $tarball ]; then
	tools=$cache/linux-source-6.12/tools
	mkdir -p "$cache/libbpf"
	{
		tar -C "$cache" -xf $tarball linux-source-6.12/tools/lib linux-source-6.12/tools/include \
			linux-source-6.12/tools/build linux-source-6.12/tools/scripts \
			linux-source-6.12/tools/arch linux-source-6.12/scripts/bpf_doc.py
		make -C "$tools/lib/bpf" -j "$(nproc)" OUTPUT="$cache/libbpf/" DESTDIR="$cache/libbpf" \
			prefix= libdir=/lib install_headers "$cache/libbpf/libbpf.a"
		cc -O2 -I"$cache/libbpf/include" "$root/test/bench/libbpf_link.c" -o "$peer" \
			"$cache/libbpf/libbpf.a" -lelf -lz
	} >&2
	rm -rf "$cache/linux-source-6.12"
fi
[ -x "$peer" ] || peer=

PATH=$PATH:/usr/sbin:/sbin # bpftool's directory
python=/usr/bin/python3
[ -x $python ] || python=python3
# shellcheck disable=SC2086
exec $python "$root/test/bench/bench.py" --ld "$build/llvm-plugin/ld.bpf" --cache "$cache" \
	--cc "$(variable CMAKE_C_COMPILER)" --build-type "$(variable CMAKE_BUILD_TYPE)" \
	--clang "$clang" --pairs "$pairs" ${peer:+--libbpf-link "$peer"} $quick \
	${docs:+--docs "$docs"} $names
