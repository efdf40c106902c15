#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Prints the version in CMakeLists.txt, or sets it there and in packages.
set -eu

usage() {
	cat <<'END'
Usage: scripts/version.sh [NEW]

Without an argument, prints the version. With MAJOR.MINOR.PATCH, sets it in CMakeLists.txt and
packaging/rpm/bpfld.spec, and adds an entry to packaging/debian/changelog and a section to CHANGELOG.md,
which need to be completed.
END
}

cd "$(dirname "$0")/.."
old=$(sed -n 's/^project(bpfld VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)

case ${1-} in
'')
	echo "$old"
	exit
	;;
--help | -h)
	usage
	exit
	;;
*[!0-9.]* | .* | *. | *..* | *.*.*.*)
	usage >&2
	exit 2
	;;
*.*.*) new=$1 ;;
*)
	usage >&2
	exit 2
	;;
esac
if [ "$new" = "$old" ]; then
	echo "scripts/version.sh: the version is already $old" >&2
	exit 1
fi

# put_before PATTERN FILE: inserts standard input before the first line that matches.
put_before() {
	entry=$(cat)
	ENTRY=$entry awk -v pattern="$1" '!done && $0 ~ pattern { print ENVIRON["ENTRY"]; print ""; done = 1 } 1' \
		"$2" >"$2.new"
	cat "$2.new" >"$2"
	rm -f "$2.new"
}

sed -i "s/^project(bpfld VERSION $old/project(bpfld VERSION $new/" CMakeLists.txt
sed -i "s/^\(Version: *\)$old\$/\1$new/" packaging/rpm/bpfld.spec
put_before '^bpfld \\(' packaging/debian/changelog <<END
bpfld ($new) UNRELEASED; urgency=medium

  * New version.

 -- bpfld maintainers <bpfld@example.org>  $(LC_ALL=C date -u '+%a, %d %b %Y 00:00:00 +0000')
END
put_before '^## ' CHANGELOG.md <<END
## $new (not released)
END
echo "$old -> $new: CMakeLists.txt, packaging/rpm/bpfld.spec, packaging/debian/changelog, CHANGELOG.md"
