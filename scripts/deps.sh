# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The Debian packages that building, testing and the demo need, and where they come from; read in by the
# other scripts.

BUILD_PACKAGES="gcc libc6-dev cmake ninja-build pkg-config libelf-dev"

# clang-19, objdump, bpftool and libbpf: what the demo compiles, shows and loads with.
DEMO_PACKAGES="$BUILD_PACKAGES libbpf-dev zlib1g-dev clang-19 llvm-19 bpftool"

TEST_PACKAGES="$DEMO_PACKAGES g++ make git xz-utils python3 python3-psutil
	llvm-14-tools llvm-19-tools clang-14 clang-16 clang-format-14 libclang-rt-14-dev
	llvm-14-dev llvm-16-dev llvm-19-dev
	gcc-bpf iproute2 fish groff-base mandoc shellcheck strace valgrind linux-source-6.1 linux-source-6.12
	meson qemu-system-x86 busybox-static golang-go golang-github-cilium-ebpf-dev zsh"

# Packages are built and tried with --full only, as is the linker on other machines; so is the manual as
# HTML.
FULL_PACKAGES="$TEST_PACKAGES pandoc debhelper lintian debootstrap rpm cpio qemu-user-static
	gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-s390x-linux-gnu libc6-dev-s390x-cross"

# The parts of Debian 12's archive that apt uses here, each as its address, suite and component.
debian_archive() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		grep -E ' bookworm(-updates|-security)? ' | sort -u
}

# install_packages NAME...: installs those that are missing; says so first.
install_packages() {
	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		echo "This is no Debian system; what is needed here is called there: $*"
		return 0
	fi
	missing=
	for package; do
		case $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) in
		installed) ;;
		*) missing="$missing $package" ;;
		esac
	done
	[ -n "$missing" ] || return 0

	sudo=
	if [ "$(id -u)" != 0 ]; then
		if ! command -v sudo >/dev/null; then
			echo "Missing, and neither root nor sudo to install it:$missing" >&2
			return 1
		fi
		sudo=sudo
	fi
	echo "Missing here:$missing"
	$sudo apt-get -qq update </dev/null || return 1
	known=
	for package in $missing; do
		if apt-cache show --no-all-versions "$package" >/dev/null 2>&1; then
			known="$known $package"
		else
			echo "apt has no package $package; Debian 12 with its security updates has." >&2
		fi
	done
	[ -n "$known" ] || return 0
	echo "Installing with apt-get${sudo:+ through sudo}:$known"
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
		$known </dev/null >/dev/null
}
