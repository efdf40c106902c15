// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Traits: generic and dyn.
#![no_std]
#![no_main]
#![allow(static_mut_refs, dead_code)]
include!("halt.rs");
pub trait Score {
    fn score(&self) -> u32;
    fn twice(&self) -> u32 {
        self.score() * 2
    }
}
pub struct A(u32);
pub struct B {
    x: u16,
    y: u16,
}
impl Score for A {
    fn score(&self) -> u32 {
        self.0
    }
}
impl Score for B {
    fn score(&self) -> u32 {
        self.x as u32 + self.y as u32
    }
}
fn total<T: Score, U: Score>(t: &T, u: &U) -> u32 {
    t.twice() + u.score()
}
fn dynamic(v: &dyn Score) -> u32 {
    v.twice()
}
#[no_mangle]
pub static mut N: u32 = 5;
#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_c: *const u8) -> i32 {
    let a = A(unsafe { core::ptr::read_volatile(&raw const N) });
    let b = B { x: 1, y: 2 };
    (total(&a, &b) + dynamic(&a) + dynamic(&b)) as i32 // 13 + 10 + 6 = 29
}
