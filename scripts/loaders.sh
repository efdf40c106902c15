#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Tests all combinations of compilers, kernels and loaders; see usage() and docs/kernels.md.
set -eu

usage() {
	cat <<'END'
Usage: scripts/loaders.sh [option...]
Builds bpfld and loads its outputs: compiled by each installed clang and gcc, on the running kernel and on
Linux 6.1, 6.12 and 7.2 in virtual machines, loaded by libbpf, libbpfld-loader and cilium/ebpf. Prints the
numbers of linked and loaded objects, and objects that load only without bpfld. Needs root.

  --docs             also write the rows to docs/kernels.md, replacing those of this system
  --compiler CC      use only this compiler; may be repeated
  --kernel K         use only this kernel: here, 6.1, 6.12 or 7.2; may be repeated
  --loader L         use only this loader: libbpf, libbpfld-loader or cilium; may be repeated
  --only TEXT        use only sets of inputs whose name contains TEXT
  --no-selftests     skip the kernel's selftests
  --no-install       do not install packages
  --build-dir DIR    build directory (build)
  --help             print this help
END
}

root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/deps.sh
. "$root/scripts/deps.sh"

build= install=yes options=()
while [ $# -gt 0 ]; do
	case $1 in
	--docs) options+=(--docs "$root/docs/kernels.md") ;;
	--compiler | --kernel | --loader | --only) options+=("$1" "${2:?}") && shift ;;
	--no-selftests) options+=("$1") ;;
	--no-install) install= ;;
	--build-dir) build=${2:?} && shift ;;
	--help | -h) usage && exit ;;
	*) echo "scripts/loaders.sh: unknown option $1; --help lists them" >&2 && exit 2 ;;
	esac
	shift
done

[ -z "$install" ] || install_packages test_packages >&2
if [ -z "$build" ]; then
	build=$root/build
	{
		cmake -S "$root" -B "$build" -DBPFLD_TESTS=ON
		cmake --build "$build" -j "$(nproc)"
	} >&2
fi

cache=${BPFLD_CACHE:-$root/build-cache}
programs=$build/test/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Without Go, prints why rows for cilium/ebpf are missing.
"$root/test/loaders/build.sh" "$cache" "$programs/ciliumrun" || [ $? = 77 ]
PATH=$PATH:/usr/sbin:/sbin # bpftool's directory
python=/usr/bin/python3
[ -x $python ] || python=python3
$python "$root/test/loaders/loaders.py" --ld "$build/llvm-plugin/ld.bpf" --programs "$programs" \
	--cache "$cache" --work "$work" "${options[@]}"
