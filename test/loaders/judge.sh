#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# judge.sh LOADER NAME...: prints what the loader says to each set in $FILES. A set is a folder with
# the linked out.o, its inputs 0.o, 1.o, ..., and perhaps ref.o, that which it is compared with.
# ref.o is asked for only where the linked object does not load as a whole; where there is none, the
# inputs are, each alone.
loader=$1
shift

inputs() {
	list=
	for input in [0-9]*.o; do
		list=$list${list:+,}$input
	done
	echo "$list"
}

# each WHICH COMMAND...: a program at the verifier's limit takes long
each() {
	echo "@ $name $1"
	shift
	timeout 60 "$@" >verdicts 2>said
	status=$?
	cat verdicts
	# Why it was not even opened, or what it died of.
	[ $status = 0 ] || { [ -s verdicts ] || tail -n 3 said; }
	echo "@ status $status"
	grep -q '^load ok' verdicts
}

# verdicts_on WHICH FILE
verdicts_on() {
	case $loader in
	cilium) each "$1" ciliumrun "$2" ;;
	*) each "$1" bpfrun "$2" --each ;;
	esac
}

ours() {
	case $loader in
	libbpfld-loader) each ours linkrun "$(inputs)" --each ;;
	*) verdicts_on ours out.o ;;
	esac
}

for name; do
	cd "$FILES/$name" || exit
	if ours; then
		continue
	elif [ -e ref.o ]; then
		verdicts_on ref ref.o
	else
		for input in [0-9]*.o; do
			verdicts_on "$input" "$input"
		done
	fi
done
exit 0
