#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -u

usage() {
	cat <<'END'
usage: bench.sh [--build DIR] [--clang CC] [--rounds N] [--native | --kernel VERSION]
Measures what a call of a function costs: inline, linked statically, the stub of an import, a function
that replaces the stub, and one that does so through an entry. Prints a row of a table, nanoseconds a
call, the best of N rounds (default 5).

--native measures on this machine's kernel, which has to replace functions for the last two columns;
--kernel boots Debian's kernel in an emulated guest (default: 6.12), where times are some ten times
longer than on a real machine, and only their ratios tell something.
END
}

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build clang=clang rounds=5 kernel=6.12 native=''
while [ $# -gt 0 ]; do
	case $1 in
	--build) build=$2; shift ;;
	--clang) clang=$2; shift ;;
	--rounds) rounds=$2; shift ;;
	--kernel) kernel=$2; shift ;;
	--native) native=yes ;;
	--help) usage; exit 0 ;;
	*) usage >&2; exit 2 ;;
	esac
	shift
done
here=$root/test/dynamic/Inputs/bench
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

for name in loop leaf entry; do
	"$clang" -target bpf -O2 -g -c "$here/$name.c" -o "$tmp/$name.o" || exit 1
done
"$clang" -target bpf -O2 -g -DINLINE -c "$here/loop.c" -o "$tmp/inline.o" || exit 1
{
	echo "ROUNDS=$rounds"
	cat "$here/calls.sh"
} >"$tmp/calls.sh"

if [ -n "$native" ]; then
	kernel="$(uname -r), native"
	if ! "$build/test/bin/dynrun" mode | grep -q '^replaces'; then
		sed -i '/ stub$/d; / replaced$/d; / entry$/d' "$tmp/calls.sh"
	fi
	FILES=$tmp PATH=$build/test/bin:$PATH sh -e "$tmp/calls.sh" >"$tmp/out" || exit 1
else
	"$root/llvm-plugin/guest/guest" --kernel "$kernel" --verbose --tmp "$tmp/guest" \
		--cache "${BPFLD_CACHE:-$root/build-cache}/kernels" --program "$build/test/bin/dynrun" \
		--file "$tmp/loop.o" --file "$tmp/leaf.o" --file "$tmp/entry.o" --file "$tmp/inline.o" \
		"$tmp/calls.sh" >"$tmp/out"
	status=$?
	if [ $status != 0 ]; then
		cat "$tmp/out"
		exit $status
	fi
	kernel="$kernel, emulated"
fi

# best KIND: of all rounds, in nanoseconds a call
best() {
	sed -n "s/.*\b$1: \([0-9]*\) ns.*/\1/p" "$tmp/out" | sort -n | head -n 1 |
		awk '{ printf "%.1f", $1 / 1000; found = 1 } END { if (!found) printf "-" }'
}

echo "| kernel | inline | static | stub | replaced | entry |"
echo "|---|---|---|---|---|---|"
echo "| $kernel | $(best inline) | $(best static) | $(best stub) | $(best replaced) | $(best entry) |"
