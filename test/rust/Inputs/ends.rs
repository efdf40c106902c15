// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A function panics; its caller does not continue.
#![no_std]
#![no_main]

#[no_mangle]
#[link_section = "license"]
pub static LICENSE: [u8; 4] = *b"GPL\0";

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {
        core::hint::spin_loop()
    }
}

#[no_mangle]
pub static mut LIST: [u32; 4] = [1, 2, 3, 4];
#[no_mangle]
pub static mut INDEX: usize = 3;
#[no_mangle]
pub static mut AFTER: u32 = 0;

#[inline(never)]
fn pick(i: usize) -> u32 {
    let list = unsafe { &*(&raw const LIST) };
    list[i]
}

#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_ctx: *const u8) -> i32 {
    unsafe {
        let n = pick(core::ptr::read_volatile(&raw const INDEX));
        AFTER += 1;
        n as i32 + 1
    }
}
