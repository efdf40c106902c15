// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Slices, patterns and indexes that are checked.
#![no_std]
#![no_main]
#![allow(static_mut_refs, dead_code)]
include!("halt.rs");
#[no_mangle]
static mut L: [u32; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
#[no_mangle]
static mut I: usize = 3;
#[inline(never)]
fn at(l: &[u32], i: usize) -> u32 {
    if i < l.len() && i < 8 {
        l[i]
    } else {
        0
    }
}
#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_c: *const u8) -> i32 {
    unsafe {
        let i = core::ptr::read_volatile(&raw const I);
        let s = &L[..];
        let g = *s.get(i & 7).unwrap_or(&0);
        let t = &s[2..5];
        let (a, b) = s.split_at(4);
        let f = if let [x, y, ..] = s { x + y } else { 0 };
        (g + t[1] + a[3] + b[0] + f + L[i & 7]) as i32 // 4+4+4+5+3+4=24
    }
}
