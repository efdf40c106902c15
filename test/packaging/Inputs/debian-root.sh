#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# debian-root.sh ROOT DEBS NEWER TESTS: makes a bare Debian, of the release that apt uses here, in ROOT, unless
# there is one, and does there what users do. Run it in a mount namespace of its own. How this machine reaches Debian's archive
# (sources, proxies) is how ROOT does.
set -eux -o pipefail
root=$1 debs=$2 newer=$3 tests=$4
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# shellcheck source=scripts/deps.sh
. "$(dirname "$0")/../../../scripts/deps.sh"
mirror=$(archive_address)
[ -e "$root/usr/bin/apt-get" ] ||
	debootstrap --variant=minbase "$(archive_suite)" "$root" ${mirror:+"$mirror"}
debian_archive | sed 's/^/deb /' >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::((https?|ftp)::|Check-)' >"$root/etc/apt/apt.conf.d/99archive" || true
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

: a first clang after the package
get /bpfld/debs/bpfld_*.deb
a=$(llvm_releases | tail -n 1)
get "clang-$a" libc6-dev
links "$a"
in_root apt-get -q -y purge bpfld "clang-$a"
none

# The oldest clang, the newest, and one between.
mapfile -t clangs < <(llvm_releases)
a=${clangs[0]} b=${clangs[-1]} c=${clangs[1]}

: a clang before
get "clang-$a" libc6-dev
echo 'int x;' >"$root/tmp/x.c"
in_root "clang-$a" -target bpf -c /tmp/x.c -o /tmp/x.o
fails in_root "clang-$a" -target bpf /tmp/x.c -o /tmp/x.o # or what follows shows nothing
get /bpfld/debs/bpfld_*.deb
links "$a"

: a clang after, and gcc-bpf
get "clang-$b"
links "$a" "$b"
get gcc-bpf
links "$a" "$b"
in_root bpfld-hook status | grep 'bpf-gcc of gcc-bpf: hooked'
in_root apt-get -q -y purge gcc-bpf
[ ! -e "$root/usr/lib/gcc/bpf" ]
get gcc-bpf

: an upgrade
get /bpfld/newer/bpfld_*.deb
in_root dpkg -s bpfld | grep -Fx 'Version: 99.0'
links "$a" "$b"

: a clang that goes leaves nothing of ours
in_root apt-get -q -y purge "clang-$b"
[ ! -e "$root/usr/lib/llvm-$b/bin" ]
links "$a"

: an edit stays through an upgrade
cfg=$root/usr/lib/llvm-$c/bin/bpf.cfg
get "clang-$c"
if [ "$c" -ge 16 ]; then
	echo '# mine' >>"$cfg"
	get --reinstall /bpfld/newer/bpfld_*.deb
	grep -Fx '# mine' "$cfg"
	rm "$cfg"
	in_root bpfld-hook sync
fi
links "$a" "$c"

: a hook that was removed stays so
in_root bpfld-hook remove
none
get --reinstall /bpfld/newer/bpfld_*.deb
none
in_root bpfld-hook install
links "$a" "$c"

: a file of others stays, and stops nothing
ln -sf /bin/false "$root/usr/lib/llvm-$c/bin/bpf-gcc"
get --reinstall /bpfld/newer/bpfld_*.deb
[ "$(readlink "$root/usr/lib/llvm-$c/bin/bpf-gcc")" = /bin/false ]
rm "$root/usr/lib/llvm-$c/bin/bpf-gcc"
in_root bpfld-hook sync
links "$a" "$c"

: the libraries, and link-time optimisation
get gcc make cmake /bpfld/newer/lib*.deb
in_root /bpfld/tests/build-cmake
get pkg-config
in_root /bpfld/tests/build
get "/bpfld/newer/bpfld-lto-${a}_*.deb"
in_root sh -c 'cd /tmp && echo "int f(void) { return 7; }" >f.c &&
	echo "int f(void); __attribute__((section(\"xdp\"))) int p(void *c) { return f(); }" >p.c &&
	"clang-$1" -target bpf -O2 -g -flto -c f.c p.c && ld.bpf --lto-emit-asm f.o p.o -o - >asm' sh "$a"
grep 'r0 = 7' "$root/tmp/asm"

: removed, and purged, there is no trace
in_root apt-get -q -y remove bpfld
fails in_root dpkg --verify bpfld # it is not there
in_root apt-get -q -y purge 'libbpfld*' 'bpfld*'
none
[ -z "$(find "$root/var/lib/dpkg/info" -name '*bpfld*')" ]
