#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -u

usage() {
	cat <<'END'
usage: guest.sh --kernel 6.1|6.12 --cache DIR --tmp DIR [option]... CASE...
Boots Debian's kernel of that series under QEMU's emulation and runs each CASE, a shell script, in
it. Says PASS or FAIL for each, with what a failing one printed; exits with 0 if all passed.

A case runs under busybox's sh -e in an empty folder, as root, with bpffs on /sys/fs/bpf and tracefs
on /sys/kernel/tracing. It passes with exit status 0, if it left no BPF program, map, link or pin
behind. Programs are in its PATH; files lie in $FILES.

  --program FILE  take the program along, with its libraries
  --file FILE     take the file along
  --verbose       show what passing cases printed, too
  --timeout SECS  for all cases together (default 240)
  --fetch         only make sure that the kernel is in the cache

The kernel comes from the package linux-image-...-cloud-amd64 by `apt-get download`; it is unpacked
into DIR, never installed. Where there is no QEMU, no package or no network, the line
"skipped: REASON" on standard error says so, and the exit status is 77.
END
}

kernel='' cache='' tmp='' verbose='' limit=240 fetch_only=''
programs=() files=()
while [ $# -gt 0 ]; do
	case $1 in
	--kernel) kernel=$2; shift ;;
	--cache) cache=$2; shift ;;
	--tmp) tmp=$2; shift ;;
	--program) programs+=("$2"); shift ;;
	--file) files+=("$2"); shift ;;
	--verbose) verbose=yes ;;
	--timeout) limit=$2; shift ;;
	--fetch) fetch_only=yes ;;
	--help) usage; exit 0 ;;
	-*) usage >&2; exit 2 ;;
	*) break ;;
	esac
	shift
done
if [ -z "$kernel" ] || [ -z "$cache" ] || { [ -z "$fetch_only" ] && { [ -z "$tmp" ] || [ $# = 0 ]; }; }; then
	usage >&2
	exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)

skip() {
	echo "skipped: $1" >&2
	exit 77
}

[ "$(uname -m)" = x86_64 ] || skip "guests run on x86_64 hosts only"
qemu=$(command -v qemu-system-x86_64) || skip "no qemu-system-x86_64 (Debian: qemu-system-x86)"
busybox=$(command -v busybox) || skip "no busybox (Debian: busybox-static)"
if ldd "$busybox" >/dev/null 2>&1; then
	skip "busybox is not static (Debian: busybox-static)"
fi
bpftool=$(PATH=$PATH:/usr/sbin:/sbin command -v bpftool) || skip "no bpftool"

# ---- the kernel ----

# newest_package: the newest cloud kernel of the series that apt knows.
newest_package() {
	apt-cache search --names-only "^linux-image-${kernel//./\\.}\\.[0-9].*-cloud-amd64$" 2>/dev/null |
		cut -d' ' -f1 | sort -V | tail -n 1
}

# fetch: downloads and unpacks; several tests may want the same kernel at a time.
fetch() {
	local package unpack
	mkdir -p "$cache" || return 1
	exec 9>"$cache/linux-$kernel.lock"
	flock 9
	[ -e "$cache/vmlinuz-$kernel" ] && [ -e "$cache/config-$kernel" ] && return
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
		skip "no apt-get to fetch Linux $kernel with"
	package=$(newest_package)
	[ -n "$package" ] || skip "apt knows no cloud kernel of Linux $kernel"
	unpack=$(mktemp -d "$cache/unpack.XXXXXX") || return 1
	# shellcheck disable=SC2064
	trap "rm -rf '$unpack'" EXIT
	(cd "$unpack" && apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=30 \
		-o APT::Sandbox::User=root download "$package" >log 2>&1) ||
		skip "cannot download $package: $(tail -n 1 "$unpack/log")"
	dpkg-deb --fsys-tarfile "$unpack"/*.deb | tar -x -C "$unpack" --wildcards \
		'./boot/vmlinuz-*' './boot/config-*' &&
		mv "$unpack"/boot/config-* "$cache/config-$kernel" &&
		mv "$unpack"/boot/vmlinuz-* "$cache/vmlinuz-$kernel"
}

fetch || exit 1
exec 9>&-
[ -z "$fetch_only" ] || exit 0

# ---- what the guest sees ----

root=$tmp/root
rm -rf "$root"
mkdir -p "$root"/{bin,boot,lib,dev,proc,sys,tmp,run,cases,files} || exit 1

# add_program FILE: with the libraries that it needs: in /lib, but for the dynamic linker, which
# programs name by its path
add_program() {
	local lib
	cp -L "$1" "$root/bin/" || return 1
	ldd "$1" 2>/dev/null | grep -o '/[^ ]*' | while read -r lib; do
		case $lib in
		*/ld-*) mkdir -p "$root$(dirname "$lib")" && cp -L "$lib" "$root$lib" ;;
		*) cp -L "$lib" "$root/lib/" ;;
		esac
	done
}

add_program "$busybox" && cp "$here/guest/init" "$root/init" && chmod 755 "$root/init" || exit 1
for program in "$bpftool" "${programs[@]}"; do
	add_program "$program" || exit 1
done
for file in "${files[@]}"; do
	cp -RL "$file" "$root/files/" || exit 1
done
names=()
for case in "$@"; do
	name=$(basename "$case" .sh)
	names+=("$name")
	cp "$case" "$root/cases/$name" || exit 1
done
printf '%s\n' "${names[@]}" >"$root/cases.list"
cp "$cache/config-$kernel" "$root/boot/config"
(cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null) >"$tmp/initramfs" || exit 1

# ---- the run ----

boot() {
	rm -f "$tmp/console" "$tmp/results"
	timeout "$limit" "$qemu" -accel tcg -cpu qemu64 -smp 2 -m 1024 -nodefaults -no-user-config \
		-no-reboot -display none -kernel "$cache/vmlinuz-$kernel" -initrd "$tmp/initramfs" \
		-append "console=ttyS0 quiet panic=-1 oops=panic mitigations=off" \
		-serial "file:$tmp/console" -serial "file:$tmp/results" </dev/null
}

# A kernel that dies before the first case, as one does now and then on a busy host's emulation, tells
# nothing about the cases: it gets another try.
for _ in 1 2 3; do
	boot
	status=$?
	[ ! -s "$tmp/results" ] || break
done

# report NAME: what became of the case; of one that never ended, the console may tell why
report() {
	local text result
	text=$(tr -d '\r' <"$tmp/results" | sed -n "/^@@ case $1\$/,/^@@ end $1 /p" | sed 1d)
	result=$(sed -n "s/^@@ end $1 //p" <<<"$text")
	text=$(grep -v "^@@ end $1 " <<<"$text")
	if [ "$result" = 0 ]; then
		echo "PASS: $1 (Linux $kernel)"
		[ -z "$verbose" ] || [ -z "$text" ] || sed 's/^/  | /' <<<"$text"
		return 0
	fi
	echo "FAIL: $1 (Linux $kernel): ${result:-did not end}"
	[ -z "$text" ] || sed 's/^/  | /' <<<"$text"
	return 1
}

failed=0 unfinished=0
for name in "${names[@]}"; do
	report "$name" || failed=1
	grep -q "^@@ end $name " "$tmp/results" || unfinished=1
done
if [ $status != 0 ] || [ $unfinished = 1 ]; then
	echo "the guest ended with $status; its console:"
	tail -n 40 "$tmp/console" | tr -d '\r' | sed 's/^/  | /'
	failed=1
fi
exit $failed
