#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Links real projects with bpfld and measures the results; see usage() and docs/projects.md.
set -eu

usage() {
	cat <<'END'
Usage: scripts/projects.sh [option...] [step...]
Fetches sources from Debian, splits real BPF programs into files and libraries, links and loads
them, and runs the kernel's selftests with bpfld instead of `bpftool gen object`. Needs root.

Steps (default: all):
  split      compare one file with several: size, instructions, verifier time, link time
  selftests  build the selftests with BPFTOOL=bpfld (needs 1 GB and a quarter of an hour)
  run        run test_progs, also with split programs, and compare results (needs both other steps)

  --docs           also write the tables to docs/projects.md
  --work DIR       directory for sources and outputs (build-projects/work)
  --build-dir DIR  build directory (build-projects)
  --clang CLANG    compiler (default: the newest)
  --fetch          only fetch sources
  -j N             number of jobs (default: one per core)
  --help           print this help
END
}

root=$(cd "$(dirname "$0")/.." && pwd)
build= work= clang= docs= fetch= jobs=$(nproc) steps=
while [ $# -gt 0 ]; do
	case $1 in
	--docs) docs=$root/docs/projects.md ;;
	--work) work=${2:?} && shift ;;
	--build-dir) build=${2:?} && shift ;;
	--clang) clang=${2:?} && shift ;;
	--fetch) fetch=yes ;;
	-j) jobs=${2:?} && shift ;;
	--help | -h) usage && exit ;;
	-*) echo "scripts/projects.sh: unknown option $1; --help lists them" >&2 && exit 2 ;;
	*) steps="$steps $1" ;;
	esac
	shift
done

# A separate build as users have it: optimized, without tests.
if [ -z "$build" ]; then
	build=$root/build-projects
	{
		cmake -S "$root" -B "$build" -DBPFLD_TESTS=OFF -DCMAKE_BUILD_TYPE=RelWithDebInfo
		cmake --build "$build" -j "$jobs"
	} >&2
fi
build=$(cd "$build" && pwd)
: "${work:=$build/work}"
mkdir -p "$work"
work=$(cd "$work" && pwd)

# Debian's package of kernel sources contains a tarball.
tarball=/usr/src/linux-source-6.12.tar.xz
linux=$work/linux-source-6.12
if [ ! -e "$linux/.complete" ]; then
	if [ ! -e $tarball ]; then
		echo "scripts/projects.sh: $tarball does not exist: run apt-get install linux-source-6.12" >&2
		exit 1
	fi
	rm -rf "$linux"
	tar -C "$work" -xf $tarball linux-source-6.12/include linux-source-6.12/kernel/bpf \
		linux-source-6.12/scripts linux-source-6.12/tools linux-source-6.12/Makefile
	: >"$linux/.complete"
fi
sources="--source linux-source-6.12=$linux"

# Fetches source packages with separate lists of apt, so that no deb-src line remains.
# shellcheck source=scripts/deps.sh
. "$root/scripts/deps.sh"
: "${clang:=$(newest_clang)}"
apt=$work/apt
mkdir -p "$apt/lists/partial" "$apt/archives/partial"
debian_archive |
	sed 's|^|deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] |' >"$apt/sources.list"
apt_get() {
	apt-get -q -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- \
		-o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt" -o APT::Sandbox::User=root "$@"
}
source_packages="systemd"
for package in $source_packages; do
	source=$work/source-$package
	if [ ! -e "$source/.complete" ]; then
		rm -rf "$source"
		mkdir "$source"
		[ -e "$apt/updated" ] || { apt_get update && : >"$apt/updated"; } >&2
		if (cd "$source" && apt_get source "$package") >"$source.log" 2>&1; then
			: >"$source/.complete"
		else
			tail -n 2 "$source.log" >&2
			echo "scripts/projects.sh: continuing without $package" >&2
			continue
		fi
	fi
	for dir in "$source"/*/; do
		sources="$sources --source $package=$dir"
	done
done
[ -z "$fetch" ] || exit 0

PATH=$PATH:/usr/sbin:/sbin # bpftool's directory
python=/usr/bin/python3
[ -x $python ] || python=python3

# Uses libbpf of these sources, and types of this kernel as written by Debian's bpftool: newer ones also declare
# kernel functions, which conflicts with declarations in programs.
include=$work/include
if [ ! -e "$work/bpfrun" ]; then
	mkdir -p "$include" "$work/libbpf"
	{
		make -C "$linux/tools/lib/bpf" -j "$jobs" OUTPUT="$work/libbpf/" DESTDIR="$work/libbpf" \
			prefix= libdir=/lib install_headers "$work/libbpf/libbpf.a"
		cp -r "$work/libbpf/include/bpf" "$include"
		bpftool btf dump file /sys/kernel/btf/vmlinux format c >"$include/vmlinux.h"
		cc -O2 -D_GNU_SOURCE -I"$work/libbpf/include" "$root/test/kernel/bpfrun.c" -o "$work/bpfrun" \
			"$work/libbpf/libbpf.a" -lelf -lz
	} >&2
fi

version=${clang#clang}
# shellcheck disable=SC2086
exec $python "$root/test/projects/projects.py" --ld "$build/llvm-plugin/ld.bpf" \
	--bpfld "$build/llvm-plugin/bpfld" --bpfrun "$work/bpfrun" \
	--clang "$clang" --ar "llvm-ar$version" --strip "llvm-strip$version" \
	--work "$work" --include "$include" --jobs "$jobs" $sources ${docs:+--docs "$docs"} $steps
