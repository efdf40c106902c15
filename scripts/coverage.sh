#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Line coverage of runtime/ by the tests, per file and in total.
set -u

usage() {
	cat <<'END'
Usage: scripts/coverage.sh [option...] [test...]
Builds for gcov, runs the tests, and prints line coverage of runtime/.

  --lines      also print each line that is not covered: FILE:LINE: TEXT
  --minimum N  exit with status 1 if coverage is below N percent
  --no-run     do not run tests, and print the results of the last run
  -j N         number of jobs (default: one per core)
  --help       print this help

Tests are named as for scripts/test.sh (default: all). The build directory is build-coverage.
END
}

root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
build=$root/build-coverage lines= minimum=0 run=yes jobs=$(nproc) filter=
while [ $# -gt 0 ]; do
	case $1 in
	--lines) lines=yes ;;
	--minimum) minimum=${2:?} && shift ;;
	--no-run) run= ;;
	-j) jobs=${2:?} && shift ;;
	--help | -h) usage && exit ;;
	-*) echo "scripts/coverage.sh: unknown option $1; --help lists them" >&2 && exit 2 ;;
	*) filter="$filter${filter:+|}${1#test/}" ;;
	esac
	shift
done

if [ -n "$run" ]; then
	# Threads share counters: without atomic updates, some counts are lost.
	log=$(cmake -S "$root" -B "$build" -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Debug \
		-DBPFLD_LTO=ON -DCMAKE_C_FLAGS="--coverage -fprofile-update=atomic" 2>&1) ||
		{ echo "$log" && exit 1; }
	log=$(cmake --build "$build" -j "$jobs" 2>&1) || { echo "$log" && exit 1; }
	find "$build" -name '*.gcda' -exec rm -f {} +
	python=/usr/bin/python3
	[ -x $python ] || python=python3
	lit=$(sed -n 's/^LIT:[A-Z]*=//p' "$build/CMakeCache.txt")
	# Ignore failures: scripts/test.sh reports them.
	$python "$lit" -sv --no-progress-bar -j "$jobs" ${filter:+"--filter=$filter"} "$build/test" \
		</dev/null | tail -n 20
fi

# gcov's output: "  COUNT:  LINE:TEXT"; "-" is not code, "#####" and "=====" did not run.
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
find "$build/runtime/CMakeFiles/bpfld_objects.dir" -name '*.gcda' ! -name 'page.c.gcda' -exec \
	gcov --preserve-paths --relative-only --source-prefix "$root" {} + >/dev/null 2>&1
awk -F: -v lines="$lines" -v minimum="$minimum" '
	{ count = $1; gsub(/[ *]/, "", count); line = $2 + 0 }
	line == 0 { if ($3 == "Source") file = $4; next }
	file !~ /^runtime\// || count == "-" { next }
	{
		all[file]++
		if (count ~ /^[#=]/) {
			text = $0; sub(/^[^:]*:[^:]*:/, "", text)
			if (lines) print file ":" line ": " text
		} else
			ran[file]++
	}
	END {
		for (file in all) {
			printf "%6.1f %% of %5d lines  %s\n", 100 * ran[file] / all[file], all[file], file | "sort -k 5"
			a += all[file]; r += ran[file]
		}
		close("sort -k 5")
		if (!a) { print "nothing was counted"; exit 1 }
		printf "%6.2f %% of %d lines of runtime/ are covered\n", 100 * r / a, a
		exit 100 * r / a < minimum
	}' ./*.gcov
