#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Builds packages from the working tree, without changing it.
set -eu

usage() {
	cat <<'END'
Usage: scripts/package.sh [option...] deb|rpm|static

  deb            Debian packages, from packaging/debian with dpkg-buildpackage, including bpfld-lto-N
                 for each LLVM from 14 on that apt has; installs missing Build-Depends of the control file,
                 with sudo if necessary
  rpm            RPM packages, from packaging/rpm with rpmbuild; on systems without RPM packages, the
                 requirements of the spec file are not checked
  static         bpfld-VERSION-static-MACHINE.tar.gz, with one executable that needs no library, and no
                 link-time optimization. CC=musl-gcc builds it with musl

  --output DIR   directory for packages (build-packages)
  --build DIR    directory to copy the sources to and build in (default: a temporary directory)
  --source       only create the source tree, in the directory of --build
  --no-lto       skip packages for link-time optimization, which need llvm-N-dev
  --help         print this help

To build Debian packages manually, run scripts/package.sh --build DIR --source deb, and then
dpkg-buildpackage -b -us -uc in DIR/bpfld-VERSION
END
}

die() {
	echo "scripts/package.sh: $*" >&2
	exit 1
}

root=$(cd "$(dirname "$0")/.." && pwd)
output=$root/build-packages build='' kind='' source='' profiles=''
while [ $# -gt 0 ]; do
	case $1 in
	--output) output=${2:?} && shift ;;
	--build) build=${2:?} && shift ;;
	--source) source=yes ;;
	--no-lto) profiles=pkg.bpfld.nolto ;;
	--help | -h) usage && exit ;;
	deb | rpm | static) kind=$1 ;;
	*) die "unknown argument $1; --help lists them" ;;
	esac
	shift
done
[ -n "$kind" ] || {
	usage >&2
	exit 2
}

# shellcheck source=scripts/deps.sh
. "$root/scripts/deps.sh"

version=$(sed -n 's/^project(bpfld VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
[ -n "$version" ] || die "CMakeLists.txt has no version"
if [ -z "$build" ]; then
	[ -z "$source" ] || die "--source needs --build"
	build=$(mktemp -d)
	trap 'rm -rf "$build"' EXIT
fi
mkdir -p "$build" "$output"
build=$(cd "$build" && pwd)
output=$(cd "$output" && pwd)
tree=$build/bpfld-$version
rm -rf "$tree"
mkdir -p "$tree"

copy_sources "$tree"

# Adds bpfld-lto-N to debian/control for each LLVM that apt has.
make_control() {
	releases=$(llvm_releases)
	for n in $releases; do
		echo "               llvm-$n-dev <!pkg.bpfld.nolto>,"
	done >"$build/llvm-dev"
	sed -e '/^#/d' -e "/^@LLVM_DEV@\$/{r $build/llvm-dev" -e 'd}' control.in >control
	for n in $releases; do
		sed "/^#/d; s/@N@/$n/g" control-lto.in >>control
		echo "usr/lib/*/bpfld/lto-$n.so" >"bpfld-lto-$n.install"
	done
	rm control.in control-lto.in "$build/llvm-dev"
}

deb() {
	command -v apt-get >/dev/null || die "deb needs a Debian system; static and rpm do not"
	if [ -z "$(llvm_releases)" ] && find_sudo; then # apt has no lists yet, as in new containers
		$sudo apt-get -qq update </dev/null || die "apt-get update failed"
	fi
	cp -r "$root/packaging/debian" "$tree/debian"
	(cd "$tree/debian" && make_control)
	[ -z "$source" ] || exit 0
	export DEB_BUILD_PROFILES="${DEB_BUILD_PROFILES-} $profiles"
	install_build_depends "$tree" || die "could not install the Build-Depends"
	(cd "$tree" && dpkg-buildpackage -b -us -uc) || die "dpkg-buildpackage failed"
	mv "$build"/*.deb "$build"/*.changes "$build"/*.buildinfo "$output"
}

rpm() {
	top=$build/rpm
	mkdir -p "$top/SOURCES"
	tar -C "$build" --sort=name --owner=0 --group=0 -czf "$top/SOURCES/${tree##*/}.tar.gz" "${tree##*/}"
	[ -z "$source" ] || exit 0
	command -v rpmbuild >/dev/null || die "needs rpmbuild, of package rpm-build (Debian: rpm)"
	nodeps=
	command rpm -q rpm >/dev/null 2>&1 || nodeps=--nodeps
	# shellcheck disable=SC2086
	rpmbuild -bb $nodeps ${profiles:+--without lto} --define "_topdir $top" \
		"$root/packaging/rpm/bpfld.spec" || die "rpmbuild failed"
	mv "$top"/RPMS/*/*.rpm "$output"
}

static() {
	[ -z "$source" ] || exit 0
	tar=$output/${tree##*/}-static-$(uname -m).tar
	cmake -S "$tree" -B "$build/static" -DBPFLD_STATIC=ON -DCMAKE_BUILD_TYPE=Release \
		-DCMAKE_C_FLAGS_RELEASE='-O2 -DNDEBUG' -DCMAKE_INSTALL_PREFIX=/usr/local &&
		cmake --build "$build/static" -j "$(nproc)" &&
		DESTDIR=$build/${tree##*/}-root cmake --install "$build/static" --strip || die "the build failed"
	install -m 644 "$tree/LICENSE" "$tree/README.md" "$build/${tree##*/}-root/usr/local"
	tar -C "$build/${tree##*/}-root/usr/local" --transform "s,^\.,${tree##*/},S" --sort=name --owner=0 --group=0 \
		--numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}" -cf "$tar" .
	gzip -9nf "$tar"
}

$kind
ls "$output"
