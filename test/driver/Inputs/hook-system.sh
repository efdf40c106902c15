#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# bpfld-hook on the real paths: hook-system.sh PREFIX CLANG... To be run by private-usr.sh.
set -eu
prefix=$1
shift
inputs=$(cd "$(dirname "$0")" && pwd)
unset COMPILER_PATH

fail() {
	echo "$*" >&2
	exit 1
}

hook() {
	"$prefix/sbin/bpfld-hook" "$@"
}

trace() {
	find /usr/lib/llvm-* /usr/lib/gcc /usr/bin \( -type d -printf '%p %m\n' -o -printf '%p %y %m %l %s\n' \) | sort >"$1"
}

link_all() {
	for clang; do
		mkdir work
		(cd work && bash -x "$inputs/link-by-clang.sh" "$clang" "${clang/clang-/clang++-}") ||
			fail "$clang: does not link"
		rm -r work
	done
}

trace before
hook status >state && fail 'status is 0 without a hook'
[ "$(grep -c ': not hooked$' state)" = "$(wc -l <state)" ] || fail "$(cat state)"
hook sync
trace synced
cmp before synced

hook install
hook status >state || fail "$(cat state)"
trace first
hook install
hook sync
trace second
cmp first second

: 'as the machine is, with gcc-bpf where it is installed'
link_all "$@"

: 'every name of the target'
for clang; do
	for target in bpf bpf-unknown-none bpfel-unknown-none bpfeb-unknown-none; do
		"$clang" -target $target -O2 -g -DMAIN "$inputs/two.c" -c -o main.o
		"$clang" -target $target -O2 -g "$inputs/two.c" main.o -o prog.o
		"${clang/clang-/clang++-}" -target $target main.o -r -o again.o
		llvm-nm prog.o | grep -q ' helper$' || fail "$clang -target $target: not linked"
	done
done

: 'gcc-bpf goes'
mkdir saved
[ ! -e /usr/bin/bpf-gcc ] || mv /usr/bin/bpf-gcc saved
mv /usr/lib/gcc/bpf/[0-9]* saved
link_all "$@"

: 'gcc-bpf comes back, now after the hook'
[ ! -e saved/bpf-gcc ] || mv saved/bpf-gcc /usr/bin
mv saved/[0-9]* /usr/lib/gcc/bpf
link_all "$1"
hook remove
trace removed
cmp before removed

: 'a machine without gcc-bpf, which comes later'
rm -rf /usr/bin/bpf-gcc /usr/lib/gcc/bpf
trace before
hook install
[ ! -e /usr/lib/gcc/bpf ] || fail 'a directory for a gcc-bpf that is not there'
mkdir -p /usr/lib/gcc/bpf/12
hook status >state && fail 'a gcc-bpf that is not hooked is not reported'
hook sync
[ -L /usr/lib/gcc/bpf/real-ld ] || fail 'no real-ld'
rm -r /usr/lib/gcc/bpf/12
hook remove
rmdir /usr/lib/gcc/bpf # dpkg still has gcc-bpf
trace removed
cmp before removed

: 'a clang that goes leaves nothing behind, one that comes is taken up'
hook install
bin=$(dirname "$(readlink -f "$1")")
mv "$bin/clang" saved
hook sync
ls "$bin"/bpf* 2>/dev/null && fail 'left behind'
mv saved/clang "$bin"
hook status >state && fail 'a clang that is not hooked is not told'
hook sync
hook status >state || fail "$(cat state)"
