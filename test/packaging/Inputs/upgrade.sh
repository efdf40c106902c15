#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# upgrade.sh FOLDER NEW VERSION: the packages of FOLDER, given another version, in NEW.
set -eu
mkdir -p "$2"
for deb in "$1"/*.deb; do
	name=$(dpkg-deb -f "$deb" Package)
	case $name in *-dbgsym) continue ;; esac
	old=$(dpkg-deb -f "$deb" Version)
	dir=$(mktemp -d -p "$2")
	dpkg-deb -R "$deb" "$dir/tree"
	sed -i "s/^Version: .*/Version: $3/; s/(= $old)/(= $3)/g" "$dir/tree/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$dir/tree" "$2/${name}_$3.deb"
	rm -rf "$dir"
done
