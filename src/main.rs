//! The binary: hands over its arguments and returns the exit code.
//!
//! Entered from C's `main` directly: what Rust's own start-up would do on top costs a gate process a fifth of its time
//! (docs/decisions/0005-start-up.md), and the little of it that is needed is in `cli::entry`.

#![no_main]

use std::ffi::{c_char, c_int};

/// With these three the program needs not load the C library's libm, at a tenth of its start: a progress bar's estimate
/// raises to powers, and a sketch of quantiles takes logarithms back and forth.
// SAFETY: the C standard's own `pow`, by signature and meaning; the binary defines no other.
#[expect(unsafe_code, reason = "the linker looks for an unmangled `pow`")]
#[unsafe(no_mangle)]
pub extern "C" fn pow(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}

/// The natural logarithm.
// SAFETY: as above, the C standard's own `log`.
#[expect(unsafe_code, reason = "the linker looks for an unmangled `log`")]
#[unsafe(no_mangle)]
pub extern "C" fn log(value: f64) -> f64 {
    libm::log(value)
}

/// The power of e.
// SAFETY: as above, the C standard's own `exp`.
#[expect(unsafe_code, reason = "the linker looks for an unmangled `exp`")]
#[unsafe(no_mangle)]
pub extern "C" fn exp(value: f64) -> f64 {
    libm::exp(value)
}

/// Entry point, called by the C runtime.
#[expect(unsafe_code, reason = "the C runtime looks for an unmangled `main`")]
// SAFETY: the only symbol of this name in the program, with the signature the C standard gives it.
#[unsafe(no_mangle)]
pub extern "C" fn main(argc: c_int, argv: *const *const c_char) -> c_int {
    nija::cli::entry::start(argc, argv)
}
