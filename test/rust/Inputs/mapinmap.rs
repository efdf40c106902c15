// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A map of maps with types of keys and values.
#![no_std]
#![no_main]
#![allow(static_mut_refs, dead_code)]
include!("halt.rs");
use core::ffi::c_void;
#[repr(C)]
pub struct Inner {
    r#type: *const [i32; 2],
    max_entries: *const [i32; 1],
    key: *const u32,
    value: *const u64,
}
#[repr(C)]
pub struct Outer {
    r#type: *const [i32; 12],
    max_entries: *const [i32; 2],
    key: *const u32,
    values: [*const Inner; 0],
}
unsafe impl Sync for Inner {}
unsafe impl Sync for Outer {}
#[no_mangle]
#[link_section = ".maps"]
pub static INNER: Inner = Inner {
    r#type: 0 as _,
    max_entries: 0 as _,
    key: 0 as _,
    value: 0 as _,
};
#[no_mangle]
#[link_section = ".maps"]
pub static OUTER: Outer = Outer {
    r#type: 0 as _,
    max_entries: 0 as _,
    key: 0 as _,
    values: [],
};
type Look = unsafe extern "C" fn(*const c_void, *const c_void) -> *mut c_void;
#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_c: *const u8) -> i32 {
    unsafe {
        let look: Look = core::mem::transmute(1usize);
        let z = 0u32;
        let m = look(&raw const OUTER as _, &raw const z as _);
        let d = look(&raw const INNER as _, &raw const z as _) as *mut u64;
        if !d.is_null() {
            *d += 1
        }
        if m.is_null() {
            return 5;
        }
        let v = look(m, &raw const z as _) as *mut u64;
        if v.is_null() {
            6
        } else {
            *v as i32
        }
    }
}
