// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The license, and a panic handler for crates that never panic.
#[no_mangle]
#[link_section = "license"]
pub static LICENSE: [u8; 4] = *b"GPL\0";

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
