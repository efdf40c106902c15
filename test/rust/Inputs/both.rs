// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rust that calls C, which calls Rust; each reads a variable and counts in a map of the other.
#![no_std]
#![no_main]
include!("halt.rs");

#[repr(C)]
pub struct Sample {
    pub id: u32,
    pub values: [u16; 3],
    pub next: u64,
}

#[no_mangle]
pub static mut RUST_SAMPLE: Sample = Sample { id: 1, values: [2, 3, 4], next: 5 };

extern "C" {
    static c_sample: Sample;
    fn c_sum(sample: *const Sample, twice: bool) -> u64;
    fn c_count(key: u32) -> u64;
}

#[no_mangle]
#[inline(never)]
pub extern "C" fn rust_total(id: u32, next: u64) -> u64 {
    id as u64 + next * 10
}

#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn rust_first(_ctx: *const u8) -> i32 {
    unsafe {
        let mine = c_sum(&raw const RUST_SAMPLE, false);
        let theirs = c_sum(&raw const c_sample, true);
        (mine + theirs + c_sample.values[1] as u64 + c_count(1)) as i32
    }
}
