// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A struct_ops map: Option<fn> is a pointer to a function.
#![no_std]
#![no_main]
#![allow(static_mut_refs, dead_code)]
include!("halt.rs");
#[repr(C)]
pub struct sock {
    _p: [u8; 0],
}
#[repr(C)]
pub struct rate_sample {
    _p: [u8; 0],
}
#[repr(C)]
pub struct tcp_congestion_ops {
    pub ssthresh: Option<unsafe extern "C" fn(*mut u64) -> u32>,
    pub cong_avoid: Option<unsafe extern "C" fn(*mut u64)>,
    pub set_state: Option<unsafe extern "C" fn(*mut u64)>,
    pub undo_cwnd: Option<unsafe extern "C" fn(*mut u64) -> u32>,
    pub name: [u8; 16],
}
unsafe impl Sync for tcp_congestion_ops {}
#[no_mangle]
#[link_section = "struct_ops/ssthresh"]
pub unsafe extern "C" fn ssthresh(_c: *mut u64) -> u32 {
    5
}
#[no_mangle]
#[link_section = "struct_ops/cong_avoid"]
pub unsafe extern "C" fn cong_avoid(_c: *mut u64) {}
#[no_mangle]
#[link_section = "struct_ops/undo_cwnd"]
pub unsafe extern "C" fn undo_cwnd(_c: *mut u64) -> u32 {
    6
}
#[no_mangle]
#[link_section = ".struct_ops"]
pub static RUSTCC: tcp_congestion_ops = tcp_congestion_ops {
    ssthresh: Some(ssthresh),
    cong_avoid: Some(cong_avoid),
    set_state: None,
    undo_cwnd: Some(undo_cwnd),
    name: *b"rustcc\0\0\0\0\0\0\0\0\0\0",
};
