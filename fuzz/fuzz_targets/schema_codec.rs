//! Kept modules: any bytes are refused or a module, and what is one can be kept again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nija::schema::python::{codec, parse};

fuzz_target!(|bytes: &[u8]| {
    let _ = codec::imports(bytes);
    if let Some(module) = codec::decode(bytes) {
        assert_eq!(codec::decode(&codec::encode(&module)), Some(module));
    }
    // Bytes that begin rightly are found sooner from what was really kept, with one byte of it changed.
    let mut kept = codec::encode(&parse(bytes));
    let at =
        bytes.iter().fold(bytes.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let length = kept.len();
    if let Some(byte) = kept.get_mut(at % length.max(1)) {
        *byte = byte.wrapping_add(bytes.first().copied().unwrap_or(1));
    }
    let _ = codec::decode(&kept);
});
