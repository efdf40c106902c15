#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# rewrite.sh FILE.o: makes FILE.WAY.o of it, once for each way in which GNU binutils write an object again. Symbols
# change their binding on the way; what is meant stays.
set -eu
stem=${1%.o}
bpf-objcopy "$1" "$stem.copy.o"
bpf-objcopy -R .comment -R .note.GNU-stack "$1" "$stem.removed.o"
bpf-objcopy --localize-symbol=gtwo --localize-symbol=arr --localize-symbol=wk "$1" "$stem.localized.o"
bpf-objcopy --globalize-symbol=two --globalize-symbol=sarr "$1" "$stem.globalized.o"
bpf-objcopy --weaken "$1" "$stem.weak.o"
bpf-strip -g "$1" -o "$stem.stripped.o"
bpf-ld -r "$1" -o "$stem.joined.o"
