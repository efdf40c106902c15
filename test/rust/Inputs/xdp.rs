// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A program that reads its packet.
#![no_std]
#![no_main]
include!("halt.rs");

#[repr(C)]
pub struct XdpMd {
    data: u32,
    data_end: u32,
}

#[repr(C)]
struct Eth {
    dst: [u8; 6],
    src: [u8; 6],
    kind: u16,
}

unsafe fn at<T>(ctx: *const XdpMd, offset: usize) -> Option<*const T> {
    let start = (*ctx).data as usize + offset;
    if start + core::mem::size_of::<T>() > (*ctx).data_end as usize {
        None
    } else {
        Some(start as *const T)
    }
}

#[no_mangle]
pub static mut SEEN: u64 = 0;

#[no_mangle]
#[link_section = "xdp"]
pub extern "C" fn prog(ctx: *const XdpMd) -> u32 {
    unsafe {
        match at::<Eth>(ctx, 0) {
            Some(eth) if (*eth).kind == 0x0008 => {
                SEEN += 1;
                2
            }
            Some(_) => 1,
            None => 0,
        }
    }
}
