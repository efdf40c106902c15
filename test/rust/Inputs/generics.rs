// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Types that C does not have, in global variables and as parameters.
#![no_std]
#![no_main]
include!("halt.rs");

pub struct Pair<A, B> {
    small: u8,
    first: A,
    second: B,
    flag: bool,
}

#[no_mangle]
pub static mut PAIR: Pair<u32, u64> = Pair { small: 1, first: 2, second: 3, flag: true };
#[no_mangle]
pub static mut TUPLE: (u8, u64, u16) = (4, 5, 6);
#[no_mangle]
pub static mut LETTER: (char, [char; 3]) = ('a', ['b', 'c', 'd']);
#[no_mangle]
pub static mut UNIT: () = ();
#[no_mangle]
pub static mut WIDE: u128 = 7;
#[no_mangle]
pub static mut CALLBACK: Option<extern "C" fn(u32, *const u8) -> u64> = None;
#[no_mangle]
pub static mut CELL: core::cell::Cell<i64> = core::cell::Cell::new(8);
#[no_mangle]
pub static mut ORDER: core::cmp::Ordering = core::cmp::Ordering::Less;

pub trait Total {
    fn total(&self) -> u64;
}

impl<A: Copy + Into<u64>, B: Copy + Into<u64>> Total for Pair<A, B> {
    fn total(&self) -> u64 {
        self.first.into() + self.second.into() + self.small as u64 + self.flag as u64
    }
}

#[inline(never)]
fn total_of<T: Total>(t: &T) -> u64 {
    t.total()
}

#[inline(never)]
fn next(_: u32, c: char) -> u32 {
    c as u32 + 1
}

#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_ctx: *const u8) -> i32 {
    unsafe {
        let pair = &*(&raw const PAIR);
        let tuple = *(&raw const TUPLE);
        let letter = *(&raw const LETTER);
        (total_of(pair) + tuple.1 + (*(&raw const CELL)).get() as u64) as i32 + (next(0, letter.0) - 'b' as u32) as i32
    }
}
