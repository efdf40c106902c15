// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Arrays of structs, and tables that the compiler computes.
#![no_std]
#![no_main]
#![allow(static_mut_refs, dead_code)]
include!("halt.rs");
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Rule {
    port: u16,
    proto: u8,
    act: Action,
    w: u32,
}
#[repr(u8)]
#[derive(Clone, Copy, PartialEq)]
pub enum Action {
    Pass = 1,
    Drop = 2,
}
#[no_mangle]
pub static RULES: [Rule; 4] = [
    Rule {
        port: 80,
        proto: 6,
        act: Action::Pass,
        w: 1,
    },
    Rule {
        port: 443,
        proto: 6,
        act: Action::Drop,
        w: 2,
    },
    Rule {
        port: 53,
        proto: 17,
        act: Action::Pass,
        w: 3,
    },
    Rule {
        port: 0,
        proto: 0,
        act: Action::Drop,
        w: 4,
    },
];
#[no_mangle]
pub static mut PORT: u16 = 53;
const SQUARES: [u32; 16] = {
    let mut a = [0; 16];
    let mut i = 0;
    while i < 16 {
        a[i] = (i * i) as u32;
        i += 1;
    }
    a
};
#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_c: *const u8) -> i32 {
    unsafe {
        let p = core::ptr::read_volatile(&raw const PORT);
        let mut s = 0;
        for r in RULES.iter() {
            if r.port == p && r.act == Action::Pass {
                s += r.w * r.proto as u32
            }
        }
        s += SQUARES[(p & 15) as usize]; // 53&15=5 -> 25
        s as i32 // 51+25=76
    }
}
