// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#![no_std]
#![no_main]
#![allow(improper_ctypes, improper_ctypes_definitions)]

#[no_mangle]
#[link_section = "license"]
pub static LICENSE: [u8; 4] = *b"GPL\0";

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Point { pub x: i32, pub y: i32, pub name: [u8; 8] }
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum Color { Red, Green = 5 }
#[repr(C)]
pub union Either { pub a: u64, pub b: [u8; 8] }

#[no_mangle] pub extern "C" fn r_opt(p: Option<&Point>) -> i32 { match p { Some(p) => p.x, None => 0 } }
#[no_mangle] pub extern "C" fn r_ref(p: &mut Point) -> i32 { p.y += 1; p.y }
#[no_mangle] pub extern "C" fn r_ptr(p: *const Point, n: usize) -> *const Point { unsafe { p.add(n) } }
#[no_mangle] pub extern "C" fn r_enum(c: Color) -> bool { c as u32 == 5 }
#[no_mangle] pub extern "C" fn r_unit(n: u8, s: *const u8) { unsafe { core::ptr::read_volatile(s.add(n as usize)); } }
#[no_mangle] pub extern "C" fn r_arr(a: &[u32; 4]) -> u32 { a[1] }
#[no_mangle] pub extern "C" fn r_void(a: *mut core::ffi::c_void) -> u64 { a as u64 }
#[no_mangle] pub extern "C" fn r_char(a: core::ffi::c_char, b: i8, c: u16) -> i64 { a as i64 + b as i64 + c as i64 }
#[no_mangle] pub extern "C" fn r_cb(f: Option<extern "C" fn(u32) -> u32>) -> u32 { match f { Some(_) => 1, None => 0 } }
#[repr(u8)]
#[derive(Clone, Copy)]
pub enum Small { One = 1, Two = 2 }
#[repr(transparent)]
pub struct Handle<'a>(&'a Point);
type Uninit<T> = core::mem::MaybeUninit<T>;
#[no_mangle] pub extern "C" fn r_fill(p: *mut Uninit<Point>) -> bool { p.is_null() }
#[no_mangle] pub extern "C" fn r_small(s: Small, c: Color) -> u32 { s as u32 + c as u32 }
#[no_mangle] pub extern "C" fn r_handle(h: Handle, o: Option<Handle>) -> i32 { h.0.x + o.map_or(0, |h| h.0.y) }
#[no_mangle] pub extern "C" fn r_some(p: core::ptr::NonNull<Point>, o: Option<core::ptr::NonNull<Point>>) -> bool { Some(p) == o }
#[no_mangle] pub static mut R_BUFFER: Uninit<[u8; 32]> = Uninit::uninit();
#[no_mangle] pub static mut R_LATER: Uninit<Point> = Uninit::uninit();
#[no_mangle] pub static mut R_POINT: Point = Point { x: 1, y: 2, name: [0; 8] };
#[no_mangle] pub static mut R_ARR: [u32; 4] = [1, 2, 3, 4];
#[no_mangle] pub static mut R_COLOR: Color = Color::Green;
#[no_mangle] pub static mut R_EITHER: Either = Either { a: 1 };
#[no_mangle] pub static mut R_OPT: Option<&'static Point> = None;
#[no_mangle] pub static mut R_FLAG: bool = true;
#[repr(C)]
pub struct Mixed { kind: u8, either: Either, text: *const u8, list: [u16; 3], next: Option<&'static u8>, half: u16 }
#[repr(C, u32)]
#[derive(Clone, Copy)]
pub enum Tagged { Small(u8), Large(u64) }
#[repr(C)]
pub struct Wrapped(u32);
#[repr(C, packed)]
#[derive(Clone, Copy)]
pub struct Packed { a: u8, b: u32, c: u64 }
#[repr(C, align(64))]
pub struct Aligned { a: u8, b: u32 }
#[repr(C)]
pub struct Opaque { _bytes: [u8; 0] }
#[repr(C)]
pub struct Bits { low: u32, high: u32 }
extern "C" {
    static c_byte: u8;
    static c_letter: core::ffi::c_char;
    static c_flag: bool;
    static c_wide: u128;
    static c_color: Color;
    static c_either: Either;
    static c_mixed: Mixed;
    static c_mixes: [Mixed; 2];
    static c_tagged: Tagged;
    static c_wrapped: Wrapped;
    static c_plain: Wrapped;
    static c_number: u32;
    static c_packed: Packed;
    static c_aligned: Aligned;
    static c_atomic: core::sync::atomic::AtomicU64;
    static mut c_cell: core::cell::UnsafeCell<u32>;
    static c_text: *const core::ffi::c_char;
    static c_maybe: Option<&'static Point>;
    static c_callback: Option<extern "C" fn(u32) -> u32>;
    static c_table: [[u32; 3]; 2];
    static c_real: f64;
    static c_hidden: Opaque;
    static c_start: u8;
    static c_map: Opaque;
    static c_map_too: [usize; 2];
    static c_bits: Bits;
    static c_level: i32;
    fn c_look(p: *const u8) -> u32;
    fn c_opt(p: Option<&Point>) -> i32;
    fn c_ptr(p: *const Point, n: usize) -> *const Point;
    fn c_enum(c: Color) -> bool;
    fn c_unit(n: u8, s: *const u8);
    fn c_mix(a: i8, b: u16, c: i64, d: bool) -> u32;
    static mut c_point: Point;
    static mut c_arr: [u32; 4];
}
#[no_mangle]
#[link_section = "tc"]
pub extern "C" fn prog(ctx: *const u8) -> i32 {
    unsafe {
        let mut s = c_opt(Some(&*(&raw const R_POINT))) + c_opt(None);
        s += (*c_ptr(&raw const R_POINT, 0)).x;
        s += c_enum(Color::Green) as i32;
        c_unit(3, ctx);
        s += c_mix(-1, 2, 3, true) as i32;
        s += c_point.x + c_arr[1] as i32 + c_byte as i32 + c_letter as i32 + c_flag as i32 + c_wide as i32 + c_level;
        s += c_color as i32 + c_either.a as i32 + c_mixed.half as i32 + c_mixes[1].list[0] as i32;
        s += c_wrapped.0 as i32 + c_plain.0 as i32 + c_number as i32 + c_packed.b as i32 + c_aligned.b as i32;
        s += if let Tagged::Large(n) = c_tagged { n as i32 } else { 0 };
        s += c_atomic.load(core::sync::atomic::Ordering::Relaxed) as i32 + *(&raw const c_cell).cast::<i32>();
        s += (c_text as u64 != 0) as i32 + c_maybe.is_some() as i32 + c_callback.is_some() as i32 + c_table[1][1] as i32;
        s += c_look(&raw const c_real as *const u8) as i32 + c_look(&raw const c_hidden as *const u8) as i32;
        s += c_look(&raw const c_start) as i32 + c_look(&raw const c_map as *const u8) as i32 + c_bits.high as i32;
        s += c_look(&raw const c_map_too as *const u8) as i32;
        s
    }
}
