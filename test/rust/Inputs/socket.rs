// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A panic in a program that may not call kfuncs, because of its kind and its license. Functions of
// libcore and one of the crate, which does not return, are between.
#![no_std]
#![no_main]

#[no_mangle]
#[link_section = "license"]
pub static LICENSE: [u8; 12] = *b"Proprietary\0";

#[no_mangle]
pub static mut PANICS: u32 = 0;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    unsafe { PANICS |= 1 };
    loop {}
}

#[no_mangle]
pub static mut LIST: [u32; 4] = [1, 2, 3, 4];
#[no_mangle]
pub static mut INDEX: usize = 3;
#[no_mangle]
pub static mut AFTER: u32 = 0;

#[inline(never)]
fn give_up(n: usize) -> ! {
    panic!("{}", n)
}

#[no_mangle]
#[link_section = "socket"]
pub extern "C" fn prog(_ctx: *const u8) -> i32 {
    let i = unsafe { core::ptr::read_volatile(&raw const INDEX) };
    let list = unsafe { &*(&raw const LIST) };
    if i > 9 {
        give_up(i);
    }
    let n = list[i];
    unsafe { AFTER += 1 };
    n as i32 + 1
}
