// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Atomic loads and stores of all orders.
#![no_std]
#![no_main]
include!("halt.rs");
use core::sync::atomic::{AtomicI64, AtomicU64, Ordering};

#[no_mangle]
pub static COUNT: AtomicU64 = AtomicU64::new(5);
#[no_mangle]
pub static FLAG: AtomicI64 = AtomicI64::new(0);

#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_ctx: *const u8) -> i32 {
    let relaxed = COUNT.load(Ordering::Relaxed);
    COUNT.store(relaxed + 1, Ordering::Relaxed);
    let acquired = COUNT.load(Ordering::Acquire);
    COUNT.store(acquired + 1, Ordering::Release);
    let last = COUNT.load(Ordering::SeqCst);
    COUNT.store(last + 1, Ordering::SeqCst);
    FLAG.store(1, Ordering::Relaxed);
    COUNT.load(Ordering::Relaxed) as i32 + FLAG.load(Ordering::Relaxed) as i32
}
