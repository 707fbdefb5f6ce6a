//! The binary: hands over its arguments and returns the exit code.
//!
//! Entered from C's `main` directly: what Rust's own start-up would do on top costs a gate process a fifth of its time
//! (docs/decisions/0005-start-up.md), and the little of it that is needed is in `cli::entry`.

#![no_main]

use std::ffi::{c_char, c_int};

/// Powers: for a progress bar's estimate. Without this, and the two below, the program would load the C library's libm, at a
/// tenth of a gate process.
// SAFETY: the C standard's own `pow`, by signature and meaning; the binary defines no other.
#[expect(unsafe_code, reason = "the linker looks for an unmangled `pow`")]
#[unsafe(no_mangle)]
pub extern "C" fn pow(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}

/// Powers of e: for the quantiles of slippage.
// SAFETY: the C standard's own `exp`, by signature and meaning; the binary defines no other.
#[expect(unsafe_code, reason = "the linker looks for an unmangled `exp`")]
#[unsafe(no_mangle)]
pub extern "C" fn exp(power: f64) -> f64 {
    libm::exp(power)
}

/// Natural logarithms: for the quantiles of slippage.
// SAFETY: the C standard's own `log`, by signature and meaning; the binary defines no other.
#[expect(unsafe_code, reason = "the linker looks for an unmangled `log`")]
#[unsafe(no_mangle)]
pub extern "C" fn log(value: f64) -> f64 {
    libm::log(value)
}

/// Entry point, called by the C runtime.
#[expect(unsafe_code, reason = "the C runtime looks for an unmangled `main`")]
// SAFETY: the only symbol of this name in the program, with the signature the C standard gives it.
#[unsafe(no_mangle)]
pub extern "C" fn main(argc: c_int, argv: *const *const c_char) -> c_int {
    nija::cli::entry::start(argc, argv)
}
