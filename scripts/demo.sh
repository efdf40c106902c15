#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Builds bpfld, links the two files of examples/demo with an unmodified clang command, shows the result
# and, as root, loads it, runs it and prints its counters.
# Does not change the system's clang: COMPILER_PATH selects the linker for this command only.
set -eu

case ${1-} in
--help | -h)
	sed -n '3,5s/^# //p' "$0"
	echo "Usage: scripts/demo.sh [BUILD-DIR]"
	exit
	;;
esac
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build}
# shellcheck source=scripts/deps.sh
. "$root/scripts/deps.sh"

step() {
	printf '\n== %s\n' "$*"
}

# Prints and runs a command.
run() {
	echo "\$ $*"
	"$@"
}

step "Installing missing packages"
install_packages demo_packages
echo "All packages are installed."

step "Building bpfld"
cmake=$(mktemp)
out=$(mktemp -d)
trap 'rm -rf "$cmake" "$out"' EXIT
# Uses the build directory of scripts/test.sh; a new one does not build tests.
if [ ! -e "$build/CMakeCache.txt" ]; then
	cmake -S "$root" -B "$build" -G Ninja -DBPFLD_TESTS=OFF >"$cmake" || {
		cat "$cmake"
		exit 1
	}
fi
cmake --build "$build" --target hook

step "Compiling and linking two files with one stock clang command"
cd "$root/examples/demo"
clang=$(newest_clang)
run "$clang" --version
# The directory of <asm/types.h>, which <linux/bpf.h> includes.
asm=/usr/include/$(gcc -print-multiarch)
echo "\$ export COMPILER_PATH=$build/hook"
COMPILER_PATH=$build/hook
export COMPILER_PATH
run "$clang" -target bpf -g -O2 -I"$asm" enter.c leave.c -o "$out/prog.o"
unset COMPILER_PATH

step "What it holds"
PATH=$PATH:/usr/sbin:/sbin # bpftool's directory
objdump=llvm-objdump${clang#clang}
run "$objdump" -h -t "$out/prog.o"
run "$objdump" -dr --no-show-raw-insn --disassemble-symbols=leave,note "$out/prog.o"
echo "\$ bpftool btf dump file $out/prog.o | grep -A 9 DATASEC"
bpftool btf dump file "$out/prog.o" | grep -A 9 DATASEC

step "Loading and running it"
if [ "$(id -u)" != 0 ]; then
	echo "Skipped: only root may load BPF programs. As root, the demo continues with:"
	echo "\$ run prog.o"
	exit
fi
gcc -O2 -o "$out/run" run.c -lbpf
status=0
run "$out/run" "$out/prog.o" || status=$?
[ $status != 77 ] || echo "Skipped: this kernel cannot load tracing programs, or has no BTF."
[ $status = 77 ] || exit $status
