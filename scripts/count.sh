#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Runs suites and checks and adds up their results, for bash scripts whose last line is
# "N passed, N failed[, N skipped]".
passed=0 failed=0 skipped=0

# count LINE: adds the last line of a suite. Other lines count as a failure.
count() {
	if [[ $1 =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
	else
		failed=$((failed + 1))
	fi
}

# suite TITLE COMMAND...: runs a command whose output ends with such a line.
suite() {
	local status before=$failed out tee
	printf '\n=== %s: %s\n' "$1" "${*:2}"
	log=$(mktemp)
	# Not a pipeline: the command may be a function that sets variables for a trap.
	exec {out}> >(exec tee "$log")
	tee=$!
	"${@:2}" >&"$out" 2>&1
	status=$?
	exec {out}>&-
	wait "$tee"
	count "$(tail -n 1 "$log")"
	rm -f "$log"
	[ "$status" = 0 ] || [ "$failed" != "$before" ] || failed=$((failed + 1))
}

# check TITLE COMMAND...: counts as one test.
check() {
	printf '\n=== %s: %s\n' "$1" "${*:2}"
	if "${@:2}"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "failed: $1"
	fi
}

# Prints the last line. Returns false if anything failed.
total() {
	local line="$passed passed, $failed failed"
	[ $skipped = 0 ] || line="$line, $skipped skipped"
	printf '\n%s\n' "$line"
	[ $failed = 0 ]
}
