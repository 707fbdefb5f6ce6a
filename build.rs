//! Link settings of the binary on glibc; docs/decisions/0005-start-up.md holds the measurements behind them.

#![allow(
    clippy::disallowed_methods,
    reason = "a build script is asked through the environment and answers in files"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ENV").as_deref() != Ok("gnu") {
        return;
    }
    // Without PIE there is nothing to relocate before `main`.
    println!("cargo::rustc-link-arg-bins=-no-pie");
    // A static unwinder saves loading libgcc_s.so at every start; where gcc ships none, the default stays.
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    if static_unwinder_exists() && std::fs::write(out.join("libgcc_s.so"), "INPUT(-lgcc_eh -lgcc)\n").is_ok()
    {
        println!("cargo::rustc-link-arg-bins=-L{}", out.display());
    }
}

fn static_unwinder_exists() -> bool {
    let native = std::env::var("HOST").ok() == std::env::var("TARGET").ok();
    let Ok(answer) = Command::new("gcc").arg("-print-file-name=libgcc_eh.a").output() else { return false };
    native && Path::new(String::from_utf8_lossy(&answer.stdout).trim()).is_absolute()
}
