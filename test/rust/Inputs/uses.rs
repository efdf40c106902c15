// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A crate that uses another.
#![no_std]
#![no_main]
include!("halt.rs");

#[no_mangle]
pub static mut COUNTER: shapes::Counter<u64> = shapes::Counter { kind: 1, count: 40 };

#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_ctx: *const u8) -> i32 {
    unsafe { (*(&raw mut COUNTER)).add(2) as i32 }
}
