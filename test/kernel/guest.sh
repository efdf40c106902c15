#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -u

usage() {
	cat <<'END'
usage: guest.sh --kernel 6.1|6.12|7.2 --cache DIR --tmp DIR [option]... CASE...
Boots Debian's kernel of that series under QEMU and runs each CASE, a shell script, in the guest.
Prints PASS or FAIL for each case, with the output of those that fail; exits with 0 if all passed.

A case runs under busybox's sh -e in an empty directory, as root, with bpffs on /sys/fs/bpf and
tracefs on /sys/kernel/tracing. It passes with exit status 0, if it left no BPF program, map, link
or pin behind. Programs are in its PATH; files are in $FILES.

  --program FILE  copy the program and its libraries into the guest
  --file FILE     copy the file into the guest
  --verbose       print the output of passing cases, too
  --timeout SECS  for all cases together (default 240)
  --each SECS     for one case (default 100)
  --accel KIND    kvm or tcg (default: kvm if a first guest runs under it on this machine; the
                  cache keeps the answer until the machine boots again)
  --fetch         only make sure that the kernel is in the cache

apt-get downloads the kernel's package from the sources that the system has, or else from a suite
of the same archive (bookworm, trixie or sid), whose list stays in the cache. Nothing is installed.
Without QEMU, the package or the network, the line "skipped: REASON" on standard error says so, and
the exit status is 77.
END
}

kernel='' cache='' tmp='' verbose='' limit=240 each=100 accel='' fetch_only=''
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
	--each) each=$2; shift ;;
	--accel) accel=$2; shift ;;
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

# packages APT-OPTION...: those with the image and the configuration of the series' newest cloud
# kernel. Since Linux 7.2 linux-image-* depends on linux-binary-* and linux-base-*, which have them.
packages() {
	local newest
	newest=$(apt-cache "$@" search --names-only \
		"^linux-(image|binary)-${kernel//./\\.}\\.[0-9].*-cloud-amd64$" 2>/dev/null |
		cut -d' ' -f1 | sort -t- -k3V -k2,2r | tail -n 1)
	case $newest in
	linux-binary-*) echo "$newest linux-base-${newest#linux-binary-}" ;;
	*) echo "$newest" ;;
	esac
}

# use_suite SUITE: points `apt` at the suite of the archive that the system uses, with lists of its
# own; the system's sources stay as they are.
use_suite() {
	local state=$cache/apt-$1 keys=/usr/share/keyrings/debian-archive-keyring.gpg url
	url=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
		'Label: Debian' 2>/dev/null | head -n 1)
	mkdir -p "$state/lists/partial" || return 1
	[ -n "$url" ] || { echo "apt has no source of Debian" >"$state/log" && return 1; }
	[ -e $keys ] && keys="[signed-by=$keys]" || keys=''
	echo "deb $keys $url $1 main" >"$state/sources.list"
	apt=("${system_apt[@]}" -o "Dir::Etc::sourcelist=$state/sources.list" -o Dir::Etc::sourceparts=-
		-o "Dir::State::lists=$state/lists" -o "Dir::Cache=$state")
	apt-get -qq "${apt[@]}" -o Acquire::Languages=none update >"$state/log" 2>&1
}

# find_packages: sets `found`, and `apt` to the options that find it
find_packages() {
	local suite=''
	found=$(packages)
	[ -z "$found" ] || return 0
	case $kernel in
	6.1) suite=bookworm ;;
	6.12) suite=trixie ;;
	7.2) suite=sid ;;
	*) skip "no cloud kernel of Linux $kernel is known to apt" ;;
	esac
	use_suite $suite || skip "no list of packages of $suite: $(tail -n 1 "$cache/apt-$suite/log")"
	found=$(packages "${apt[@]}")
	[ -n "$found" ] || skip "neither apt's sources nor $suite have a cloud kernel of Linux $kernel"
}

# fetch: downloads and unpacks; several tests may want the same kernel at a time.
fetch() {
	local unpack found file system_apt=(-o Acquire::Retries=1 -o Acquire::http::Timeout=30
		-o APT::Sandbox::User=root)
	local apt=("${system_apt[@]}")
	mkdir -p "$cache" || return 1
	exec 9>"$cache/fetch.lock"
	flock 9
	[ -e "$cache/vmlinuz-$kernel" ] && [ -e "$cache/config-$kernel" ] && return
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
		skip "no apt-get to fetch Linux $kernel with"
	find_packages
	unpack=$(mktemp -d "$cache/unpack.XXXXXX") || return 1
	# shellcheck disable=SC2064
	trap "rm -rf '$unpack'" EXIT
	# shellcheck disable=SC2086 # package names are words
	(cd "$unpack" && apt-get -qq "${apt[@]}" download $found >log 2>&1) ||
		skip "cannot download $found: $(tail -n 1 "$unpack/log")"
	for file in "$unpack"/*.deb; do
		dpkg-deb --fsys-tarfile "$file" | tar -x -C "$unpack" --wildcards \
			'./boot/*-*' './usr/lib/modules/*/vmlinuz' './usr/lib/modules/*/config' 2>/dev/null
	done
	mv "$unpack"/boot/config-* "$cache/config-$kernel" 2>/dev/null ||
		mv "$unpack"/usr/lib/modules/*/config "$cache/config-$kernel" || return 1
	mv "$unpack"/boot/vmlinuz-* "$cache/vmlinuz-$kernel" 2>/dev/null ||
		mv "$unpack"/usr/lib/modules/*/vmlinuz "$cache/vmlinuz-$kernel"
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
echo "$each" >"$root/case.limit"
cp "$cache/config-$kernel" "$root/boot/config"
(cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null) >"$tmp/initramfs" || exit 1

# ---- the run ----

# accelerator: kvm if a first guest ran under it on this machine, else tcg. That /dev/kvm opens proves
# nothing: there are hosts whose guests stop with an internal error.
accelerator() {
	local verdict=$cache/accelerator id answer=tcg
	id=$(cat /proc/sys/kernel/random/boot_id)
	exec 9>"$cache/accelerator.lock"
	flock 9
	if ! grep -qs "^$id " "$verdict"; then
		mkdir -p "$tmp/first" && echo 'bpftool prog show' >"$tmp/first/first.sh" || return 1
		if { : <>/dev/kvm; } 2>/dev/null && bash "$0" --kernel "$kernel" --cache "$cache" \
			--tmp "$tmp/first" --accel kvm --timeout 20 "$tmp/first/first.sh" >/dev/null 2>&1; then
			answer=kvm
		fi
		echo "$id $answer" >"$verdict"
	fi
	exec 9>&-
	cut -d' ' -f2 "$verdict"
}
[ -n "$accel" ] || accel=$(accelerator) || exit 1

# no_timer_check: under emulation on a busy host the kernel's test of the timer fails, and the boot hangs.
boot() {
	rm -f "$tmp/console" "$tmp/results"
	timeout "$limit" "$qemu" -accel "$accel" -cpu qemu64 -smp 2 -m 1024 -nodefaults -no-user-config \
		-no-reboot -display none -kernel "$cache/vmlinuz-$kernel" -initrd "$tmp/initramfs" \
		-append "console=ttyS0 quiet no_timer_check panic=-1 oops=panic mitigations=off" \
		-serial "file:$tmp/console" -serial "file:$tmp/results" </dev/null
}

# A kernel that dies before the first case, as happens now and then under emulation on a busy host,
# proves nothing about the cases: it gets another try.
for _ in 1 2 3; do
	boot
	status=$?
	[ ! -s "$tmp/results" ] && [ "$accel" = tcg ] || break
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
