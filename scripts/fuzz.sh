#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Links random inputs with random options; see usage().
set -eu

usage() {
	cat <<'END'
Usage: scripts/fuzz.sh [option...] [part...]
Builds bpfld and tests it with random cases for a minute. Failures are printed with their seed and number and
kept; the same seed reproduces them. Parts (default: all), described in test/fuzz/README.md:

  links      random options, mutated objects, archives, bitcode and response files
  libraries  mutated libraries and tables of imports, linked as the loader does
  names      arbitrary names in headers and reports

  --seconds N      time for all parts (60)
  --number N       number of cases per part, regardless of time
  --from N         number of the first case (0)
  --seed S         a number (default: from the clock)
  --keep DIR       directory for failures (found, in the build directory)
  --asan           build with AddressSanitizer and UBSan, in a separate build directory
  --build-dir DIR  build directory (build)
  --work-dir DIR   working directory (fuzz, in the build directory)
  --help           print this help
END
}

root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/deps.sh
. "$root/scripts/deps.sh"

build='' sanitize='' suffix='' seconds=60 cases=() seed=$(date +%s) keep='' work='' parts=()
while [ $# -gt 0 ]; do
	case $1 in
	--seconds) seconds=${2:?} && shift ;;
	--number | --from) cases+=("$1" "${2:?}") && shift ;;
	--seed) seed=${2:?} && shift ;;
	--keep) keep=$(realpath -m "${2:?}") && shift ;;
	--asan) sanitize=address,undefined suffix=-asan ;;
	--build-dir) build=$(realpath "${2:?}") && shift ;;
	--work-dir) work=$(realpath -m "${2:?}") && shift ;;
	--help | -h) usage && exit ;;
	links | libraries | names) parts+=("$1") ;;
	*) echo "scripts/fuzz.sh: unknown option $1; --help lists them" >&2 && exit 2 ;;
	esac
	shift
done
[ ${#parts[@]} -gt 0 ] || parts=(links libraries names)
case " ${cases[*]}" in
*" --number "*) ;;
*) cases+=(--seconds $((seconds / ${#parts[@]}))) ;;
esac

if [ -z "$build" ]; then
	build=$root/build$suffix
	{
		cmake -S "$root" -B "$build" -DBPFLD_TESTS=ON -DBPFLD_SANITIZE="$sanitize"
		cmake --build "$build" -j "$(nproc)"
	} >&2
fi
limit=()
! grep -q '^BPFLD_SANITIZE:[A-Z]*=.' "$build/CMakeCache.txt" || limit=(--no-memory-limit)

# Sanitizers must report to standard error, which is checked.
export ASAN_OPTIONS=abort_on_error=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1

work=${work:-$build/fuzz} programs=$build/test/bin ld=$build/llvm-plugin/ld.bpf fuzz=$root/test/fuzz
keep=${keep:-$build/found}
PATH=$build/test/tools:$PATH:/usr/sbin:/sbin # LLVM's tools as the build found them; bpftool's directory
python=/usr/bin/python3
[ -x $python ] || python=python3
mkdir -p "$work/dynamic"
cd "$work"
(cd dynamic && sh "$root/test/dynamic/Inputs/build" "$(newest_clang)" "$ld")
sh "$fuzz/Inputs/make-seeds" "$(newest_clang)" llvm-mc llvm-objcopy llvm-ar "$programs/fuzz/replay-pair" "$work/seeds"

links() {
	peer=()
	! command -v bpftool >/dev/null || peer=(--peer bpftool --load "$programs/bpfrun")
	$python "$fuzz/combine.py" --ld "$ld" "${peer[@]}" "${limit[@]}" "$@" \
		seeds/object/* seeds/bitcode/* seeds/names.o dynamic/{main2,lib,count,tail,trace}.o
}

libraries() {
	kernel=()
	! "$programs/dynrun" mode >/dev/null || kernel=(--kernel)
	$python "$fuzz/libraries.py" --dynrun "$programs/dynrun" "${kernel[@]}" "$@" \
		--mains dynamic/{main,main2,twice,types}.o --libraries dynamic/{lib,count,by,fifty,needs}.o
}

names() {
	$python "$fuzz/names.py" --ld "$ld" --cc cc "$@" seeds/names.o
}

status=0
for part in "${parts[@]}"; do
	echo "$part:"
	"$part" --seed "$seed" --keep "$keep" "${cases[@]}" || status=1
done
exit $status
