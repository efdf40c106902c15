# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# hostile-users.sh BPFLD: what another user can put into a BPF file system of mode 1777. To be run in
# a mount namespace of its own, with app.o.
bpfld=$1
mallory() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
owner=$(id -nu 65534)
die() { echo "$*" >&2; exit 1; }
bpffs() { mkdir -p "$1" && mount -t bpf none "$1" && [ "$(stat -c %a "$1")" = 1777 ]; }
load() { "$bpfld" load --root="$1" -n "$2" -a app.o; }

bpffs fs
mkdir -p victim/sub victim/links
touch victim/file victim/sub/file victim/links/file
load fs/other precious >out.txt
before=$(find victim fs/other)

# refused CASE COMMAND...: fails, names who made what is in the way, and touches neither the victims
# nor what is in the way.
refused() {
	local case=$1 seen
	shift
	seen=$(find fs)
	"$@" >out.txt 2>errors.txt && die "$case: did not fail: $*"
	grep -q '^bpfld: error: .*\[untrusted-pins\]$' errors.txt || { cat errors.txt; die "$case: not refused"; }
	grep -qF "$who" errors.txt || { cat errors.txt; die "$case: does not name $who"; }
	grep -q '^>>> help: .*--root=DIR' errors.txt || die "$case: does not tell the way round"
	[ "$(find victim fs/other)" = "$before" ] || die "$case: a victim was changed"
	[ "$(find fs)" = "$seen" ] || die "$case: something was changed"
}

# ---- the directory of pins is another user's, or a link of theirs ----
who="$owner (uid 65534)"
for victim in "$PWD/victim" "$PWD/fs/other" ../other; do
	for level in app app/links app/imports app/programs/x app/imports/i app/imports/i/p app/functions/f/t app/file/s; do
		mallory mkdir -p "fs/pins/$(dirname $level)"
		mallory ln -s "$victim" fs/pins/$level
		for command in "unload app" "unload precious" "ls" "ls app" "load -n app -a app.o" "load --dynamic=static app.o"; do
			refused "$level -> $victim" "$bpfld" $command --root=fs/pins
		done
		mallory rm -r fs/pins
	done
	mallory ln -s "$victim" fs/pins
	for command in "unload app" "unload precious" ls "ls precious" "load app.o"; do
		refused "fs/pins -> $victim" "$bpfld" $command --root=fs/pins
		refused "fs/pins/below -> $victim" "$bpfld" $command --root=fs/pins/below
	done
	mallory rm fs/pins
done
mallory mkdir fs/pins
refused "another user's" load fs/pins app
mallory mkdir fs/pins/app
refused "another user's" "$bpfld" unload --root=fs/pins app
# The way round that the message names.
load fs/elsewhere app >out.txt
[ -e fs/elsewhere/app/links/first ] || die "--root does not work beside another user's directory"
"$bpfld" unload --root=fs/elsewhere app
[ ! -e fs/elsewhere ] || die "fs/elsewhere is left"
mallory rm -r fs/pins

# ---- root's own directory, which others may write to ----
who="root (uid 0)"
for dir in fs/pins fs/pins/app fs/pins/app/links fs/pins/~; do
	for mode in 0777 0720 1777; do
		load fs/pins app >out.txt
		[ $dir != fs/pins/~ ] || mkdir $dir
		chmod $mode $dir
		refused "$dir: $mode" "$bpfld" unload --root=fs/pins app
		chmod 0700 $dir
		"$bpfld" unload --root=fs/pins app
		[ ! -e fs/pins ] || die "$dir: $mode: something is left"
	done
done

# ---- entries that no load makes, in directories that are all right ----
for entry in app/pin app/links/dir/ app/programs/dir/ app/maps/dir/ app/imports/pin app/imports/i/d/deeper/ \
	app/functions/pin app/functions/f/d/ app/file/pin app/file/sum/pin app/other/ app/LINKS/ \
	"app/links/link" "app/link" "app/maps/ link" app/imports/i/link '~/pin' '~/app/pin'; do
	load fs/pins app >out.txt
	mkdir -p "fs/pins/$(dirname "$entry")"
	chmod -R go= fs/pins
	case $entry in
	*/) mkdir -m 0700 "fs/pins/$entry" ;;
	*pin) bpftool map create "fs/pins/$entry" type array key 4 value 4 entries 1 name x ;;
	*link) ln -s "$PWD/victim" "fs/pins/$entry" ;;
	esac
	refused "$entry" "$bpfld" unload --root=fs/pins app
	rm -r fs/pins
done

# ---- races ----
# Another user swaps a directory for a link to a victim, while root unloads what they have made.
rm -f stop
mallory mkdir -p fs/pins/app/links
setpriv --reuid=65534 --regid=65534 --clear-groups bash -c '
	while [ ! -e stop ]; do
		mkdir fs/pins/app/links; mv -T fs/pins/app/links fs/pins/app/old; ln -s "$1" fs/pins/app/links; rm -r fs/pins/app/links fs/pins/app/old
		mv -T fs/pins fs/swapped; ln -s other fs/pins; rm fs/pins; mv -T fs/swapped fs/pins
	done' - "$PWD/victim" 2>/dev/null &
loop=$!
for i in $(seq 60); do
	for name in app precious; do
		"$bpfld" unload --root=fs/pins $name 2>/dev/null && die "unloaded another user's $name"
	done
	[ "$(find victim fs/other)" = "$before" ] || die "race: a victim was changed"
done
touch stop
wait $loop || :
rm -rf fs/pins fs/swapped

"$bpfld" unload --root=fs/other precious
[ "$(find fs -mindepth 1 ! -name '*.debug')" = "" ] || die "something is left"
umount fs
echo done
