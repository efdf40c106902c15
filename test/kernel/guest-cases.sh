#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# guest-cases.sh CLANG LD CASE...: links the cases of run-case.sh for a guest, into cases/NAME.sh and
# NAME.o. Cases of a skeleton are left out: their programs are compiled in, and run here.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
clang=$1 ld=$2
shift 2
mkdir -p cases
for case in "$@"; do
	name=$(basename "$case" .test)
	split-file "$case" "$name.in"
	[ ! -e "$name.in/user/main.c" ] || continue
	for source in "$name.in"/*.[cs]; do
		"$clang" -target bpf -g -O2 -Wall -Wno-unused-command-line-argument \
			-I"$here/Inputs" -I"$here/../btf/Inputs" -c "$source" -o "$source.o"
	done
	"$ld" --verify -o "$name.o" "$name.in"/*.o
	echo "bpfrun \"\$FILES/$name.o\" $(tr '\n' ' ' <"$name.in/expect")" >"cases/$name.sh"
done
