#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# kernel.sh CLANG NAME...: writes the BTF of NAME.c, which defines a kernel's types, to NAME.
set -eu
clang=$1
shift
for name; do
	"$clang" -target bpf -g -O1 -c "$name.c" -o "$name.o"
	llvm-objcopy --dump-section ".BTF=$name" "$name.o"
done
