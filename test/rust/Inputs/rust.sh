# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# shellcheck shell=bash
# Sourced with the cache directory as $1 and the linker as $2, and optionally cargo's profile, "dev": makes
# libcore once for this rustc, and a bpf-linker; defines
#	crate SOURCE [OPTION...]	compiles and links a program, to SOURCE without .rs
#	library SOURCE [OPTION...]	compiles a library crate
#	bitcode SOURCE OUTPUT		compiles a program to bitcode
export RUSTC_BOOTSTRAP=1
rust_version=$(rustc --version | cut -d' ' -f2)
rust_core=$1/rust-$rust_version$3
rust_source=$(rustc --print sysroot)/lib/rustlib/src/rust/library
rust_options="--target bpfel-unknown-none -C panic=abort -g -Z unstable-options --cap-lints allow"
case $3 in
dev) rust_options="$rust_options -C opt-level=0 -C debug-assertions" ;;
*) rust_options="$rust_options -C opt-level=3" ;;
esac

make_core() {
	[ ! -e "$rust_core/done" ] || return 0
	mkdir -p "$rust_core"
	edition=$(sed -n 's/^edition = "\(.*\)"/\1/p' "$rust_source/core/Cargo.toml")
	# shellcheck disable=SC2086
	rustc --crate-name core --edition "$edition" "$rust_source/core/src/lib.rs" --crate-type lib $rust_options \
		-Z force-unstable-if-unmarked --out-dir "$rust_core" || return
	printf '#![feature(compiler_builtins)]\n#![compiler_builtins]\n#![no_std]\n' >"$rust_core/builtins.rs"
	# shellcheck disable=SC2086
	rustc --crate-name compiler_builtins --edition 2021 "$rust_core/builtins.rs" --crate-type rlib $rust_options \
		--extern "noprelude:core=$rust_core/libcore.rlib" --out-dir "$rust_core" && touch "$rust_core/done"
}

mkdir -p "$1"
(flock 9 && make_core) 9>"$1/rust.lock" || exit 1
ln -sf "$2" bpf-linker

# shellcheck disable=SC2086
rust() {
	rustc --edition 2021 $rust_options --extern "noprelude:core=$rust_core/libcore.rlib" \
		--extern "noprelude:compiler_builtins=$rust_core/libcompiler_builtins.rlib" -L . -L "$rust_core" "$@"
}

crate() {
	rust --crate-type bin -C linker="$PWD/bpf-linker" "$@"
}

library() {
	rust --crate-type rlib "$@"
}

bitcode() {
	kind="bc"
	rust --crate-type bin --emit="llvm-$kind=$2" "$1"
}
