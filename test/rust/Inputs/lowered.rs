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
fn shifts(x: u64, y: u64) -> u64 {
    let (wide, by) = ((x as u128) << 64 | y as u128, (x ^ y) as u32 & 127);
    let all = (wide << by) ^ (wide >> by) ^ (wide as i128 >> by) as u128;
    mix(all as u64, (all >> 64) as u64)
}

#[inline(never)]
fn wide_products(x: u64, y: u64) -> u64 {
    let (a, b) = ((x as u128) << (y & 63) | 3, (y as u128) << (x & 63) | 5);
    let (n, over) = a.overflowing_mul(b);
    let (m, signed_over) = (a as i128 - (1 << 66)).overflowing_mul(b as i64 as i128);
    let least = i128::MIN.overflowing_mul(b as i128 & 3).1 as u64;
    let flags = (over as u64) << 2 | (signed_over as u64) << 1 | least;
    mix(mix(n as u64, (n >> 64) as u64), mix(m as u64, (m >> 64) as u64)) ^ flags
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
    let wide = mix(shifts(x, y), wide_products(x, y));
    (mix(mix(h, wide), quotients(x as i64, y as i64)) >> 32) as i32
}

#[cfg(not(target_os = "none"))]
fn main() {
    let of = |n| std::env::args().nth(n).unwrap().parse::<i64>().unwrap() as u64;
    unsafe { (X, Y) = (of(1), of(2)) };
    println!("{}", prog(core::ptr::null()));
}
