// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
use std::{env, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=bpf");
    let out = env::var("OUT_DIR").unwrap();
    let (library, object) = (format!("{out}/libbuckets.a"), format!("{out}/sizes.o"));
    cc::Build::new().compiler("bpfld-cc").archiver("llvm-ar").no_default_flags(true).cargo_metadata(false).flag("-O2").flag("-g")
        .files(["bpf/lib/bucket.c", "bpf/lib/at_most.c", "bpf/lib/first_size.c"]).compile("buckets");
    let mut link = Command::new("bpfld-cc");
    link.args(["-O2", "-g", "-c", "bpf/sizes.bpf.c", "bpf/counts.bpf.c", &library, "-Wl,-S", "-o", &object]);
    assert!(link.status().unwrap().success());
    libbpf_cargo::SkeletonBuilder::new().obj(&object).generate(format!("{out}/sizes.skel.rs")).unwrap();
}
