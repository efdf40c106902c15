#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What each clang's link step must do, with the names under which it finds the linker in place:
# link-by-clang.sh CLANG CLANG++. Runs in an empty folder.
set -eu
clang=$1 clangxx=$2
two=$(dirname "$0")/two.c
cp "$two" main.c
cp "$two" helper.c
{ echo 'extern "C" int helper(int);'; cat "$two"; } >helper.cpp

fail() {
	echo "$*" >&2
	exit 1
}

# check FILE ENCODING: both functions are in FILE, and nothing is undefined.
check() {
	llvm-readelf -hs "$1" >"$1.txt"
	grep -q "Data: .* $2 endian" "$1.txt" || fail "$1: not $2 endian"
	grep -q 'Machine: .*BPF' "$1.txt" || fail "$1: not BPF"
	grep -q 'FUNC .* prog$' "$1.txt" || fail "$1: no prog"
	grep -q 'FUNC .* helper$' "$1.txt" || fail "$1: no helper"
	! grep -E ' UND [^ ]+$' "$1.txt" || fail "$1: something is undefined"
}

host=little
[ "$(printf '\1\0' | od -An -td2 | tr -d ' ')" = 1 ] || host=big

for target in bpf bpfel bpfeb; do
	endian=$host
	case $target in
	bpfel) endian=little ;;
	bpfeb) endian=big ;;
	esac
	set -- -target "$target" -O2 -g -Wall -Werror
	"$clang" "$@" -DMAIN -c main.c -o main.o 2>err
	[ ! -s err ] || fail "-c said: $(cat err)"

	"$clang" "$@" main.o helper.c -o prog.o
	check prog.o $endian
	"$clang" "$@" -c helper.c -o helper.o
	"$clang" "$@" main.o helper.o -o objects.o
	check objects.o $endian
	"$clangxx" "$@" main.o helper.cpp -o cpp.o
	check cpp.o $endian
done
set -- -target bpf -O2 -g

# Objects that clang is told to keep are in this folder, under their plain names.
"$clang" "$@" -DMAIN -c main.c
"$clang" "$@" -save-temps main.o helper.c -o saved.o 2>err || fail "$(cat err)"
check saved.o $host
for saved in helper.i helper.bc helper.s helper.o; do
	[ -s $saved ] || fail "$saved not saved"
done

# clang before 16 finds Debian's bpf-gcc first. That knows fewer options, and drops -shared.
gcc_only='-rdynamic -fuse-ld=bpf -fuse-ld=lld'
refused='-shared'
if "$clang" -target bpf main.o '-###' 2>&1 | grep -q '"/usr/bin/bpf-gcc"'; then
	gcc_only='' refused=''
fi

# The driver's own options for linking are understood.
# shellcheck disable=SC2086 # they are two words or none
"$clang" "$@" main.o helper.c -o all.o -static -nostdlib -nostartfiles -nodefaultlibs $gcc_only \
	-L. -L /x -u prog -e prog -z now -Wl,-z,relro,--as-needed -Xlinker --build-id \
	-Wl,--verify -Wl,--color-diagnostics=never 2>err || fail "$(cat err)"
check all.o $host
"$clang" "$@" -Wl,-r main.o -o partial.o
llvm-readelf -s partial.o | grep -q ' UND helper$' || fail '-Wl,-r: helper is not left undefined'
"$clang" "$@" -r main.o -o partial2.o
cmp partial.o partial2.o

# An error ends with clang's status 1, and names the source, not the object's made-up name.
# (clang itself removes the output of a link that failed.)
status=0
"$clang" "$@" helper.c main.o helper.o -o prog.o 2>err || status=$?
[ "$status" = 1 ] || fail "exit status $status"
grep -q "^ld\.bpf: error: .*'helper'.* \[duplicate-symbol\]$" err || fail "$(cat err)"
grep -q 'helper\.c' err || fail "$(cat err)"
! grep -E 'helper-[0-9a-f]+\.o' err || fail 'names the temporary object'
[ "$(grep -c '^ld\.bpf: error:' err)" = 1 ] || fail "$(cat err)"

for option in $refused '-Tx.ld' '-lfoo' '-Wl,--no-such-option'; do
	status=0
	"$clang" "$@" main.o helper.o -o prog.o "$option" 2>err || status=$?
	[ "$status" = 1 ] || fail "$option: exit status $status"
	grep -q '^ld\.bpf: error: .* \[[a-z-]*\]$' err || fail "$option: $(cat err)"
done
