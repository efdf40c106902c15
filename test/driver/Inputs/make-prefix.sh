#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# make-prefix.sh LD SOURCE DIR: puts ld.bpf, bpfld-cc and the hook of a build into DIR, as an installation has them.
set -eu
mkdir -p "$3/bin" "$3/lib/bpfld/hook"
ln -s "$1" "$3/bin/ld.bpf"
cp "$2/llvm-plugin/hook/bpfld-cc" "$3/bin"
ln -s ../../../bin/ld.bpf "$3/lib/bpfld/hook/gcc"
