#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -u

usage() {
	cat <<'END'
usage: run-case.sh --clang CC [--clang CC]... --ld LD --bpfrun BPFRUN --tmp DIR CASE...
Links a case in every way a user may, loads each result and checks what its programs return.

A CASE is one file, cut by split-file into a.c, b.c, ... (or .s) and `expect`: arguments for
bpfrun, which must all hold for every link. `expect-reversed` replaces it for the inputs in the
other order. Given several compilers, the sources take turns with them.

Links: final; final in reversed order; each half with -r, then final; and -r -S. All but the
reversed one must make programs with the same tags.
A case with user/main.c is checked by that program instead, compiled against the skeleton
`prog.skel.h` (struct testprog) and the subskeleton `prog.subskel.h` (struct testprog_sub) that
bpftool makes of the link; the light skeleton of it must load and run, too. SHOWS_HIDDEN is 1 there if the
skeleton has the hidden variable `secret`.

A line `LINKS: final reversed partial drop-in` in the case names those that it is about.

  --clang CC      the compiler
  --cflags FLAGS  more compiler flags
  --lto FLAGS     compile with FLAGS too and link with --lto: then the links of one case need
                  not make the same programs
  --hook DIR      link by `clang -target bpf *.c -o OUT` too, with DIR in COMPILER_PATH
  --split-file P  the program that cuts (default: found in PATH or beside clang)
END
}

compilers=()
ld_flags=''
ld='' bpfrun='' tmp='' hook='' cflags='' lto='' lto_on='' split=${SPLIT_FILE:-}
while [ $# -gt 0 ]; do
	case $1 in
	--clang) compilers+=("$2"); shift ;;
	--ld) ld=$2; shift ;;
	--bpfrun) bpfrun=$2; shift ;;
	--tmp) tmp=$2; shift ;;
	--hook) hook=$2; shift ;;
	--lto) lto=$2 lto_on=yes ld_flags=--lto; shift ;;
	--cflags) cflags=$2; shift ;;
	--split-file) split=$2; shift ;;
	--help) usage; exit 0 ;;
	-*) usage >&2; exit 2 ;;
	*) break ;;
	esac
	shift
done
if [ -z "$ld" ] || [ -z "$bpfrun" ] || [ -z "$tmp" ] || [ ${#compilers[@]} = 0 ] || [ $# = 0 ]; then
	usage >&2
	exit 2
fi
if [ -z "$split" ]; then
	split=$(command -v split-file) || split=$(ls -d /usr/lib/llvm-*/bin/split-file | head -n 1)
fi
bpftool=$(PATH=$PATH:/usr/sbin:/sbin command -v bpftool)
here=$(cd "$(dirname "$0")" && pwd)
failed=0

# run WHAT COMMAND...: says what failed and how to repeat it
run() {
	local what=$1
	shift
	if ! timeout 60 "$@" >"$dir/log" 2>&1; then
		echo "FAIL $name: $what"
		echo "  $*"
		sed 's/^/  | /' "$dir/log"
		failed=1
		return 1
	fi
}

# check_user LINK OBJECT: a user-space program and its skeleton
check_user() {
	local user=$2.user
	mkdir -p "$user"
	# libbpf finds a subskeleton's maps by the first eight letters of the object's name.
	run "$1: skeleton" sh -c '"$1" gen skeleton "$2" name testprog >"$3"' sh \
		"$bpftool" "$2" "$user/prog.skel.h" &&
		run "$1: subskeleton" sh -c '"$1" gen subskeleton "$2" name testprog_sub >"$3"' sh \
			"$bpftool" "$2" "$user/prog.subskel.h" &&
		run "$1: compile the skeleton" cc -g -Wall -Werror -I"$user" \
			-DSHOWS_HIDDEN="$(grep -c ' secret;' "$user/prog.skel.h")" "$dir/user/main.c" -lbpf -o "$user/main" &&
		run "$1 does not do what it should" "$user/main"
	run "$1: light skeleton" sh -c '"$1" gen skeleton -L "$2" name testprog >"$3"' sh \
		"$bpftool" "$2" "$user/prog.lskel.h" &&
		run "$1: compile the light skeleton" cc -g -I"$user" "$here/Inputs/light.c" -lbpf \
			-o "$user/light" &&
		run "$1 does not load by its light skeleton" "$user/light"
}

# check LINK OBJECT EXPECT-FILE
check() {
	local args
	if [ -e "$dir/user/main.c" ]; then
		check_user "$1" "$2"
		return
	fi
	eval "args=($(tr '\n' ' ' <"$3"))"
	run "$1 does not do what it should" "$bpfrun" "$2" "${args[@]}" || return
	# However the inputs were grouped, the programs are the same.
	[ "$1" = "reversed link" ] || [ -n "$lto_on" ] && return
	"$bpfrun" "$2" --tags | sort >"$2.tags"
	[ -e "$dir/tags" ] || cp "$2.tags" "$dir/tags"
	run "$1 makes other programs than the final link" diff "$dir/tags" "$2.tags"
}

compile() {
	local i=0 src cc flags
	objs=() reversed=() sources=()
	for src in "$dir"/*.c "$dir"/*.s; do
		[ -e "$src" ] || continue
		cc=${compilers[i % ${#compilers[@]}]}
		i=$((i + 1))
		case $cc in
		*gcc*) flags="-gbtf -w -idirafter /usr/include" ;;
		*) flags="-target bpf -g -Wall -Werror -Wno-unused-command-line-argument $lto" ;;
		esac
		# shellcheck disable=SC2086 # flags are words
		run "compile" $cc $flags -O2 -I"$here/Inputs" $cflags -c "$src" -o "$src.o" || return 1
		objs+=("$src.o")
		reversed=("$src.o" "${reversed[@]}")
		sources+=("$src")
	done
}

has() {
	case " $links " in *" $1 "*) return 0 ;; esac
	return 1
}

link_and_check() {
	local out=$dir/out other=$dir/expect half=$((${#objs[@]} / 2))
	[ -e "$dir/expect-reversed" ] && other=$dir/expect-reversed
	if has final; then
		run "final link" "$ld" $ld_flags --verify -o "$out.final.o" "${objs[@]}" &&
			check "final link" "$out.final.o" "$dir/expect"
	fi
	if has reversed; then
		run "final link, reversed" "$ld" $ld_flags --verify -o "$out.reversed.o" "${reversed[@]}" &&
			check "reversed link" "$out.reversed.o" "$other"
	fi
	if has partial && [ ${#objs[@]} -gt 1 ]; then
		run "-r of the first half" "$ld" $ld_flags -r --verify -o "$out.p1.o" "${objs[@]:0:half}" &&
			run "-r of the second half" "$ld" $ld_flags -r --verify -o "$out.p2.o" "${objs[@]:half}" &&
			run "final link of halves" "$ld" $ld_flags --verify -o "$out.halves.o" "$out.p1.o" "$out.p2.o" &&
			check "link of halves" "$out.halves.o" "$dir/expect"
	fi
	if has drop-in; then
		run "-r -S" "$ld" $ld_flags -r -S --verify -o "$out.dropin.o" "${objs[@]}" &&
			check "drop-in link" "$out.dropin.o" "$dir/expect"
	fi
	if [ -n "$hook" ] && has final; then
		# shellcheck disable=SC2086
		run "link by the compiler" env COMPILER_PATH="$hook" ${compilers[0]} -target bpf -g -O2 \
			-I"$here/Inputs" $cflags $lto "${sources[@]}" -Wl,--verify${lto_on:+,--lto} -o "$out.driver.o" \
			-Wno-unused-command-line-argument &&
			check "link by the compiler" "$out.driver.o" "$dir/expect"
	fi
}

for case in "$@"; do
	name=$(basename "$case")
	dir=$tmp/$name
	rm -rf "$dir"
	mkdir -p "$tmp"
	"$split" "$case" "$dir" || exit 2
	links=$(sed -n 's/.*LINKS: *//p' "$case")
	links=${links:-final reversed partial drop-in}
	# Everything is looked at before the case counts as failed.
	compile && link_and_check
done
[ $failed = 0 ] && echo "all well: $# case(s), ${compilers[*]}"
exit $failed
