#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Breaks core rules of the linker one by one, and looks whether a test notices.
set -u

usage() {
	cat <<'END'
Usage: scripts/mutants.sh [option...]
Changes one line of a copy of the sources for each rule of test/mutants.def, builds, and runs the
tests that must fail then. Prints the first test that did; the last line is "N killed, N survived".

  --only=NAME   this rule; may be repeated, NAME may have * and ?
  --full        where none of a rule's tests fails, run the core of the suite
  --list        print each rule with its tests
  --check       only look whether each change fits its file, and whether the tests exist
  --jobs=N      so many jobs (one for each core)
  --build-dir=DIR  the copy and its build (build-mutants)
  --root=DIR       other sources
  --rules=FILE     other rules
  --help        this text

The tests of a rule may take 300 seconds: what hangs is killed. Exit status 1: some mutant survived, or its
change does not fit or compile, or a test that failed also fails without the change.
END
}

root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
rules=$root/test/mutants.def build=$root/build-mutants mode=run full='' jobs=$(nproc) only=()
core=':: (elf|symbols|maps|btf|btf-ext|reloc|no-btf|partial|output|calls|archive|gc|gcc|look|unit)/'
for option; do
	case $option in
	--only=*) only+=("${option#*=}") ;;
	--full) full=yes ;;
	--list | --check) mode=${option#--} ;;
	--jobs=*) jobs=${option#*=} ;;
	--build-dir=*) build=${option#*=} ;;
	--rules=*) rules=${option#*=} ;;
	--root=*) root=${option#*=} ;;
	--help | -h) usage && exit ;;
	*) echo "scripts/mutants.sh: unknown option $option; --help lists them" >&2 && exit 2 ;;
	esac
done

# read_rules FUNCTION: calls it for each rule that is asked for, with name, rule, file, old, new and tests set.
read_rules() {
	local line wanted pattern
	name='' seen=' '
	while IFS= read -r line || [ -n "$name" ]; do
		case $line in
		'name: '*) name=${line#*: } rule='' file='' old='' new='' tests='' ;;
		'rule: '*) rule=${line#*: } ;;
		'file: '*) file=${line#*: } ;;
		'- '*) old=${line#- } ;;
		'+ '*) new=${line#+ } ;;
		'+') new='' ;;
		'tests: '*) tests=${line#*: } ;;
		'')
			wanted=$name
			[ ${#only[@]} = 0 ] || wanted=''
			# shellcheck disable=SC2053
			for pattern in "${only[@]}"; do [[ $name != $pattern ]] || wanted=$name; done
			[ -z "$wanted" ] || "$1"
			name=''
			;;
		'#'*) ;;
		*) echo "$rules: not understood: $line" && wrong=$((wrong + 1)) ;;
		esac
	done <"$rules"
}

# Whether the rule is complete, its line is in the file once, and its tests exist.
fits() {
	local text rest test
	if [ -z "$rule" ] || [ -z "$old" ] || [ "$old" = "$new" ] || [ -z "$tests" ]; then
		echo "$name: incomplete" && return 1
	fi
	[[ $seen != *" $name "* ]] || { echo "$name: there are two" && return 1; }
	seen="$seen$name "
	[ -f "$root/$file" ] || { echo "$name: there is no $file" && return 1; }
	text=$(<"$root/$file")
	rest=${text//"$old"/}
	if [ $((${#text} - ${#rest})) != ${#old} ]; then
		echo "$name: $file has '$old' $(((${#text} - ${#rest}) / ${#old})) times" && return 1
	fi
	for test in $tests; do
		[ -f "$root/test/$test" ] || { echo "$name: there is no test/$test" && return 1; }
	done
}

list_rule() {
	printf '%s: %s\n    %s\n' "$name" "$rule" "$tests"
}

check_rule() {
	fits || wrong=$((wrong + 1))
}

# run_tests FILTER SECONDS: prints the first test that fails, or nothing.
run_tests() {
	# A loop may also eat memory, or disk.
	(
		ulimit -v 16000000 -f 1000000
		timeout --kill-after=10 "$2" $python "$lit" -q --no-progress-bar --max-failures=1 -j "$jobs" --filter="$1" \
			"$build/test" </dev/null >"$build/lit.log" 2>&1
		[ $? -lt 124 ] || echo 'a test that ran too long'
	)
	sed -n 's/^  bpfld :: //p' "$build/lit.log" | head -n 1
}

# compile TEST...: what these tests need; all where none is named.
compile() {
	local test targets=()
	[ $# = 0 ] || targets=(--target ld.bpf bpfld-command bpfrun linkrun dynrun)
	for test; do
		case $test in
		unit/*) test=${test#*/} && targets+=("${test%.c}") ;;
		api/* | loader/* | loaders/* | lto/* | rust/*) targets=() && break ;;
		esac
	done
	cmake --build "$build" -j "$jobs" "${targets[@]}" </dev/null >"$build/build.log" 2>&1
}

run_rule() {
	local text path=$root/$file filter red
	if ! fits; then
		wrong=$((wrong + 1))
		return
	fi
	text=$(<"$path")
	printf '%s\n' "${text%%"$old"*}$new${text#*"$old"}" >"$path"
	# shellcheck disable=SC2086
	if compile $tests; then
		filter=":: (${tests// /|})"
		red=$(run_tests "${filter//./\\.}" 300 | head -n 1)
		[ -n "$red" ] || [ -z "$full" ] || { compile && red=$(run_tests "$core" 3600 | head -n 1); }
		if [ -n "$red" ]; then
			killed=$((killed + 1)) reds="$reds|${red//./\\.}"
			echo "killed    $name: $red"
		else
			survived=$((survived + 1))
			echo "SURVIVED  $name: $rule"
		fi
	else
		wrong=$((wrong + 1))
		echo "$name: does not compile: $(grep -m 1 'error:' "$build/build.log")"
	fi
	printf '%s\n' "$text" >"$path"
}

wrong=0 killed=0 survived=0 reds=''
case $mode in
list) read_rules list_rule && exit ;;
check)
	read_rules check_rule
	exit $((wrong > 0))
	;;
esac

python=/usr/bin/python3
[ -x $python ] || python=python3
source=$build/source
rm -rf "$source" && mkdir -p "$source" || exit 1
# An interrupted run leaves a change behind: all that can be changed counts as new.
(cd "$root" && tar -c --exclude='./build*' --exclude=./.git .) | tar -x -C "$source" || exit 1
root=$source
sed -n 's/^file: //p' "$rules" | sort -u | (cd "$root" && xargs -d '\n' touch)
if ! cmake -S "$root" -B "$build" -G Ninja -DBPFLD_TESTS=ON -DCMAKE_BUILD_TYPE=Debug >"$build/build.log" 2>&1 ||
	! compile; then
	tail -n 20 "$build/build.log"
	exit 1
fi
lit=$(sed -n 's/^LIT:[A-Z]*=//p' "$build/CMakeCache.txt")
read_rules run_rule

# A test that also fails without a change proves nothing.
if [ -n "$reds" ]; then
	compile
	red=$(run_tests ":: (${reds#|})" 3600 | head -n 1)
	if [ -n "$red" ]; then
		wrong=$((wrong + 1))
		echo "fails without a change, too: $red"
	fi
fi
echo "$killed killed, $survived survived"
exit $((survived + wrong > 0))
