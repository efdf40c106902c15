// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Code that may panic; the handler is in C.
#![no_std]
#![no_main]

#[no_mangle]
#[link_section = "license"]
pub static LICENSE: [u8; 4] = *b"GPL\0";

extern "C" {
    fn halt(line: u32) -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    unsafe { halt(1) }
}

#[no_mangle]
pub static mut LIST: [u32; 4] = [10, 11, 12, 13];
#[no_mangle]
pub static mut INDEX: usize = 2;

#[inline(never)]
fn pick(list: &[u32; 4], i: usize) -> u32 {
    list[i]
}

#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_ctx: *const u8) -> i32 {
    unsafe { pick(&*(&raw const LIST), INDEX) as i32 }
}
