// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A map whose definition is in an UnsafeCell in a struct, as in aya.
#![no_std]
#![no_main]
#![allow(static_mut_refs, dead_code)]
include!("halt.rs");
use core::cell::UnsafeCell;
use core::ffi::c_void;
use core::marker::PhantomData;
#[repr(C)]
pub struct bpf_map_def {
    pub type_: u32,
    pub key_size: u32,
    pub value_size: u32,
    pub max_entries: u32,
    pub map_flags: u32,
    pub id: u32,
    pub pinning: u32,
}
// BTF map definition as in newer aya / by hand
#[repr(C)]
pub struct Def<K, V, const T: usize, const N: usize> {
    r#type: *const [i32; T],
    key: *const K,
    value: *const V,
    max_entries: *const [i32; N],
}
#[repr(transparent)]
pub struct HashMap<K, V, const N: usize>(UnsafeCell<Def<K, V, 1, N>>);
unsafe impl<K, V, const N: usize> Sync for HashMap<K, V, N> {}
impl<K, V, const N: usize> HashMap<K, V, N> {
    pub const fn new() -> Self {
        Self(UnsafeCell::new(Def {
            r#type: core::ptr::null(),
            key: core::ptr::null(),
            value: core::ptr::null(),
            max_entries: core::ptr::null(),
        }))
    }
    #[inline]
    pub fn get(&self, k: &K) -> Option<&V> {
        let f: extern "C" fn(*const c_void, *const c_void) -> *const V = unsafe { core::mem::transmute(1usize) };
        unsafe { f(self.0.get() as *const c_void, k as *const K as *const c_void).as_ref() }
    }
    #[inline]
    pub fn insert(&self, k: &K, v: &V, flags: u64) -> Result<(), i64> {
        let f: extern "C" fn(*const c_void, *const c_void, *const c_void, u64) -> i64 =
            unsafe { core::mem::transmute(2usize) };
        let r = f(
            self.0.get() as *const c_void,
            k as *const K as *const c_void,
            v as *const V as *const c_void,
            flags,
        );
        if r < 0 {
            Err(r)
        } else {
            Ok(())
        }
    }
}
#[no_mangle]
#[link_section = ".maps"]
pub static FLOWS: HashMap<u32, u64, 1024> = HashMap::new();
fn account(flow: u32) -> Result<u64, i64> {
    let n = FLOWS.get(&flow).copied().unwrap_or_default() + 1;
    FLOWS.insert(&flow, &n, 0)?;
    Ok(n)
}
#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_c: *const u8) -> i32 {
    match account(7).and_then(|_| account(7)) {
        Ok(n) => n as i32,
        Err(e) => e as i32,
    }
}
