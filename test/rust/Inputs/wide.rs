// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Numbers of 128 bits, and const generics.
#![no_std]
#![no_main]
#![allow(static_mut_refs, dead_code)]
include!("halt.rs");
pub struct Ring<T, const N: usize> {
    v: [T; N],
    at: usize,
}
impl<T: Copy + Default, const N: usize> Ring<T, N> {
    pub const fn with(t: T) -> Self {
        Ring { v: [t; N], at: 0 }
    }
    pub fn push(&mut self, t: T) {
        self.v[self.at % N] = t;
        self.at = (self.at + 1) % N;
    }
    pub fn get(&self, i: usize) -> Option<T> {
        self.v.get(i).copied()
    }
}
#[no_mangle]
pub static mut R: Ring<u64, 8> = Ring::with(1);
#[no_mangle]
pub static mut W: u128 = 0xffff_ffff_ffff_ffff;
#[no_mangle]
pub static mut S: u32 = 13;
#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_c: *const u8) -> i32 {
    unsafe {
        R.push(40);
        R.push(2);
        let s = R.get(0).unwrap_or(0) + R.get(1).unwrap_or(0) + R.get(9).unwrap_or(7); // 49
        let w = W * 3 + 5;
        let x = (w >> 64) as u64; // 2 : 0xffff..*3 = 0x2_ffff_fffd +5 = 3_0000..02 -> 3
        let y = (w << S) ^ (W >> (S & 63));
        let z = y.leading_zeros() as u64 + y.count_ones() as u64;
        let i = (W as i128 - 6) < 0;
        (s + x + i as u64 + (z > 0) as u64 + (w > W) as u64) as i32 // 49+3+0+1+1=54
    }
}
