#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# groupings.sh LD A B C: every way to link three files by -r first gives the bytes of one final link;
# each output linked alone again gives its own bytes. Leaves final.o and partial.o.
set -eu
ld="$1 --verify --no-warn=renamed-static-map"
shift
failed=0

same() {
	if ! cmp "$1" "$2"; then
		echo "differs: $3" >&2
		failed=1
	fi
}

$ld -o final.o "$1" "$2" "$3"
$ld -r -o partial.o "$1" "$2" "$3"
$ld -r -o ab.o "$1" "$2"
$ld -r -o bc.o "$2" "$3"
$ld -r -o a.r.o "$1"
$ld -r -o b.r.o "$2"
$ld -r -o c.r.o "$3"

$ld -o out.o partial.o && same out.o final.o "final (-r a b c)"
$ld -o out.o ab.o "$3" && same out.o final.o "final (-r a b) c"
$ld -o out.o "$1" bc.o && same out.o final.o "final a (-r b c)"
$ld -o out.o a.r.o b.r.o c.r.o && same out.o final.o "final (-r a) (-r b) (-r c)"
$ld -o out.o final.o && same out.o final.o "final of final"

$ld -r -o out.o partial.o && same out.o partial.o "-r of -r"
$ld -r -o out.o ab.o "$3" && same out.o partial.o "-r (-r a b) c"
$ld -r -o out.o "$1" bc.o && same out.o partial.o "-r a (-r b c)"
exit $failed
