// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A library crate.
#![no_std]

pub struct Counter<T> {
    pub kind: u8,
    pub count: T,
}

impl Counter<u64> {
    #[inline(never)]
    pub fn add(&mut self, n: u64) -> u64 {
        self.count += n;
        self.count
    }
}

#[inline(never)]
pub fn unused(n: u64) -> u64 {
    n * 3
}
