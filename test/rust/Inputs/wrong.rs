// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#![no_std]
#![no_main]
#![allow(improper_ctypes, improper_ctypes_definitions)]

#[no_mangle]
#[link_section = "license"]
pub static LICENSE: [u8; 4] = *b"GPL\0";

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[repr(C)]
pub struct Point { pub x: i32, pub y: i64 }
#[no_mangle] pub extern "C" fn r_count(a: u32, b: u32) -> u32 { a + b }
#[no_mangle] pub extern "C" fn r_width(a: u64) -> u32 { a as u32 }
#[no_mangle] pub extern "C" fn r_kind(a: &Point) -> u32 { a.x as u32 }
#[no_mangle] pub extern "C" fn r_ret(a: u32) -> u64 { a as u64 }
#[no_mangle] pub extern "C" fn r_other(a: Option<&Point>) -> u32 { a.is_some() as u32 }
#[repr(u8)]
pub enum Small { One = 1 }
#[no_mangle] pub extern "C" fn r_fill(a: *mut core::mem::MaybeUninit<Point>) -> bool { a.is_null() }
#[no_mangle] pub extern "C" fn r_small(a: Small) -> u32 { a as u32 }
#[no_mangle] pub static mut R_WIDTH: u64 = 1;
#[no_mangle] pub static mut R_POINT: Point = Point { x: 1, y: 2 };
#[no_mangle] pub static mut R_LIST: [u32; 3] = [1, 2, 3];
#[repr(C)]
pub struct Range { pub from: u32, pub to: u32 }
#[repr(C)]
pub struct List { pub first: u64, pub range: Range }
extern "C" {
    static C_WIDTH: u32;
    static C_POINT: Point;
    static C_RANGE: Range;
    static C_INSIDE: List;
    static C_KIND: u64;
    static C_PTR: *const u32;
    static C_LIST: [u32; 3];
    static C_LISTS: [Range; 2];
    static C_FUNC: u64;
    static C_BYTE: u8;
    fn c_count(a: u32) -> u32;
    fn c_width(a: u32) -> u32;
    fn c_kind(a: u64) -> u32;
    fn c_ret(a: u32) -> u64;
    fn c_void(a: u32) -> u32;
}
#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(ctx: *const u8) -> i32 {
    unsafe {
        c_count(1);
        c_width(2);
        c_kind(ctx as u64);
        c_ret(4);
        c_void(C_WIDTH + C_RANGE.to + C_LIST[1] + C_LISTS[1].to + C_INSIDE.range.to);
        c_void((C_POINT.y as u64 + C_KIND + C_PTR as u64 + C_FUNC) as u32 + C_BYTE as u32) as i32
    }
}
