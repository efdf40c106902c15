#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Static analysis of runtime/ and llvm-plugin/.
set -u

usage() {
	cat <<'END'
Usage: scripts/analyze.sh [--gcc] [--clang-tidy] [--cppcheck] [file...]
Runs tools (default: all) on files (default: all of runtime/ and llvm-plugin/) and prints their findings, one
for each place. docs/security.md lists exceptions. Exits with status 1 if there are findings.
END
}

root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
tools=
while [ $# -gt 0 ]; do
	case $1 in
	--gcc | --clang-tidy | --cppcheck) tools="$tools $1" ;;
	--help | -h) usage && exit ;;
	-*) echo "scripts/analyze.sh: unknown option $1; --help lists them" >&2 && exit 2 ;;
	*) break ;;
	esac
	shift
done
: "${tools:=--gcc --clang-tidy --cppcheck}"
cd "$root" || exit 1
build="build-analyze"
log=$(cmake -S . -B $build -DBPFLD_TESTS=OFF -DBPFLD_LTO=OFF 2>&1) || { echo "$log" && exit 1; }
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(find runtime llvm-plugin -name '*.c' ! -path 'llvm-plugin/lto/comp*.c' ! -path llvm-plugin/lto/merge.c | LC_ALL=C sort)

flags="-D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Iruntime -Iruntime/include -Illvm-plugin"
found=$(mktemp) && trap 'rm -f "$found"' EXIT
# gcc 12 does not track memory that a struct owns; LeakSanitizer runs over the whole suite instead.
# shellcheck disable=SC2086
analyze() {
	case $1 in
	--gcc) gcc -std=c11 -O2 $flags '-DBPFLD_VERSION="0"' -fanalyzer -Wno-analyzer-malloc-leak -c "$2" -o /dev/null ;;
	--clang-tidy) clang-tidy-14 --quiet -p $build "$2" ;;
	--cppcheck) cppcheck --quiet --std=c11 --enable=warning,performance,portability \
		--inline-suppr --suppress=missingInclude $flags \
		'-DLIBBPF_OPTS(type, name, ...)=struct type name = {__VA_ARGS__}' \
		'-Dbpf_object__for_each_program(p, o)=while ((p = bpf_object__next_program(o, p)))' \
		'-Dbpf_object__for_each_map(m, o)=while ((m = bpf_object__next_map(o, m)))' "$2" ;;
	esac 2>&1
}

for tool in $tools; do
	for file; do
		analyze "$tool" "$file"
	done | sed -n "s:^$root/::; /: \(warning\|error\|performance\|portability\): /p" | sort -u
done | tee "$found"
[ ! -s "$found" ]
