// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Option and Result of enums and generics, operators, comparison.
#![no_std]
#![no_main]
#![allow(static_mut_refs, dead_code)]
include!("halt.rs");
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Low,
    Mid(u8),
    High { a: u16, b: u16 },
}
#[derive(Clone, Copy)]
pub struct Wrap<T>(T);
impl<T: Copy + core::ops::Add<Output = T>> core::ops::Add for Wrap<T> {
    type Output = Wrap<T>;
    fn add(self, o: Self) -> Self {
        Wrap(self.0 + o.0)
    }
}
#[no_mangle]
pub static mut A: Option<Level> = Some(Level::High { a: 1, b: 2 });
#[no_mangle]
pub static mut B: Result<Wrap<u64>, Level> = Ok(Wrap(5));
#[no_mangle]
pub static mut C: Option<Option<Wrap<i8>>> = Some(Some(Wrap(3)));
fn f(l: Option<Level>) -> Result<u32, u32> {
    let l = l.ok_or(1u32)?;
    Ok(match l {
        Level::Low => 2,
        Level::Mid(x) => x as u32,
        Level::High { a, b } => (a + b) as u32,
    })
}
#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_c: *const u8) -> i32 {
    unsafe {
        let mut s = f(A).unwrap_or(100);
        if let Ok(w) = B {
            s += (w + Wrap(6)).0 as u32
        }
        if let Some(Some(w)) = C {
            s += w.0 as u32
        }
        s += (A > Some(Level::Mid(3))) as u32 * 20;
        s as i32
    }
} // 3+11+3+20 = 37
