// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Iterators over arrays.
#![no_std]
#![no_main]
#![allow(static_mut_refs, dead_code)]
include!("halt.rs");
#[no_mangle]
static mut A: [u16; 6] = [1, 2, 3, 4, 5, 6];
#[no_mangle]
static B: [u8; 6] = [6, 5, 4, 3, 2, 1];
#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_c: *const u8) -> i32 {
    unsafe {
        let b = core::ptr::read_volatile(&B);
        let dot: u32 = A.iter().zip(b.iter()).map(|(x, y)| *x as u32 * *y as u32).sum();
        let w = A.windows(2).filter(|w| w[1] > w[0]).count() as u32;
        let r: u32 = A.iter().rev().take(2).fold(0, |a, x| a * 10 + *x as u32);
        let c: u32 = A.chunks(4).map(|c| c.len() as u32).sum();
        let p = A.iter().position(|x| *x == 4).unwrap_or(9) as u32;
        let s: u32 = (0..10u32).step_by(3).sum();
        let any = A.iter().any(|x| *x == 6) as u32;
        (dot + w + r + c + p + s + any) as i32 // 56+5+65+6+3+18+1=154
    }
}
