// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Counts packets by kind. The limit and the end of a panic are in C: see limit.c.
#![no_std]
#![no_main]

#[repr(C)]
pub struct XdpMd {
    data: u32,
    data_end: u32,
}

#[repr(C)]
pub struct Ethernet {
    to: [u8; 6],
    from: [u8; 6],
    protocol: u16,
}

#[derive(Clone, Copy)]
pub enum Kind {
    Ip { length: u16 },
    Other(u16),
    Short,
}

#[repr(C)]
pub struct Counts {
    ip: u64,
    bytes: u64,
    other: u64,
    shorts: u64,
}

extern "C" {
    fn above_limit(counts: &Counts) -> bool;
    fn halt() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    unsafe { halt() }
}

#[no_mangle]
#[link_section = "license"]
pub static LICENSE: [u8; 4] = *b"GPL\0";

#[no_mangle]
pub static mut COUNTS: Counts = Counts { ip: 0, bytes: 0, other: 0, shorts: 0 };

/// C may call it, with a packet or NULL.
#[no_mangle]
pub extern "C" fn protocol_of(packet: Option<&Ethernet>) -> u16 {
    packet.map_or(0, |p| u16::from_be(p.protocol))
}

#[inline(always)]
fn kind_of(ctx: &XdpMd) -> Kind {
    let (start, end) = (ctx.data as usize, ctx.data_end as usize);
    if start + core::mem::size_of::<Ethernet>() > end {
        return Kind::Short;
    }
    match protocol_of(unsafe { (start as *const Ethernet).as_ref() }) {
        0x0800 => Kind::Ip { length: (end - start) as u16 },
        protocol => Kind::Other(protocol),
    }
}

#[no_mangle]
#[link_section = "xdp"]
pub extern "C" fn packets(ctx: &XdpMd) -> u32 {
    let counts = unsafe { &mut *(&raw mut COUNTS) };
    match kind_of(ctx) {
        Kind::Ip { length } => {
            counts.ip += 1;
            counts.bytes += length as u64;
        }
        Kind::Other(_) => counts.other += 1,
        Kind::Short => counts.shorts += 1,
    }
    if unsafe { above_limit(counts) } {
        1 // XDP_DROP
    } else {
        2 // XDP_PASS
    }
}
