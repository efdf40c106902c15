#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Formats C sources with clang-format 14, or checks the format with --check. Excludes BPF sources of
# tests, which may contain markers of split-file.
set -eu
cd "$(dirname "$0")/.."
case ${1-} in
'') set -- -i ;;
--check) set -- --dry-run -Werror ;;
*)
	echo "Usage: scripts/format.sh [--check]"
	[ "$1" = --help ]
	exit
	;;
esac
clang_format=$(command -v clang-format-14 || command -v clang-format)
find runtime llvm-plugin examples test/unit test/faults test/fuzz test/api test/loader test/bench test/kernel/bpfrun.c \
	-name '*.[ch]' \
	-exec "$clang_format" "$@" {} +
