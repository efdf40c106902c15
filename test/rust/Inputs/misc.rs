// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Checked arithmetic, patterns of slices, sorting, nested loops.
#![no_std]
#![no_main]
#![allow(static_mut_refs, dead_code)]
include!("halt.rs");
#[no_mangle]
pub static mut NAME: [u8; 16] = *b"nginx\0\0\0\0\0\0\0\0\0\0\0";
#[no_mangle]
pub static mut KEYS: [i64; 6] = [5, -3, 9, 0, 2, 7];
#[no_mangle]
#[inline(never)]
pub extern "C" fn weight(a: i64, b: i64) -> i64 {
    a.checked_mul(b).and_then(|x| x.checked_add(1)).unwrap_or(i64::MIN)
}
fn class(n: &[u8]) -> u32 {
    match n {
        [b'n', b'g', ..] => 1,
        [b'c', rest @ ..] if rest.len() > 3 => 2,
        _ => 3,
    }
}
fn sort(k: &mut [i64; 6]) {
    for i in 1..k.len() {
        let mut j = i;
        while j > 0 && k[j - 1] > k[j] {
            k.swap(j - 1, j);
            j -= 1;
        }
    }
}
#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_c: *const u8) -> i32 {
    unsafe {
        let mut k = KEYS;
        sort(&mut k);
        let n = NAME.iter().position(|c| *c == 0).unwrap_or(16);
        let is = &NAME[..5] == b"nginx";
        let mut out = 0;
        'o: for i in 0..6 {
            for j in 0..6 {
                if k[i] + k[j] == 9 {
                    out = i * 10 + j;
                    break 'o;
                }
            }
        }
        // sorted: -3 0 2 5 7 9 ; first pair sum 9: 0+9 -> i=1 j=5 -> 15
        (weight(k[5], k[4]) as i32) + n as i32 + is as i32 + class(&NAME) as i32 + out as i32 + (k[0] / 2) as i32
        // 64+5+1+1+15-1=85
    }
}
