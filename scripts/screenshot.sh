#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Makes the pictures of README.md: the report of examples/library, in light and dark.
set -eu

case ${1-} in
--help | -h)
	sed -n '3s/^# //p' "$0"
	echo "Usage: scripts/screenshot.sh [BUILD-DIR]"
	echo "Writes docs/report-light.png and docs/report-dark.png. Needs Chromium or its headless shell."
	exit
	;;
esac
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build}
# shellcheck source=scripts/deps.sh
. "$root/scripts/deps.sh"
chromium=$(command -v chromium-headless-shell || command -v chromium)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp "$root"/examples/library/*.[ch] "$work"
cd "$work"
for file in drop.bpf flow_count flow_limit flow_report; do
	"$(newest_clang)" -target bpf -g -O2 -I"/usr/include/$(gcc -print-multiarch)" -c $file.c -o $file.o
done
"$build/llvm-plugin/ld.bpf" --gc-sections drop.bpf.o --start-lib flow_*.o --end-lib -o drop.o --report=drop.html
for scheme in dark light; do
	number=0
	[ $scheme = dark ] || number=1
	HOME=$work "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1280,880 \
		--blink-settings=preferredColorScheme=$number \
		--virtual-time-budget=3000 --screenshot="$root/docs/report-$scheme.png" "file://$work/drop.html" 2>chromium.log || {
		cat chromium.log
		exit 1
	}
done
