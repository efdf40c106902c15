// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Slices, iterators and closures.
#![no_std]
#![no_main]
include!("halt.rs");

#[no_mangle]
pub static mut VALUES: [u32; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
#[no_mangle]
pub static mut FACTOR: u32 = 2;

#[inline(always)]
fn fold<F: Fn(u32) -> u32>(list: &[u32], f: F) -> u32 {
    let mut sum = 0;
    for v in list {
        sum += f(*v);
    }
    sum
}

#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_ctx: *const u8) -> i32 {
    let (list, factor) = unsafe { (&*(&raw const VALUES), FACTOR) };
    let even = list.iter().filter(|v| **v % 2 == 0).count() as u32;
    (fold(&list[2..6], |v| v * factor) + even) as i32
}
