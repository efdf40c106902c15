// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// More iterators: zip, chain, windows, chunks_exact, flat_map.
#![no_std]
#![no_main]
#![allow(static_mut_refs, dead_code)]
include!("halt.rs");
#[no_mangle]
pub static mut A: [u32; 8] = [3, 1, 4, 1, 5, 9, 2, 6];
#[no_mangle]
pub static mut B: [u32; 4] = [2, 7, 1, 8];
fn apply<F: Fn(u32) -> u32>(f: F, n: u32) -> u32 {
    f(f(n))
}
#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_c: *const u8) -> i32 {
    unsafe {
        let k = B[0]; // 2
        let z: u32 = A.iter().zip(B.iter()).map(|(a, b)| a * b).sum(); // 6+7+4+8=25
        let c: u32 = A.iter().chain(B.iter()).filter(|x| **x > 4).count() as u32; // 5 9 6 7 8 = 5
        let w = A.windows(3).map(|w| w[0] + w[1] + w[2]).max().unwrap(); // 5+9+2=16,9+2+6=17 -> 17
        let m = A
            .iter()
            .enumerate()
            .min_by_key(|(_, x)| **x)
            .map(|(i, _)| i as u32)
            .unwrap(); // 1
        let s = A.chunks_exact(2).map(|c| c[0] ^ c[1]).fold(0, |a, x| a + x); // 2+5+12+4=23
        let r = A.iter().rev().position(|x| *x == 9).unwrap() as u32; // 2
        let fl = B.iter().flat_map(|x| (0..*x).take(2)).sum::<u32>(); // 0+1,0+1,0,0+1 =3
        let all = A.iter().all(|x| *x < 10) as u32;
        (z + c + w + m + s + r + fl + all + apply(|x| x + k, 1)) as i32 // 25+5+17+1+23+2+3+1+5=82
    }
}
