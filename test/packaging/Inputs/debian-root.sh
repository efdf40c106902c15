#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# debian-root.sh ROOT DEBS NEWER TESTS: makes a bare Debian 12 in ROOT, unless there is one, and does there
# what users do. Run it in a mount namespace of its own. How this machine reaches Debian's archive
# (sources, proxies) is how ROOT does.
set -eux -o pipefail
root=$1 debs=$2 newer=$3 tests=$4
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# shellcheck source=scripts/deps.sh
. "$(dirname "$0")/../../../scripts/deps.sh"
mirror=$(debian_archive | awk '$2 == "bookworm" && $3 == "main" { print $1; exit }')
[ -e "$root/usr/bin/apt-get" ] ||
	debootstrap --variant=minbase bookworm "$root" ${mirror:+"$mirror"}
debian_archive | sed 's/^/deb /' >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(https?|ftp)::' >"$root/etc/apt/apt.conf.d/99archive" || true
! [ -e /etc/ssl/certs/ca-certificates.crt ] || {
	mkdir -p "$root/etc/ssl/certs"
	cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
}
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
rm -rf "$root/bpfld"
mkdir "$root/bpfld"
cp -r "$debs" "$root/bpfld/debs"
cp -r "$newer" "$root/bpfld/newer"
cp -r "$tests" "$root/bpfld/tests"
mount -t proc proc "$root/proc"

in_root() {
	chroot "$root" /usr/bin/env TMPDIR=/tmp PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
# Arguments are packages, and patterns of files in ROOT.
get() {
	# shellcheck disable=SC2016
	in_root sh -c 'apt-get -q -y --no-install-recommends install $*' get "$@"
}
fails() {
	if "$@"; then exit 1; fi
}
# The clangs of the arguments, and no others, link.
links() {
	in_root /bpfld/tests/link >"$root/bpfld/linked"
	grep ' links$' "$root/bpfld/linked" | diff - <(printf '/usr/bin/clang-%s links\n' "$@")
}
# What of ours is there that no package owns.
traces() {
	# shellcheck disable=SC2016
	in_root sh -c '{
		find /usr /etc /opt /var/lib -xdev -path /var/lib/dpkg -prune -o -path "*bpf*" -print
		find /usr /etc -xdev -lname "*ld.bpf*"
	} | sort -u | while read -r path; do
		dpkg -S "$path" >/dev/null 2>&1 || echo "$path"
	done'
}
none() {
	[ -z "$(traces)" ] || { traces && exit 1; }
}

in_root apt-get -q update
none

: a clang before
get clang-14 libc6-dev
echo 'int x;' >"$root/tmp/x.c"
in_root clang-14 -target bpf -c /tmp/x.c -o /tmp/x.o
fails in_root clang-14 -target bpf /tmp/x.c -o /tmp/x.o # or what follows shows nothing
get /bpfld/debs/bpfld_*.deb
links 14

: a clang after, and gcc-bpf
get clang-19
links 14 19
get gcc-bpf
links 14 19

: an upgrade
get /bpfld/newer/bpfld_*.deb
in_root dpkg -s bpfld | grep -Fx 'Version: 99.0'
links 14 19

: a clang that goes leaves nothing of ours
in_root apt-get -q -y purge clang-19
[ ! -e "$root/usr/lib/llvm-19/bin" ]
links 14

: who removes the hook keeps it that way
in_root bpfld-hook remove
none
get clang-16
get --reinstall /bpfld/newer/bpfld_*.deb
none
in_root bpfld-hook install
links 14 16

: a file of somebody else stays, and stops nothing
ln -sf /bin/false "$root/usr/lib/llvm-16/bin/bpf-gcc"
get --reinstall /bpfld/newer/bpfld_*.deb
[ "$(readlink "$root/usr/lib/llvm-16/bin/bpf-gcc")" = /bin/false ]
rm "$root/usr/lib/llvm-16/bin/bpf-gcc"
in_root bpfld-hook sync
links 14 16

: the libraries, and link-time optimisation
get gcc pkg-config /bpfld/newer/lib*.deb
in_root /bpfld/tests/build
get /bpfld/newer/bpfld-lto-14_*.deb
in_root sh -c 'cd /tmp && echo "int f(void) { return 7; }" >f.c &&
	echo "int f(void); __attribute__((section(\"xdp\"))) int p(void *c) { return f(); }" >p.c &&
	clang-14 -target bpf -O2 -g -flto -c f.c p.c && ld.bpf --lto-emit-asm f.o p.o -o - >asm'
grep 'r0 = 7' "$root/tmp/asm"

: removed, and purged, there is no trace
in_root apt-get -q -y remove bpfld
fails in_root dpkg --verify bpfld # it is not there
in_root apt-get -q -y purge 'libbpfld*' 'bpfld*'
none
[ -z "$(find "$root/var/lib/dpkg/info" -name '*bpfld*')" ]
