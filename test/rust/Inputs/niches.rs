// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Enums whose tags are in their data, and iterators over them.
#![no_std]
#![no_main]
#![allow(static_mut_refs, dead_code)]
include!("halt.rs");
use core::num::{NonZeroU32, NonZeroU64, NonZeroU8};
#[derive(Clone, Copy, PartialEq)]
#[repr(u8)]
pub enum Dir {
    In = 1,
    Out = 2,
}
#[derive(Clone, Copy)]
pub enum Verdict {
    Accept,
    Redirect(NonZeroU32),
    Drop { reason: Dir, code: u8 },
    Log(Option<NonZeroU64>),
}
#[derive(Clone, Copy)]
pub enum Addr {
    V4([u8; 4]),
    V6([u16; 8]),
}
#[no_mangle]
pub static mut V: [Verdict; 4] = [
    Verdict::Accept,
    Verdict::Redirect(NonZeroU32::new(7).unwrap()),
    Verdict::Drop {
        reason: Dir::Out,
        code: 9,
    },
    Verdict::Log(NonZeroU64::new(5)),
];
#[no_mangle]
pub static mut MARK: Option<NonZeroU8> = None;
#[no_mangle]
pub static mut ADDR: Addr = Addr::V6([1, 2, 3, 4, 5, 6, 7, 8]);
#[no_mangle]
pub static mut OD: Option<Dir> = Some(Dir::In);
fn val(v: &Verdict) -> Option<u32> {
    match *v {
        Verdict::Accept => None,
        Verdict::Redirect(n) => Some(n.get()),
        Verdict::Drop { reason: Dir::Out, code } => Some(code as u32),
        Verdict::Drop { .. } => Some(1),
        Verdict::Log(n) => n.map(|n| n.get() as u32),
    }
}
#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_c: *const u8) -> i32 {
    unsafe {
        let m = V.iter().filter_map(val).map(|x| x * 3).max().unwrap_or(0); // 27
        let a = match ADDR {
            Addr::V4(a) => a[0] as u32,
            Addr::V6(a) => a.iter().map(|x| *x as u32).sum(),
        }; // 36
        let o = match OD {
            Some(Dir::In) => 1,
            Some(Dir::Out) => 2,
            None => 3,
        };
        (m + a + o + MARK.map_or(100, |m| m.get() as u32)) as i32 // 164
    }
}
