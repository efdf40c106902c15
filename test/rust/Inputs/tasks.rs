// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads a task of the kernel by functions in C.
#![no_std]
#![no_main]
include!("halt.rs");

#[repr(C)]
pub struct Task {
    _private: [u8; 0],
}

extern "C" {
    fn current() -> *const Task;
    fn pid_of(task: *const Task) -> i32;
    fn has_tgid() -> bool;
    fn find_pid(pid: i32) -> i32;
}

#[no_mangle]
#[link_section = "syscall"]
pub extern "C" fn prog(_ctx: *const u8) -> i32 {
    unsafe {
        let pid = pid_of(current());
        (pid > 0 && has_tgid() && find_pid(pid) == pid) as i32
    }
}
