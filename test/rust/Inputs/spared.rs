// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Has its own spare(), of another type.
#![no_std]
#![no_main]
#![allow(static_mut_refs)]
include!("halt.rs");
extern crate spare as library;

extern "C" {
    fn other(at: *mut u8) -> u32;
}

#[no_mangle]
pub static mut VALUE: u8 = 0;

#[no_mangle]
pub unsafe extern "C" fn spare(to: *mut u8, value: u8) {
    *to = value + 1;
}

#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_ctx: *const u8) -> u32 {
    unsafe {
        spare(&mut VALUE, 7);
        other(&mut VALUE)
    }
}
