// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What LLVM does not compile for BPF. It is compiled for the host, too, to compare the results.
#![cfg_attr(target_os = "none", no_std, no_main)]
#[cfg(target_os = "none")]
include!("halt.rs");

#[no_mangle]
pub static mut X: u64 = 0;
#[no_mangle]
pub static mut Y: u64 = 0;

fn mix(h: u64, v: u64) -> u64 {
    (h ^ v).wrapping_mul(0x9E3779B97F4A7C15).rotate_left(23)
}

#[inline(never)]
fn products(x: u64, y: u64) -> u64 {
    let wide = x as u128 * y as u128;
    let (n, over) = x.overflowing_mul(y);
    mix(mix(n, over as u64), mix(wide as u64, (wide >> 64) as u64))
}

#[inline(never)]
fn signed_products(x: i64, y: i64) -> u64 {
    let wide = (x as i128 - 5) * (y as i128 + (1 << 70));
    let (n, over) = x.overflowing_mul(y);
    mix(mix(n as u64, over as u64), mix(wide as u64, (wide >> 64) as u64))
}

#[inline(never)]
fn quotients(x: i64, y: i64) -> u64 {
    let n = mix(x.checked_div(y).unwrap_or(1) as u64, x.checked_rem(y).unwrap_or(2) as u64);
    let small = mix((x as i32 / 7) as u64, (x as i32 % 10) as u64);
    mix(n, small) ^ (x / -3) as u64 ^ (x as i16 / 3) as u64
}

#[cfg_attr(target_os = "none", no_mangle, link_section = "tc")]
pub extern "C" fn prog(_ctx: *const u8) -> i32 {
    let (x, y) = unsafe { (X, Y) };
    let h = mix(products(x, y), signed_products(x as i64, y as i64));
    (mix(h, quotients(x as i64, y as i64)) >> 32) as i32
}

#[cfg(not(target_os = "none"))]
fn main() {
    let of = |n| std::env::args().nth(n).unwrap().parse::<i64>().unwrap() as u64;
    unsafe { (X, Y) = (of(1), of(2)) };
    println!("{}", prog(core::ptr::null()));
}
