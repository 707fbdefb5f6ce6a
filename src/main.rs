//! The binary: hands over its arguments and returns the exit code.
//!
//! Entered from C's `main` directly: what Rust's own start-up would do on top costs a gate process a fifth of its time
//! (docs/decisions/0005-start-up.md), and the little of it that is needed is in `cli::entry`.

#![no_main]
#![expect(unsafe_code, reason = "the C runtime and the linker look for unmangled names")]

use std::ffi::{c_char, c_int};

/// Functions that the program would load the C library's libm for, at a tenth of its start.
macro_rules! instead_of_libm {
    ($($name:ident($($argument:ident),+)),+) => {$(
        // SAFETY: the C standard's own function, by signature and meaning; the binary defines no other.
        #[unsafe(no_mangle)]
        extern "C" fn $name($($argument: f64),+) -> f64 { libm::$name($($argument),+) }
    )+};
}

instead_of_libm!(pow(base, exponent), log(value), exp(value));

/// Entry point, called by the C runtime.
// SAFETY: the only symbol of this name in the program, with the signature the C standard gives it.
#[unsafe(no_mangle)]
extern "C" fn main(argc: c_int, argv: *const *const c_char) -> c_int {
    nija::cli::entry::start(argc, argv)
}
