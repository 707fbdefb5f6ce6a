//! Python source: any bytes end in a module, always the same one, which can be kept and had back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nija::schema::python::{codec, parse, parse_expression};

fuzz_target!(|bytes: &[u8]| {
    let module = parse(bytes);
    assert_eq!(parse(bytes), module);
    assert_eq!(codec::decode(&codec::encode(&module)), Some(module));
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = parse_expression(text, 1);
    }
});
