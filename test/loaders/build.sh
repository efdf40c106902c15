#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# build.sh CACHE OUT: builds ciliumrun with Debian's Go and Debian's cilium/ebpf, as a program that
# needs no library. Compiled packages stay in CACHE. Without Go or the library: "skipped: REASON".
set -eu
here=$(cd "$(dirname "$0")" && pwd)
library=/usr/share/gocode

skip() {
	echo "skipped: $1" >&2
	exit 77
}

command -v go >/dev/null || skip "no go (Debian: golang-go)"
[ -d $library/src/github.com/cilium/ebpf ] ||
	skip "no cilium/ebpf (Debian: golang-github-cilium-ebpf-dev)"
env GO111MODULE=off GOPATH=$library GOCACHE="$1/go" GOFLAGS= CGO_ENABLED=0 \
	go build -trimpath -ldflags='-s -w' -o "$2" "$here/ciliumrun.go"
