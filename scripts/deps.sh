# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Debian packages for building, testing and the demo; sourced by other scripts. Packages that differ between
# releases of Debian are found with apt.

# apt_has REGEX: packages known to apt whose full names match, sorted by version.
apt_has() {
	apt-cache search --names-only "^($1)\$" 2>/dev/null | cut -d ' ' -f 1 | LC_ALL=C sort -V
}

# Releases of LLVM from 14 on with a package of clang, oldest first.
llvm_releases() {
	apt_has 'clang-[0-9]+' | sed 's/^clang-//' | awk '$1 >= 14'
}

# The newest installed clang-N from 14 on, or else clang.
newest_clang() {
	newest=clang
	for release in $(seq 14 99); do
		! command -v "clang-$release" >/dev/null || newest=clang-$release
	done
	echo "$newest"
}

build_packages() {
	echo gcc libc6-dev cmake ninja-build pkg-config libelf-dev zlib1g-dev libzstd-dev
}

# The demo needs clang, llvm-objdump, bpftool and libbpf.
demo_packages() {
	build_packages
	echo libbpf-dev bpftool
	clang=$(newest_clang)
	if ! command -v "$clang" >/dev/null || ! command -v "llvm-objdump${clang#clang}" >/dev/null; then
		llvm_releases | tail -n 1 | sed 's/.*/clang-& llvm-&/'
	fi
}

# All clangs with their LLVM; the newest LLVM test tools and sanitizer libraries.
test_packages() {
	demo_packages
	echo g++ make git xz-utils zstd python3 python3-psutil gcc-bpf iproute2 fish zsh groff-base mandoc \
		shellcheck strace valgrind meson qemu-system-x86 busybox-static golang-go golang-github-cilium-ebpf-dev musl-tools
	llvm_releases | sed 's/.*/clang-& llvm-&-dev/'
	llvm_releases | tail -n 1 | sed 's/.*/llvm-&-tools libclang-rt-&-dev/'
	apt_has 'linux-source-[0-9.]+|clang-format-14'
	# Debian 12 has no libbpf-cargo.
	[ -z "$(apt_has librust-libbpf-cargo-dev)" ] || echo cargo librust-libbpf-cargo-dev librust-libbpf-rs-dev
}

# Only --full builds packages, the linker for other architectures, and the HTML manual, and opens pages in a browser.
full_packages() {
	test_packages
	systems_packages
	echo build-essential pandoc debhelper lintian rpm cpio qemu-user gcc-aarch64-linux-gnu \
		libc6-dev-arm64-cross gcc-s390x-linux-gnu libc6-dev-s390x-cross chromium-headless-shell
}

# For scripts/systems.sh.
systems_packages() {
	echo debootstrap
	# Debian's util-linux has no pivot_root since 2.42.
	command -v pivot_root >/dev/null || echo util-linux-extra
}

# The address of the archive that apt uses on this system.
archive_address() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		awk '$2 !~ /-/ && $3 == "main" { print $1; exit }'
}

# copy_sources DIR: copies the files of this source tree that git tracks, with local changes; without git, as
# in a release archive, all files except builds. $root is the source tree.
copy_sources() {
	(
		cd "$root" || exit
		if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
			git ls-files -z --cached --others --exclude-standard
		else
			find . -path './build*' -prune -o -path './.git' -prune -o -type f -print0
		fi | tar -c --null -T - | tar -x -C "$1"
	)
}

# The release of Debian that apt uses on this system.
archive_suite() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		awk '$1 !~ /-/ && $2 == "main" { print $1; exit }'
}

# The sources of apt, each with address, suite and component.
debian_archive() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		grep -E " $(archive_suite)(-updates|-security)? " | sort -u
}

# Prints packages in the arguments that are not installed.
not_installed() {
	for package; do
		case $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) in
		installed) ;;
		*) echo "$package" ;;
		esac
	done
}

# Sets $sudo, the prefix of commands that need root.
find_sudo() {
	sudo=
	[ "$(id -u)" != 0 ] || return 0
	sudo=sudo
	command -v sudo >/dev/null
}

# install_packages LIST: prints and installs the missing packages of those that function LIST prints.
install_packages() {
	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		echo "This is not a Debian system. Required packages, by their names in Debian: $("$1" | tr '\n' ' ')"
		return 0
	fi
	# shellcheck disable=SC2046
	missing=$(not_installed $("$1"))
	[ -n "$missing" ] || [ -z "$(llvm_releases)" ] || return 0

	find_sudo || {
		echo "Missing packages, but neither root nor sudo to install them: "$missing >&2
		return 1
	}
	$sudo apt-get -qq update </dev/null || return 1
	known=
	# shellcheck disable=SC2046
	for package in $(not_installed $("$1")); do
		if apt-cache show --no-all-versions "$package" >/dev/null 2>&1; then
			known="$known $package"
		else
			echo "apt does not have package $package." >&2
		fi
	done
	[ -n "$known" ] || return 0
	echo "Installing missing packages with apt-get${sudo:+ and sudo}:$known"
	# shellcheck disable=SC2086
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
		$known </dev/null >/dev/null
}

# install_build_depends TREE: installs the missing Build-Depends of TREE/debian/control, for $DEB_BUILD_PROFILES.
install_build_depends() {
	if (cd "$1" && dpkg-checkbuilddeps) >/dev/null 2>&1; then
		return 0
	fi
	find_sudo || {
		echo "Missing Build-Depends, but neither root nor sudo to install them. As root, run: apt-get build-dep $1" >&2
		return 1
	}
	echo "Installing missing Build-Depends with apt-get${sudo:+ and sudo}"
	$sudo apt-get -qq update </dev/null &&
		$sudo env DEBIAN_FRONTEND=noninteractive DEB_BUILD_PROFILES="${DEB_BUILD_PROFILES-}" \
			apt-get -qq build-dep -y --no-install-recommends "$1" </dev/null >/dev/null
}
