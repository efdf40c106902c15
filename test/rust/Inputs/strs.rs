// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// String literals, and a match on &str.
#![no_std]
#![no_main]
#![allow(static_mut_refs, dead_code)]
include!("halt.rs");
#[no_mangle]
static mut N: u32 = 2;
static NAMES: [&str; 3] = ["zero", "one", "three"];
fn code(s: &str) -> u32 {
    match s {
        "zero" => 10,
        "one" => 11,
        "three" => 13,
        _ => 1,
    }
}
#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_c: *const u8) -> i32 {
    unsafe {
        let n = core::ptr::read_volatile(&raw const N);
        let name = if n == 2 { "three" } else { "one" };
        (code(name) + name.len() as u32 + name.as_bytes()[0] as u32) as i32 // 13+5+116 = 134
    }
}
