#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Runs a command that may change /usr and /var/lib: it sees copies of its own (overlays in a mount namespace),
# which are gone when it ends. Nothing outside notices.
set -eu
dir=$(mktemp -d)
trap 'rmdir "$dir"' EXIT
# shellcheck disable=SC2016 # for the inner shell
unshare --mount --propagation private sh -euc '
	mount -t tmpfs bpfld-test "$0"
	for dir in /usr /var/lib; do
		layers=$0/${dir##*/}
		mkdir "$layers" "$layers/upper" "$layers/work"
		mount -t overlay -o "lowerdir=$dir,upperdir=$layers/upper,workdir=$layers/work" bpfld-test $dir
	done
	exec "$@"' "$dir" "$@"
