// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A map as libbpf defines it, and a helper.
#![no_std]
#![no_main]
include!("halt.rs");

#[repr(C)]
pub struct Map<K, V, const KIND: usize, const SIZE: usize> {
    r#type: *const [i32; KIND],
    key: *const K,
    value: *const V,
    max_entries: *const [i32; SIZE],
}

unsafe impl<K, V, const KIND: usize, const SIZE: usize> Sync for Map<K, V, KIND, SIZE> {}

impl<K, V, const KIND: usize, const SIZE: usize> Map<K, V, KIND, SIZE> {
    const fn new() -> Self {
        Map { r#type: core::ptr::null(), key: core::ptr::null(), value: core::ptr::null(), max_entries: core::ptr::null() }
    }

    #[inline(always)]
    fn get(&self, key: &K) -> Option<&mut V> {
        let lookup: unsafe extern "C" fn(*const Self, *const K) -> *mut V = unsafe { core::mem::transmute(1usize) };
        unsafe { lookup(self, key).as_mut() }
    }
}

#[no_mangle]
#[link_section = ".maps"]
pub static COUNTS: Map<u32, Entry, 2, 4> = Map::new();

pub struct Entry {
    tag: u8,
    hits: u64,
}

#[no_mangle]
pub static mut TOTAL: u64 = 0;
#[no_mangle]
pub static STEP: u64 = 3;

#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_ctx: *const u8) -> i32 {
    let step = unsafe { core::ptr::read_volatile(&STEP) };
    if let Some(entry) = COUNTS.get(&1) {
        entry.tag = 7;
        entry.hits += step;
        unsafe { TOTAL += entry.hits };
        return entry.hits as i32;
    }
    -1
}
