// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Enums with data.
#![no_std]
#![no_main]
include!("halt.rs");

#[derive(Clone, Copy)]
pub enum Shape {
    Circle(u32),
    Rect { w: u32, h: u64 },
    Nothing,
}

#[repr(C, u32)]
#[derive(Clone, Copy)]
pub enum Tagged {
    Small(u8),
    Large(u64),
}

#[derive(Clone, Copy)]
pub enum Niche {
    Some(u64, bool),
    None,
}

#[no_mangle]
pub static mut SHAPES: [Shape; 3] = [Shape::Circle(5), Shape::Rect { w: 3, h: 4 }, Shape::Nothing];
#[no_mangle]
pub static mut TAGGED: Tagged = Tagged::Large(9);
#[no_mangle]
pub static mut NICHE: Niche = Niche::Some(10, true);
#[no_mangle]
pub static mut OPTION: Option<u32> = Some(11);
#[no_mangle]
pub static mut RESULT: Result<u32, u8> = Err(12);
#[no_mangle]
pub static mut NESTED: Option<Option<bool>> = Some(None);

#[inline(always)]
fn area(s: Shape) -> Option<u64> {
    match s {
        Shape::Circle(r) => Some(r as u64 * 3),
        Shape::Rect { w, h } => Some(w as u64 * h),
        Shape::Nothing => None,
    }
}

#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(_ctx: *const u8) -> i32 {
    unsafe {
        let mut sum = 0;
        for s in *(&raw const SHAPES) {
            sum += area(s).unwrap_or(1);
        }
        if let Tagged::Large(n) = TAGGED {
            sum += n;
        }
        if let Niche::Some(n, true) = NICHE {
            sum += n;
        }
        sum += match RESULT {
            Ok(n) => n as u64,
            Err(n) => n as u64,
        };
        sum += OPTION.unwrap_or(0) as u64 + NESTED.is_some() as u64;
        sum as i32
    }
}
