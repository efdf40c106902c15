#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Runs a command that may change /usr: it sees a copy of its own (an overlay in a mount namespace),
# which is gone when it ends. Nothing outside notices.
set -eu
dir=$(mktemp -d)
trap 'rmdir "$dir"' EXIT
# shellcheck disable=SC2016 # for the inner shell
unshare --mount --propagation private sh -euc '
	mount -t tmpfs bpfld-test "$0"
	mkdir "$0/upper" "$0/work"
	mount -t overlay -o "lowerdir=/usr,upperdir=$0/upper,workdir=$0/work" bpfld-test /usr
	exec "$@"' "$dir" "$@"
