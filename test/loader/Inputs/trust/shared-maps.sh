# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# shared-maps.sh BPFLD: a map that says itself where it is pinned, in a BPF file system of mode 1777. To
# be run in a mount namespace of its own, with kept.o and app.o.
bpfld=$1 pin=/sys/fs/bpf/bpfld_test_kept
mallory() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
die() { echo "$*" >&2; exit 1; }
mount -t bpf none /sys/fs/bpf
load() { "$bpfld" load "$@" kept.o; }
unload() { "$bpfld" unload kept; }
map_id() { bpftool -j map show pinned "$1" | sed 's/.*"id":\([0-9]*\).*/\1/'; }
create() { bpftool map create "$1" type array key 4 value "$2" entries 1 name x; }
refused() {
	local how
	for how in "" --dynamic=static; do
		load $how >out.txt 2>errors.txt && die "$1: taken over"
		grep -qF "$2" errors.txt || { cat errors.txt; die "$1: no '$2'"; }
		[ ! -e /sys/fs/bpf/bpfld ] || die "$1: something is left"
	done
}

# Another user's pin, as root would make it for them; and a link to root's.
create $pin 4
chown 65534 $pin
refused "another user's" "was pinned by $(id -nu 65534) (uid 65534), who is neither root nor the caller"
rm $pin
create /sys/fs/bpf/precious 4
for target in precious /sys/fs/bpf/precious nowhere; do
	mallory ln -s $target $pin
	refused "a link to $target" "[untrusted-pins]"
	mallory rm $pin
done
mallory mkdir $pin
refused "a directory" "[untrusted-pins]"
mallory rmdir $pin

# Of other sizes; then one that fits, and is taken.
create $pin 8
refused "another map" "File exists"
rm $pin
create $pin 4
for how in "" --dynamic=static; do
	load $how >out.txt
	[ ! -e /sys/fs/bpf/bpfld/kept/maps/bpfld_test_kept ] || die "pinned twice"
	used=$(bpftool -j prog show pinned /sys/fs/bpf/bpfld/kept/programs/drop | grep -o '"map_ids":\[[0-9]*')
	[ "$(map_id $pin)" = "${used##*\[}" ] || die "not shared"
	unload
	[ -e $pin ] || die "unload removed it"
	# What was there stays if a load fails; what the load made goes.
	load $how -a 2>errors.txt && die "no device, and attached"
	[ -e $pin ] || die "a failed load removed it"
done
rm $pin
for how in "" --dynamic=static; do
	load $how -a 2>errors.txt && die "no device, and attached"
	[ -n "$how" ] || [ ! -e $pin ] || die "a failed load left it"
	rm -f $pin
	load $how >out.txt
	[ -e $pin ] || die "not pinned"
	unload
	rm $pin
done
umount /sys/fs/bpf
echo done
