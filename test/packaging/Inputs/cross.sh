#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cross.sh CACHE ARCH: prints a folder below CACHE with Debian's libelf for another architecture, got
# from the archive that apt uses, without a change to this system's own apt.
set -eu -o pipefail
# shellcheck source=scripts/deps.sh
. "$(dirname "$0")/../../../scripts/deps.sh"
sysroot=$1/sysroot-$2 arch=$2
mkdir -p "$1"
exec 9>"$sysroot.lock"
flock 9
if [ ! -e "$sysroot/done" ]; then
	rm -rf "$sysroot"
	mkdir -p "$sysroot/apt/lists/partial" "$sysroot/apt/cache/archives/partial"
	: >"$sysroot/apt/status"
	apt() {
		apt-get -qq -o APT::Architecture="$arch" -o APT::Architectures="$arch" -o APT::Sandbox::User=root \
			-o Dir::State::lists="$sysroot/apt/lists" -o Dir::State::status="$sysroot/apt/status" \
			-o Dir::Cache="$sysroot/apt/cache" -o Dir::Etc::sourcelist="$sysroot/apt/sources.list" \
			-o Dir::Etc::sourceparts=- -o Acquire::Languages=none "$@"
	}
	debian_archive | grep " $(archive_suite) main\$" | sed 's/^/deb /' >"$sysroot/apt/sources.list"
	[ -s "$sysroot/apt/sources.list" ]
	apt update >&2
	(cd "$sysroot" && apt download libelf1 libelf-dev zlib1g zlib1g-dev >&2)
	for deb in "$sysroot"/*.deb; do dpkg-deb -x "$deb" "$sysroot"; done
	rm -rf "$sysroot"/*.deb "$sysroot/apt"
	# libelf.so points to what the package of libelf1 has; pkg-config's files name /usr.
	touch "$sysroot/done"
fi
echo "$sysroot"
