#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Builds bpfld and runs its tests. The last line is "N passed, N failed", with ", N skipped".
set -u

usage() {
	cat <<'END'
Usage: scripts/test.sh [option...] [test...]
Installs missing packages with apt-get, builds, runs tests and prints "N passed, N failed".

  --full           also run the whole corpus of kernel selftests (test/diff), and test packages on a
                   minimal Debian and builds for other architectures (test/packaging)
  --asan           build with AddressSanitizer and UBSan, in a separate build directory
  --tsan           build with ThreadSanitizer, in a separate build directory
  --valgrind       run ld.bpf under valgrind; with this and with --tsan, the default is the core of the
                   suite
  --clang          build with the newest clang instead of gcc, in a separate build directory
  --werror         treat compiler warnings as errors
  --build-dir DIR  build directory (build, build-asan, build-clang)
  --no-install     do not install packages
  -j N             number of jobs (default: one per core)
  --help           print this help

A test is a file or directory in test/, or a pattern for names: "symbols", "symbols/weak".
END
}

root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
# shellcheck source=scripts/deps.sh
. "$root/scripts/deps.sh"

cc=gcc sanitize= werror=OFF build= suffix= install=yes full= core= long= jobs=$(nproc) filter=
while [ $# -gt 0 ]; do
	case $1 in
	--full) full=yes ;;
	--asan) sanitize=address,undefined suffix=$suffix-asan ;;
	--tsan) sanitize=thread suffix=$suffix-tsan core=yes ;;
	--valgrind) export BPFLD_VALGRIND=1 && core=yes long='(?!random-programs)' ;;
	--clang) cc=clang suffix=$suffix-clang ;;
	--werror) werror=ON ;;
	--build-dir) build=${2:?} && shift ;;
	--no-install) install= ;;
	-j) jobs=${2:?} && shift ;;
	--help | -h) usage && exit ;;
	-*) echo "scripts/test.sh: unknown option $1; --help lists them" >&2 && exit 2 ;;
	*) filter="$filter${filter:+|}${1#test/}" ;;
	esac
	shift
done
: "${build:=$root/build$suffix}"
# Tests of links and of the library, without those that start many processes or measure. Random programs take
# too long under valgrind.
[ -z "$core" ] || : "${filter:=:: (elf|symbols|maps|btf|btf-ext|reloc|no-btf|partial|output|calls|archive|gc|look|api|unit|properties)/$long}"

fail() {
	echo "scripts/test.sh: $1" >&2
	echo "0 passed, 1 failed"
	exit 1
}

packages=test_packages
[ -z "$full" ] || packages=full_packages
if [ -n "$install" ]; then
	install_packages $packages || fail "could not install what is missing"
fi

[ "$cc" != clang ] || cc=$(newest_clang)

generator=
if [ ! -e "$build/CMakeCache.txt" ] && command -v ninja >/dev/null; then
	generator="-G Ninja"
fi
# shellcheck disable=SC2086
log=$(cmake -S "$root" -B "$build" $generator -DCMAKE_C_COMPILER="$cc" -DBPFLD_TESTS=ON \
	-DBPFLD_SANITIZE="$sanitize" -DBPFLD_WERROR="$werror" 2>&1 </dev/null) || {
	echo "$log"
	fail "cmake failed"
}
cmake --build "$build" -j "$jobs" </dev/null || fail "the build failed"

[ -z "$full" ] || export BPFLD_FULL=1
# Python of the system, which has the packages; PATH may begin with another one.
python=/usr/bin/python3
[ -x $python ] || python=python3
lit=$(sed -n 's/^LIT:[A-Z]*=//p' "$build/CMakeCache.txt")
results=$build/test/results.json
rm -f "$results"
# shellcheck disable=SC2086
$python "$lit" -sv --no-progress-bar -j "$jobs" ${filter:+"--filter=$filter"} -o "$results" \
	"$build/test" </dev/null
$python "$root/scripts/summary.py" "$results"
