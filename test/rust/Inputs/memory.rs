// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Copies, fills and compares memory of sizes that are not constant, or large.
#![no_std]
#![no_main]
#![allow(static_mut_refs)]
include!("halt.rs");
#[no_mangle]
pub static mut A: [u8; 64] = *b"hello world, this is a text of sixty-four bytes, more or less...";
#[no_mangle]
pub static mut B: [u8; 64] = [0; 64];
#[no_mangle]
pub static mut SIZE: usize = 11;
#[no_mangle]
pub static mut BIG: [u64; 512] = [3; 512];
#[no_mangle]
pub static mut COPY: [u64; 512] = [0; 512];
#[no_mangle]
pub static mut ODD: [u8; 333] = [0; 333];
#[no_mangle]
pub static mut FILL: u8 = 9;

#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_ctx: *const u8) -> i32 {
    unsafe {
        let n = SIZE;
        if n > 32 {
            return -1;
        }
        let mut points = 0;
        B[..n].copy_from_slice(&A[..n]);
        points += (B[..n] == A[..n]) as i32;
        B[n..n + 8].fill(7);
        points += ((B[..n + 1] < A[..n + 1]) as i32) << 1;
        A.copy_within(0..n, 3); // hellohello world
        points += ((A[3] == b'h' && A[5] == b'l' && A[13] == b'd') as i32) << 2;
        A.copy_within(3..3 + n, 0); // back
        points += ((A[0] == b'h' && A[10] == b'd' && A[13] == b'd') as i32) << 3;
        COPY = BIG;
        points += ((COPY[511] == 3 && COPY[0] == 3) as i32) << 4;
        ODD = [FILL; 333];
        points += ((ODD[0] == 9 && ODD[332] == 9) as i32) << 5;
        BIG.fill(0);
        points += ((BIG[0] == 0 && BIG[511] == 0) as i32) << 6;
        let s = core::str::from_utf8_unchecked(&B[..n]);
        points += (s.starts_with("hello") as i32) << 7;
        points + (((s.as_bytes() == b"hello world") as i32) << 8)
    }
}
