//! The binary: hands over its arguments and returns the exit code.
//!
//! Entered from C's `main` directly: what Rust's own start-up would do on top costs a gate process a fifth of its time
//! (docs/decisions/0005-start-up.md), and the little of it that is needed is in `cli::entry`.

#![no_main]

use std::ffi::{c_char, c_int};

/// The one function the program would load the C library's libm for (a progress bar's estimate), at a tenth of its start.
// SAFETY: the C standard's own `pow`, by signature and meaning; the binary defines no other.
#[expect(unsafe_code, reason = "the linker looks for an unmangled `pow`")]
#[unsafe(no_mangle)]
pub extern "C" fn pow(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}

/// Entry point, called by the C runtime.
#[expect(unsafe_code, reason = "the C runtime looks for an unmangled `main`")]
// SAFETY: the only symbol of this name in the program, with the signature the C standard gives it.
#[unsafe(no_mangle)]
pub extern "C" fn main(argc: c_int, argv: *const *const c_char) -> c_int {
    nija::cli::entry::start(argc, argv)
}
