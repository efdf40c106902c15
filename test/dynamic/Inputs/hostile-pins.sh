# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# hostile-pins.sh DYNRUN BPFLD: in a mount namespace of its own, with app.o and slash.o.
dynrun=$1 bpfld=$2
mallory() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
die() { echo "$*" >&2; exit 1; }
mkdir -p fs && mount -t bpf none fs
pin() { "$dynrun" --mode static main app.o link attach "$@"; }

pin pin fs/other
[ -e fs/other/app-first ] && [ -e fs/other/app-second ] || die "not pinned"
before=$(find fs)
refused() {
	seen=$(find fs)
	echo "$1:"
	pin '!pin' "$2"
	[ "$(find fs)" = "$seen" ] || die "$1: something was changed"
}
for target in other "$PWD/fs/other" ..; do
	mallory ln -s "$target" fs/app
	refused "a link" fs/app
	refused "below a link" fs/app/below
	mallory rm fs/app
done
mallory mkdir -p fs/app/below
refused "another user's" fs/app
refused "below another user's" fs/app/below
refused "below another user's, new" fs/app/new
mallory rm -r fs/app
refused "everybody's" fs
for mode in 0770 1777; do
	mkdir fs/app && chmod $mode fs/app
	refused "writable by others, $mode" fs/app
	rmdir fs/app
done
# A sticky directory above is no obstacle.
mkdir fs/app && chmod 1777 fs/app
pin pin fs/app/mine
[ -e fs/app/mine/app-first ] || die "not pinned below a sticky directory"
rm -r fs/app
[ "$(find fs)" = "$before" ] || die "something is left"

# A name that would lead elsewhere: kernels see its first 15 characters only.
"$bpfld" load --root=fs/pins slash.o 2>&1 && die "a name with slashes was pinned"
"$bpfld" load --root=fs/pins --dynamic=static slash.o 2>&1 && die "a name with slashes was pinned"
[ "$(find fs)" = "$before" ] || die "something is left"
umount fs
