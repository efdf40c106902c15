#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Runs scripts/demo.sh and scripts/test.sh in minimal chroots of other suites of Debian.
set -u

usage() {
	cat <<'END'
Usage: scripts/systems.sh [--full] [SUITE...]
Creates a minimal chroot for each SUITE of Debian (default: trixie sid) and runs scripts/demo.sh and
scripts/test.sh in it, on a copy of this source tree. Prints versions of tools, and "N passed, N failed" as
the last line. Needs root, debootstrap, and a network for apt.

  --full          run all tests of scripts/test.sh, and not a selection
  --tests REGEX   run tests whose names match
  --help          print this help

Uses the same archive as apt on this system. The output of debootstrap is cached in build-cache (or
$BPFLD_CACHE); the chroot is removed at the end, and on signals.
END
}

root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
# shellcheck source=scripts/deps.sh
. "$root/scripts/deps.sh"
# shellcheck source=scripts/count.sh
. "$root/scripts/count.sh"

# Tests that depend on compilers, libraries, loaders and the kernel; no virtual machines, no long tests of the
# oldest and the newest compiler, and no tests that depend only on the host.
tests='(elf|symbols|maps|btf|btf-ext|reloc|no-btf|partial|output|calls|archive|gc|gcc|lto|driver|look|loader|api|unit|kernel)/'
tests=$tests'(?!linux-|guest|programs|compilers-between|cases-between)'
suites=()
while [ $# -gt 0 ]; do
	case $1 in
	--full) tests= ;;
	--tests) tests=${2:?} && shift ;;
	--help | -h) usage && exit ;;
	-*) echo "scripts/systems.sh: unknown option $1; --help lists them" >&2 && exit 2 ;;
	*) suites+=("$1") ;;
	esac
	shift
done
[ ${#suites[@]} -gt 0 ] || suites=(trixie sid)

cache=${BPFLD_CACHE:-$root/build-cache}/systems
dir='' child='' log=''

# Kills all processes in the chroot, and removes it. Its mounts are in the namespace of these processes, and
# disappear with the last one.
leave() {
	rm -f "$log"
	[ -n "$dir" ] || return 0
	[ -z "$child" ] || kill -TERM -- "-$child" 2>/dev/null
	local tries proc busy=yes
	for tries in $(seq 50); do
		busy=
		for proc in /proc/[0-9]*; do
			[ "$proc/root" -ef "$dir" ] || continue
			busy=yes
			[ "$tries" -lt 10 ] || kill -KILL "${proc#/proc/}" 2>/dev/null
		done
		[ -n "$busy" ] || break
		sleep 0.1
	done
	rm -rf --one-file-system "$dir" || echo "scripts/systems.sh: cannot remove $dir" >&2
	dir='' child=''
}
trap leave EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# enter COMMAND...: runs a command in the chroot, in a new session and mount namespace. It uses pivot_root, since
# the kernel does not allow user namespaces after chroot().
enter() {
	# shellcheck disable=SC2016 # for the inner shell
	setsid unshare --mount --propagation private bash -euc '
		dir=$1
		shift
		mount --bind "$dir" "$dir"
		mount -t proc proc "$dir/proc"
		mount --rbind /sys "$dir/sys"
		mount -t bpf bpf "$dir/sys/fs/bpf"
		mount --rbind /dev "$dir/dev"
		cd "$dir"
		pivot_root . mnt
		umount -l /mnt
		cd /bpfld
		exec "$@" </dev/null' bash "$dir" /usr/bin/env -i HOME=/root TMPDIR=/tmp LC_ALL=C.UTF-8 TERM=dumb \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${pass[@]}" "$@" &
	child=$!
	wait "$child"
	local status=$?
	child=''
	return $status
}
# The environment of commands in the chroot.
pass=()
for name in CI http_proxy https_proxy ftp_proxy no_proxy; do
	[ -z "${!name-}" ] || pass+=("$name=${!name}")
done

# make_root SUITE: creates a minimal system in $dir, with this source tree in /bpfld.
make_root() {
	local suite=$1 mirror
	mirror=$(archive_address) && [ -n "$mirror" ] || { echo "cannot find the archive of apt" && return 1; }
	mkdir -p "$cache" && dir=$(mktemp -d "$cache/$suite.XXXXXX") || return 1
	if [ ! -e "$cache/$suite.tar" ]; then
		debootstrap --variant=minbase "$suite" "$dir" "$mirror" >"$dir.log" 2>&1 </dev/null || {
			tail -n 5 "$dir.log"
			rm -f "$dir.log"
			return 1
		}
		rm -f "$dir.log"
		tar -C "$dir" -cf "$dir.tar" . && mv "$dir.tar" "$cache/$suite.tar" || return 1
	else
		tar -C "$dir" -xpf "$cache/$suite.tar" || return 1
	fi
	chmod 755 "$dir" # it is the root directory of all users there
	echo "deb $mirror $suite main" >"$dir/etc/apt/sources.list"
	apt-config dump | grep -E '^Acquire::((https?|ftp)::|Check-)' >"$dir/etc/apt/apt.conf.d/99archive" || true
	! [ -e /etc/ssl/certs/ca-certificates.crt ] || {
		mkdir -p "$dir/etc/ssl/certs"
		cp -L /etc/ssl/certs/ca-certificates.crt "$dir/etc/ssl/certs/"
	}
	cp -L /etc/resolv.conf /etc/hosts "$dir/etc/"
	mkdir "$dir/bpfld" && copy_sources "$dir/bpfld" || return 1
	# The cached chroot may be older than the archive.
	enter sh -c 'apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y dist-upgrade >/dev/null' </dev/null
}

versions() {
	# shellcheck disable=SC2016 # for the inner shell, and dpkg-query
	enter sh -c 'echo "Debian $(cat /etc/debian_version), Linux $(uname -r) of the host"
		dpkg-query -W -f "\${db:Status-Abbrev} \${Package} \${Version}\n" "clang-[0-9]*" "llvm-[0-9]*-dev" gcc gcc-bpf \
			binutils-bpf libelf-dev libbpf-dev bpftool "linux-source-*" golang-github-cilium-ebpf-dev 2>/dev/null |
			sed -n "s/^ii //p"'
}

[ "$(id -u)" = 0 ] || { echo "scripts/systems.sh: needs root" && count '' && total; exit 1; }
install_packages systems_packages || { echo "scripts/systems.sh: could not install debootstrap" && count '' && total; exit 1; }
for name in "${suites[@]}"; do
	printf '\n=== %s: creating a chroot\n' "$name"
	if make_root "$name"; then
		check "$name" enter scripts/demo.sh
		# shellcheck disable=SC2086
		suite "$name" enter scripts/test.sh $tests
		printf '\n=== %s: versions\n' "$name"
		versions
	else
		count ''
		echo "failed: $name: cannot create a chroot (see above)"
	fi
	leave
done
total
