#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cross.sh CACHE ARCH: prints a directory below CACHE with Debian's libelf for another architecture, from the
# archive that apt uses, without a change to this system's own apt.
set -eu -o pipefail
# shellcheck source=scripts/deps.sh
. "$(dirname "$0")/../../../scripts/deps.sh"
arch=$2 suite=$(archive_suite)
sysroot=$1/sysroot-$suite-$arch
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
	debian_archive | grep " $suite main\$" | sed 's/^/deb /' >"$sysroot/apt/sources.list"
	[ -s "$sysroot/apt/sources.list" ]
	apt update >&2
	# With what libelf needs, which differs from release to release; the C library is the cross compiler's.
	apt install -y --no-install-recommends --download-only libelf-dev libzstd-dev zlib1g-dev >&2
	for deb in "$sysroot"/apt/cache/archives/{libelf,libzstd,zlib}*.deb; do
		[ ! -e "$deb" ] || dpkg-deb -x "$deb" "$sysroot"
	done
	rm -rf "$sysroot/apt"
	# libelf.so points to what the package of libelf1 has; pkg-config's files name /usr.
	touch "$sysroot/done"
fi
echo "$sysroot"
