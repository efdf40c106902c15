#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cross-links.sh EXAMPLES CLANG LINKER OTHER...: links the programs of the examples, in both byte orders and with
# many options, by LINKER and by the command OTHER. Whatever is written must be the same bytes.
set -eu -o pipefail
examples=$1 clang=$2 linker=$3
shift 3
other=("$@")

asm=$(find /usr/include -maxdepth 1 -name "$(uname -m)-linux-gnu")
for order in bpfel bpfeb; do
	mkdir -p $order
	for source in "$examples"/*/*.c; do
		case $source in */run.c | */main.c | */dispatch.c | */dynamic/*) continue ;; esac
		name=$(basename "$(dirname "$source")")-$(basename "$source" .c).o
		"$clang" -target $order -g -O2 -I"${source%/*}" ${asm:+-I"$asm"} -c "$source" -o "$order/$name"
	done
	llvm-ar rc $order/libflow.a $order/library-flow_*.o
done

count=0
# compare ARGUMENT...: out.o, and with it a map and a report.
compare() {
	rm -rf one two
	mkdir one two
	"$linker" "$@" -o one/out.o --Map=one/map --report=one/report.json --cref --print-stats >one/text 2>&1
	"${other[@]}" "$@" -o two/out.o --Map=two/map --report=two/report.json --cref --print-stats >two/text 2>&1
	sed -i 's/one\///g' one/map one/report.json one/text
	sed -i 's/two\///g' two/map two/report.json two/text
	diff -r one two
	count=$((count + 1))
}

for order in bpfel bpfeb; do
	for options in '' -r '-r -S' --gc-sections '--gc-sections --icf=all' '-s --verify' '--no-btf-gc' '--threads=1'; do
		# shellcheck disable=SC2086
		for inputs in "$order/demo-enter.o $order/demo-leave.o" \
			"$order/library-drop.bpf.o $order/libflow.a" \
			"$order/library-watch.bpf.o $order/libflow.a" \
			"--whole-archive $order/libflow.a" \
			"$order/build-systems-sizes.bpf.o $order/build-systems-bucket.bpf.o"; do
			compare $options $inputs
		done
	done
done
echo "$count links, the same bytes"
