#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# meaning.sh LD.BPF 'OPTIONS' ADDEND PART...: links an object made of the parts, whose code loads the address of
# arr, 16 bytes into .data, with ADDEND (8 hex digits, as they lie in the file; with @SYMBOL of another one) in the place. Prints the addend of
# the output, in LLVM's dialect, or the id of the error.
set -eu
ld=$1 options=$2 addend=$3
shift 3
parts=$(dirname "$0")/parts
object=$(mktemp ./meaning.XXXXXX)
trap 'rm -f "$object" "$object.out"' EXIT
sections= symbols= symbol=arr
case $addend in *@*) symbol=${addend#*@} ;; esac
for part; do
	[ ! -e "$parts/$part.sections" ] || sections="$sections $parts/$part.sections"
	[ ! -e "$parts/$part.symbols" ] || symbols="$symbols $parts/$part.symbols"
done
# shellcheck disable=SC2086
cat "$parts/head" $sections "$parts/symbols" $symbols "$parts/globals" | sed "s/ADDEND/${addend%@*}/; s/SYMBOL/$symbol/" | yaml2obj -o "$object"
# shellcheck disable=SC2086
if $ld -r --verify $options "$object" -o "$object.out" 2>"$object.out"; then
	llvm-objdump -d --section=tc "$object.out" | sed -n "s/.*r1 = \(.*\) ll\$/$symbol \1/p"
else
	sed -n '1s/.*\[\(.*\)\]$/\1/p' "$object.out"
fi
