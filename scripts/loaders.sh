#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Links with each compiler, loads on each kernel by each loader; see usage() and docs/kernels.md.
set -eu

usage() {
	cat <<'END'
Usage: scripts/loaders.sh [option...]
Builds bpfld and tries what it links: by each clang and gcc here, on this machine's kernel and on
Linux 6.1, 6.12 and 7.2 in guests, loaded by libbpf, by libbpfld-loader and by cilium/ebpf. Prints a table
of how many objects were linked and loaded, and each that loads without bpfld only. Takes root.

  --docs             also write the rows into docs/kernels.md, in place of those of this system
  --compiler CC      this one; may be given several times
  --kernel K         here, 6.1, 6.12 or 7.2; may be given several times
  --loader L         libbpf, libbpfld-loader or cilium; may be given several times
  --only TEXT        sets of inputs whose name contains this
  --no-selftests     without the kernel's selftests
  --no-install       install nothing
  --build-dir DIR    the build whose linker is tried (build, built when asked for)
  --help             this text
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
# Without Go it says why there will be no rows of cilium/ebpf.
"$root/test/loaders/build.sh" "$cache" "$programs/ciliumrun" || [ $? = 77 ]
PATH=$PATH:/usr/sbin:/sbin # bpftool's folder
python=/usr/bin/python3
[ -x $python ] || python=python3
$python "$root/test/loaders/loaders.py" --ld "$build/llvm-plugin/ld.bpf" --programs "$programs" \
	--cache "$cache" --work "$work" "${options[@]}"
