// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A library with a weak function for programs that lack their own, as compiler_builtins has memset().
#![no_std]
#![feature(linkage)]

#[no_mangle]
#[linkage = "weak"]
pub unsafe extern "C" fn spare(to: *mut u8, value: u8) -> *mut u8 {
    *to = value;
    to
}

#[no_mangle]
pub unsafe extern "C" fn other(at: *mut u8) -> u32 {
    *at as u32 + 1
}
