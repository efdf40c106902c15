#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# collect.sh OBJECT ARGUMENT...: in place of bpfrun, for run-case.sh: keeps the object and the command
# for a guest, as $COLLECT.CASE.LINK.o and cases/$COLLECT.CASE.LINK.sh in the directory $INTO.
set -eu
object=$1
shift
[ "$1" != --tags ] || exit 0
case=$(basename "$(dirname "$object")" .test)
name=$COLLECT.$case.$(basename "$object" .o)
mkdir -p "$INTO/cases"
cp "$object" "$INTO/$name.o"
printf 'bpfrun "$FILES/%s.o"' "$name" >"$INTO/cases/$name.sh"
printf ' %q' "$@" >>"$INTO/cases/$name.sh"
