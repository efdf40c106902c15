// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//! Loads the BPF program that build.rs has linked, runs it on packets of several sizes, prints the counts.
use libbpf_rs::skel::{OpenSkel, SkelBuilder};
use libbpf_rs::ProgramInput;
use std::mem::MaybeUninit;

mod sizes {
    include!(concat!(env!("OUT_DIR"), "/sizes.skel.rs"));
}

fn main() -> Result<(), libbpf_rs::Error> {
    let mut place = MaybeUninit::uninit();
    let mut open = sizes::SizesSkelBuilder::default().open(&mut place)?;
    open.maps.rodata_data.as_deref_mut().unwrap().bytes_per_bucket = 500; // a variable of the library
    let skel = open.load()?;
    for size in [64, 200, 650, 1500] {
        let packet = vec![0; size];
        let mut input = ProgramInput::default();
        input.data_in = Some(&packet);
        skel.progs.count_sizes.test_run(input)?;
    }
    for count in skel.maps.bss_data.as_deref().unwrap().packets {
        println!("{count}");
    }
    Ok(())
}
