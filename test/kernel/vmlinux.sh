#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# vmlinux.sh CACHE KERNEL: prints the path of vmlinux.h of that kernel (6.1, 6.12 or 7.2), which a guest makes once
# and CACHE keeps. Where guest cannot run a guest, its line "skipped: REASON" and its exit status 77.
set -eu
cache=$1 kernel=$2
header=$cache/vmlinux-$kernel.h
if [ ! -s "$header" ]; then
	mkdir -p "$cache"
	tmp=$(mktemp -d "$cache/vmlinux.XXXXXX")
	trap 'rm -rf "$tmp"' EXIT
	echo 'bpftool btf dump file /sys/kernel/btf/vmlinux format c 2>/dev/null | gzip | base64' >"$tmp/types.sh"
	bash "$(dirname "$0")/../../llvm-plugin/guest/guest" --kernel "$kernel" --cache "$cache" --tmp "$tmp/guest" --verbose \
		"$tmp/types.sh" >"$tmp/said" || { status=$? && cat "$tmp/said" >&2 && exit $status; }
	sed -n 's/^  | //p' "$tmp/said" | base64 -d | gunzip >"$tmp/vmlinux.h"
	grep -q 'struct task_struct {' "$tmp/vmlinux.h" && mv "$tmp/vmlinux.h" "$header"
fi
echo "$header"
